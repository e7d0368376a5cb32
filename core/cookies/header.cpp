#include "cookies/header.h"

#include "cookies/bytes.h"
#include "cookies/scan.h"

namespace metrofax::consent::cookies {

bool CookieReader::next(CookiePair& pair) {
  const char* at = at_;
  const char* const end = end_;
  while (at != end && (is_space(*at) || *at == ';')) ++at;
  if (at == end) {
    at_ = end;
    return false;
  }
  const char* const start = at;
  at = find_either(at, end, '=', ';');
  if (at != end && *at == '=') {
    pair.name = trim(start, at);
    const char* const value = ++at;
    at = find_either(at, end, ';', ';');
    pair.value = trim(value, at);
  } else {
    pair.name = {start, 0};
    pair.value = trim(start, at);
  }
  at_ = at;
  return true;
}

std::size_t parse_cookie_header(std::string_view header, CookiePair* out, std::size_t capacity) {
  std::size_t count = 0;
  CookieReader reader(header);
  CookiePair pair;
  while (reader.next(pair)) {
    if (count < capacity) out[count] = pair;
    ++count;
  }
  return count;
}

bool header_has_cookie(std::string_view header, std::string_view name) {
  CookieReader reader(header);
  CookiePair pair;
  while (reader.next(pair)) {
    if (pair.name == name) return true;
  }
  return false;
}

}  // namespace metrofax::consent::cookies
