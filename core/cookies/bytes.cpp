#include "cookies/bytes.h"

namespace metrofax::consent::cookies {

const char* find(const char* at, const char* end, char wanted) {
  while (at != end && *at != wanted) ++at;
  return at;
}

std::string_view trim(const char* at, const char* end) {
  while (at != end && is_space(*at)) ++at;
  while (at != end && is_space(end[-1])) --end;
  return {at, static_cast<std::size_t>(end - at)};
}

bool equal_ignoring_case(const char* a, const char* b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

unsigned find_word(const char* text, std::size_t size, const char* words, bool prefix) {
  unsigned index = 0;
  for (; *words != '\0'; ++index) {
    const auto length = static_cast<std::size_t>(*words++);
    if ((size == length || (prefix && size > length)) && equal_ignoring_case(text, words, length)) break;
    words += length;
  }
  return index;
}

}  // namespace metrofax::consent::cookies
