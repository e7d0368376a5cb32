// The Cookie request header, and document.cookie as read: names and values parted by semicolons.
#pragma once

#include <cstddef>
#include <string_view>

namespace metrofax::consent::cookies {

/// One cookie of a header; views into it. A nameless cookie has an empty name.
struct CookiePair {
  std::string_view name;
  std::string_view value;
};

/// The cookies of a header one by one, in its order, without memory for all of them.
class CookieReader {
 public:
  explicit CookieReader(std::string_view header) : at_(header.data()), end_(header.data() + header.size()) {}

  /// The next cookie; false at the end.
  bool next(CookiePair& pair);

  /// Where the next one is looked for.
  [[nodiscard]] const char* at() const { return at_; }

 private:
  const char* at_;
  const char* end_;
};

/// Writes the first `capacity` pairs of the header to `out` and returns how many there are in all, in the
/// order of the header: duplicates are kept, empty parts are not pairs, text without "=" is the value of a
/// nameless cookie. Values are raw: nothing is decoded or unquoted. One pass, linear in the header's length,
/// for any bytes.
std::size_t parse_cookie_header(std::string_view header, CookiePair* out, std::size_t capacity);

/// Whether the header carries a cookie of this name ("" for a nameless one): what is asked after a sweep.
bool header_has_cookie(std::string_view header, std::string_view name);

}  // namespace metrofax::consent::cookies
