// Where in a text something stands, and what is wrong with a text that is no JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy_generated.h"

namespace metrofax::consent::json {

/// A place as editors show it. Both count from 1; columns count code points, not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Turns byte offsets of one text into positions. The text must outlive the index.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);

  /// The position of a byte; offsets past the end give the position just behind the last byte.
  [[nodiscard]] Position at(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// Something wrong at a byte of a text. The code is bad_json, bad_utf8 or too_long.
struct Fault {
  std::size_t offset = 0;
  std::string message;
  fb::ErrorCode code = fb::ErrorCode::bad_json;
};

/// The first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above
/// U+10FFFF), or npos when all is well.
[[nodiscard]] std::size_t first_bad_utf8(std::string_view text);

/// What the parser cannot be left to find: a byte order mark, a NUL (which nlohmann takes for the end of the
/// text), ill-formed UTF-8, more bytes than `max_bytes`. Returns false with the fault filled in.
[[nodiscard]] bool check_text(std::string_view text, std::size_t max_bytes, Fault& fault);

/// Puts a parse error of nlohmann::json into words of ours. `token` is the byte where the wrong token begins,
/// `read` how many bytes the lexer had read, `what` the exception's text.
[[nodiscard]] Fault explain_syntax(std::string_view text, std::size_t token, std::size_t read,
                                   std::string_view what);

/// The byte where the token after `from` begins: past white space and at most one ',' or ':'.
[[nodiscard]] std::size_t next_token(std::string_view text, std::size_t from);

/// The byte behind a number that begins at `from`.
[[nodiscard]] std::size_t number_end(std::string_view text, std::size_t from);

/// The byte behind a string (its closing quote) whose opening quote stands at `from`.
[[nodiscard]] std::size_t string_end(std::string_view text, std::size_t from);

}  // namespace metrofax::consent::json
