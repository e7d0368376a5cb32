#include "cookies/header.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {
namespace {

/// Takes the next pair and moves `at` past it; false at the end.
bool next_pair(const char*& at, const char* end, CookiePair& pair) {
  while (at != end && (is_space(*at) || *at == ';')) ++at;
  if (at == end) return false;
  const char* const start = at;
  while (at != end && *at != '=' && *at != ';') ++at;
  if (at != end && *at == '=') {
    pair.name = trim(start, at);
    const char* const value = ++at;
    at = find(at, end, ';');
    pair.value = trim(value, at);
  } else {
    pair.name = {start, 0};
    pair.value = trim(start, at);
  }
  return true;
}

}  // namespace

std::size_t parse_cookie_header(std::string_view header, CookiePair* out, std::size_t capacity) {
  std::size_t count = 0;
  const char* at = header.data();
  const char* const end = at + header.size();
  CookiePair pair;
  while (next_pair(at, end, pair)) {
    if (count < capacity) out[count] = pair;
    ++count;
  }
  return count;
}

bool header_has_cookie(std::string_view header, std::string_view name) {
  const char* at = header.data();
  const char* const end = at + header.size();
  CookiePair pair;
  while (next_pair(at, end, pair)) {
    if (pair.name == name) return true;
  }
  return false;
}

}  // namespace metrofax::consent::cookies
