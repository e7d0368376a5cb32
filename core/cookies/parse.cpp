#include "cookies/parse.h"

#include "cookies/bytes.h"
#include "cookies/date.h"

namespace metrofax::consent::cookies {
namespace {

enum class Attribute : std::uint8_t {
  expires,
  max_age,
  domain,
  path,
  secure,
  http_only,
  same_site,
  partitioned,
  unknown
};

/// 5.6.2: `-?[0-9]+`. Counting stops above the cap, so any number of digits is safe. Negative: not valid.
std::int32_t parse_max_age(const char* at, const char* end) {
  const bool minus = at != end && *at == '-';
  if (minus) ++at;
  std::int32_t seconds = at == end ? -1 : 0;
  for (; at != end; ++at) {
    if (!is_digit(*at)) return -1;
    if (seconds <= kMaxLifetime) seconds = seconds * 10 + (*at - '0');
  }
  if (seconds > kMaxLifetime) seconds = kMaxLifetime + 1;
  return minus && seconds > 0 ? 0 : seconds;
}

void apply_attribute(std::string_view name, std::string_view value, SetCookie& cookie) {
  switch (static_cast<Attribute>(
      find_word(name.data(), name.size(),
                "\7expires\7max-age\6domain\4path\6secure\10httponly\10samesite\13partitioned"))) {
    case Attribute::expires:
      if (const auto date = parse_cookie_date(value)) {
        cookie.expires = *date;
        cookie.has_expires = true;
      }
      break;
    case Attribute::max_age:
      if (const auto lifetime = parse_max_age(value.data(), value.data() + value.size()); lifetime >= 0) {
        cookie.lifetime = lifetime;
        cookie.max_age = value;
      }
      break;
    case Attribute::domain:
      cookie.domain = value;
      break;
    case Attribute::path:
      cookie.path = value;
      break;
    case Attribute::secure:
      cookie.secure = true;
      break;
    case Attribute::http_only:
      cookie.http_only = true;
      break;
    case Attribute::same_site: {
      // 5.6.7: a value nobody knows is Default, and as the last attribute it also undoes an earlier valid
      // one.
      const unsigned known = find_word(value.data(), value.size(), "\4none\3lax\6strict");
      cookie.same_site = known < 3 ? static_cast<SameSite>(known + 1) : SameSite::unset;
      break;
    }
    case Attribute::partitioned:
      cookie.partitioned = true;
      break;
    case Attribute::unknown:
      break;
  }
}

/// `name=value` in two trimmed halves. Without "=" the whole text is the value (a cookie) or the name (an
/// attribute), and the other half lies empty before it.
void split_pair(const char* at, const char* end, bool attribute, std::string_view& name,
                std::string_view& value) {
  const char* equals = find(at, end, '=');
  const char* after = equals + 1;
  if (equals == end) {
    after = attribute ? end : at;
    equals = attribute ? end : at;
  }
  name = trim(at, equals);
  value = trim(after, end);
}

/// What profile chromium refuses beside the rest.
bool has_tab(std::string_view name, std::string_view value) {
  return contains(name, '\t') || contains(value, '\t');
}

}  // namespace

Error parse_set_cookie(std::string_view line, Profile profile, SetCookie& cookie) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const auto fail = [begin](ErrorCode code, const char* at) {
    return Error{code, static_cast<std::uint32_t>(at - begin)};
  };
  for (const char* at = begin; at != end; ++at) {
    if (is_control(*at)) return fail(ErrorCode::cookie_control_character, at);  // 5.6 step 1
  }
  const bool chromium = profile == Profile::chromium;

  const char* at = find(begin, end, ';');
  split_pair(begin, at, false, cookie.name, cookie.value);
  if (cookie.name.empty() && cookie.value.empty()) return fail(ErrorCode::cookie_empty, begin);  // 5.7 step 2
  if (cookie.name.size() + cookie.value.size() > kMaxNameAndValue) {
    return fail(ErrorCode::cookie_too_long, cookie.name.data() + cookie.name.size());  // 5.6 step 5
  }
  if (chromium && has_tab(cookie.name, cookie.value)) {
    return fail(ErrorCode::cookie_tab, begin);
  }
  // Sent back without its first "=", such a cookie would look like another one.
  if (chromium && cookie.name.empty() && contains(cookie.value, '=')) {
    return fail(ErrorCode::cookie_nameless_with_equals, begin);
  }

  while (at != end) {
    const char* const start = ++at;  // past ";"
    at = find(start, end, ';');
    std::string_view name;
    std::string_view value;
    split_pair(start, at, true, name, value);
    if (chromium && (contains(name, '\t') || contains(value, '\t')))
      return fail(ErrorCode::cookie_tab, start);
    if (value.size() <= kMaxAttributeValue)
      apply_attribute(name, value, cookie);  // 5.6: longer ones are ignored
  }
  return {};
}

}  // namespace metrofax::consent::cookies
