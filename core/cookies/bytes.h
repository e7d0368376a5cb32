// Bytes as RFC 6265bis sees them: ASCII only, no locale, no tables.
//
// What works on text here takes a pointer and a length: at -Oz a string_view is passed through memory, and
// parsing would weigh half as much again on the page's critical path.
#pragma once

#include <cstddef>
#include <string_view>

namespace metrofax::consent::cookies {

// Called once a byte. At -Oz they would stay calls, which no engine of today inlines again.
#define METROFAX_PER_BYTE [[gnu::always_inline]] constexpr

METROFAX_PER_BYTE char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

METROFAX_PER_BYTE bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// WSP of RFC 5234: what is trimmed at the edges of names and values.
METROFAX_PER_BYTE bool is_space(char c) { return c == ' ' || c == '\t'; }

/// Control characters that reject a cookie anywhere in the line: 0x00-08, 0x0A-1F, 0x7F (5.6). Tab is not
/// among them.
METROFAX_PER_BYTE bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

#undef METROFAX_PER_BYTE

/// The part of `text` in [from, to). Unlike substr it has nothing to throw, so no abort (and with it an
/// import) reaches the wasm module.
constexpr std::string_view slice(std::string_view text, std::size_t from, std::size_t to) {
  return {text.data() + from, to - from};
}

/// Where `wanted` first lies in [at, end), or end.
const char* find(const char* at, const char* end, char wanted);

inline bool contains(std::string_view text, char wanted) {
  const char* const end = text.data() + text.size();
  return find(text.data(), end, wanted) != end;
}

/// The text in [at, end) without WSP at its edges.
std::string_view trim(const char* at, const char* end);

/// Which of `words` the text is, or with `prefix` begins with, whatever the case of its letters; the number
/// of words where it is none of them. The words stand one after the other, each behind its length in one
/// octal escape: "\3lax\4none".
unsigned find_word(const char* text, std::size_t size, const char* words, bool prefix = false);

/// Whether `size` bytes at `a` and at `b` are the same but for the case of ASCII letters.
bool equal_ignoring_case(const char* a, const char* b, std::size_t size);

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_ignoring_case(a.data(), b.data(), a.size());
}

}  // namespace metrofax::consent::cookies
