// Bytes as RFC 6265bis sees them: ASCII only, no locale, no tables.
#pragma once

#include <cstddef>
#include <string_view>

namespace metrofax::consent::cookies {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// WSP of RFC 5234: what is trimmed at the edges of names and values.
constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }

/// Control characters that reject a cookie anywhere in the line: 0x00-08, 0x0A-1F, 0x7F (5.6). Tab is not
/// among them.
constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

/// The text without WSP at its edges.
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Where `wanted` first lies in `text`, or the text's size: what comes before is `text.substr(0, found)`
/// either way.
constexpr std::size_t find_or_end(std::string_view text, char wanted) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != wanted) ++at;
  return at;
}

/// Whether `text` begins with `prefix`, ASCII letters compared without case. The prefix may have any case.
constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (to_lower(text[i]) != to_lower(prefix[i])) return false;
  }
  return true;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

}  // namespace metrofax::consent::cookies
