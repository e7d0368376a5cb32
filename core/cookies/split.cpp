#include "cookies/split.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {
namespace {

/// Whether a cookie's name and "=" begin at `at`. A name cannot hold what JSON puts around its keys.
bool begins_cookie(const char* at, const char* end) {
  const char* const start = at;
  while (at != end && *at != '=' && *at != ',' && *at != ';' && *at != '"' && !is_space(*at)) ++at;
  const bool has_name = at != start;
  while (at != end && is_space(*at)) ++at;
  return has_name && at != end && *at == '=';
}

}  // namespace

std::string_view next_set_cookie(std::string_view& rest) {
  const char* at = rest.data();
  const char* const end = at + rest.size();
  while (at != end && (is_space(*at) || *at == ',')) ++at;
  const char* const start = at;
  for (; at != end; ++at) {
    if (*at != ',') continue;
    const char* next = at + 1;
    while (next != end && is_space(*next)) ++next;
    if (begins_cookie(next, end)) break;
  }
  const std::string_view cookie = trim(start, at);
  rest = {at, static_cast<std::size_t>(end - at)};
  return cookie;
}

}  // namespace metrofax::consent::cookies
