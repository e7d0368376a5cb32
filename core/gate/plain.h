// The URLs that need no reading: what a browser would leave as it is. Eight bytes at a time where that is
// enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace metrofax::consent {

inline constexpr std::string_view kHttps = "https://";
inline constexpr std::string_view kHttp = "http://";

inline std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101u;

/// Nonzero if a byte of `word` is below `bound` (at most 0x80).
constexpr std::uint64_t below(std::uint64_t word, std::uint8_t bound) {
  return (word - kEveryByte * bound) & ~word & (kEveryByte * 0x80u);
}

/// Where the host of a plain absolute URL begins; 0 if it does not begin like one, or is shorter than a word.
inline std::size_t plain_start(std::string_view url) {
  if (url.size() < sizeof(std::uint64_t)) return 0;
  const std::uint64_t word = load_word(url.data());
  if (word == load_word("https://")) return kHttps.size();
  return (word & load_word("\xFF\xFF\xFF\xFF\xFF\xFF\xFF")) == load_word("http://") ? kHttp.size() : 0;
}

/// Whether a control or a space lies in a text of at least one word: URL parsers drop some of them.
[[gnu::noinline]] inline bool has_blank(std::string_view text) {
  const char* const last = text.data() + text.size() - sizeof(std::uint64_t);
  std::uint64_t found = below(load_word(last), ' ' + 1);
  for (const char* at = text.data(); at < last; at += sizeof(std::uint64_t))
    found |= below(load_word(at), ' ' + 1);
  return found != 0;
}

/// Lower-case letters, digits, '-' and '_': what every parser leaves in a host name, the dot aside.
constexpr bool is_plain_host_byte(char c) {
  constexpr std::uint32_t kBits[8] = {0, 0x03FF2000u, 0x80000000u, 0x07FFFFFEu, 0, 0, 0, 0};
  const auto byte = static_cast<std::uint8_t>(c);
  return (kBits[byte >> 5] >> (byte & 31) & 1u) != 0;
}

/// Nonzero if a byte of `word` is `c`; the lowest bit that is set marks the first.
constexpr std::uint64_t equal(std::uint64_t word, char c) {
  return below(word ^ (kEveryByte * static_cast<std::uint8_t>(c)), 1);
}

/// Place of the first slash, or the text's length.
inline std::size_t find_slash(std::string_view text) {
  std::size_t at = 0;
  while (at + sizeof(std::uint64_t) <= text.size() && equal(load_word(text.data() + at), '/') == 0) at += 8;
  while (at < text.size() && text[at] != '/') ++at;
  return at;
}

/// Length of a path: up to its '?' or '#'.
[[gnu::noinline]] inline std::size_t path_end(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t word = load_word(text.data() + at);
    if ((equal(word, '?') | equal(word, '#')) != 0) break;
  }
  while (at < text.size() && text[at] != '?' && text[at] != '#') ++at;
  return at;
}

/// Whether a path is its own resolution: it begins with a slash and has no backslash, nothing percent-encoded
/// and no segment that could be a dot segment.
[[gnu::noinline]] inline bool is_settled_path(std::string_view text) {
  if (text.empty() || text.front() != '/') return false;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t found = 0;
  std::size_t at = 0;
  for (; at + kWord < text.size(); at += kWord) {
    const std::uint64_t word = load_word(text.data() + at);
    const std::uint64_t next = load_word(text.data() + at + 1);
    found |= equal(word, '\\') | equal(word, '%') | (equal(word, '/') & equal(next, '.'));
  }
  for (; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    found |=
        static_cast<std::uint64_t>(text[at] == '\\' || text[at] == '%' || (text[at] == '/' && next == '.'));
  }
  return found == 0;
}

}  // namespace metrofax::consent
