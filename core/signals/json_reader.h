// Reads the JSON of a value that is to be encoded: what nlohmann::json or JSON.stringify prints, in place.
// Knows where it is, so that an error names the member at fault.
#pragma once

#include <cstdint>
#include <string_view>

#include "result.h"

namespace metrofax::consent {

/// Every function fails for good once the text is not what was asked for: `error` then says what and `path`
/// where.
class JsonReader {
 public:
  JsonReader(std::string_view text, std::string_view root) : text_(text) { path_[depth_++] = {root, 0}; }

  /// Enters an object; then `next_key` until it returns false.
  bool begin_object() { return begin('{'); }
  bool next_key(std::string_view& key);
  /// Enters an array; then `next_entry` until it returns false.
  bool begin_array() { return begin('['); }
  bool next_entry();

  /// A whole number, 2^53 - 1 at most.
  std::uint64_t number();
  bool boolean();
  /// Text without escapes: nothing that a codec takes needs one.
  std::string_view text();
  /// Passes a null, and says whether there was one.
  bool null();
  /// Passes a whole value unread.
  void skip();
  void swap(JsonReader& other) {
    const JsonReader mine = *this;
    *this = other;
    other = mine;
  }
  [[nodiscard]] bool at(char first) const { return !failed() && at_ < text_.size() && text_[at_] == first; }

  void fail(ErrorCode code) {
    if (error_ == ErrorCode::ok) error_ = code;
  }
  [[nodiscard]] bool failed() const { return error_ != ErrorCode::ok; }
  [[nodiscard]] ErrorCode error() const { return error_; }
  /// The JSON pointer of the member that is being read, appended to `to`; its length.
  std::uint32_t write_path(char* to, std::uint32_t room) const;

 private:
  struct Place {
    std::string_view key;
    std::uint32_t index = 0;  // of an array's entry, from 1 on
  };
  static constexpr unsigned kMostDepth = 8;

  bool begin(char bracket);
  bool take(char c);
  void enter() {
    if (depth_ == kMostDepth) return fail(ErrorCode::bad_value);
    path_[depth_++] = {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place path_[kMostDepth];
  unsigned depth_ = 0;
  bool first_ = false;  // nothing of the innermost object or array has been read
  ErrorCode error_ = ErrorCode::ok;
};

}  // namespace metrofax::consent
