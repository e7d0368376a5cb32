// Lines of a file or pipe, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrofax::consent::cli {

/// Cuts what a descriptor gives into lines. Keeps one buffer, whatever the length of the input.
class LineReader {
 public:
  enum class Got : std::uint8_t { line, too_long, end, failed };

  /// longest: bytes of the longest line that is handed out; longer ones are skipped and reported once each.
  LineReader(int input, std::size_t longest);

  /// The next line, without its line feed; valid until the next call. `failed` leaves the cause in errno.
  [[nodiscard]] Got next(std::string_view& line);

  /// Whether the line last handed out ended in a line feed: a last line may lack it.
  [[nodiscard]] bool complete() const { return complete_; }
  /// Byte of the input where the line last handed out begins.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  bool fill();

  int input_;
  std::size_t longest_;
  std::vector<char> buffer_;
  std::size_t from_ = 0;  ///< of the unfinished line
  std::size_t seen_ = 0;  ///< bytes of it without a line feed
  std::size_t to_ = 0;
  std::uint64_t base_ = 0;  ///< of the input: where the buffer begins
  std::uint64_t offset_ = 0;
  bool at_end_ = false;
  bool failed_ = false;
  bool skipping_ = false;
  bool complete_ = true;
};

/// Writes everything and empties `bytes`; false leaves the cause in errno.
[[nodiscard]] bool write_all(int output, std::string& bytes);

}  // namespace metrofax::consent::cli
