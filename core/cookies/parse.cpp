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

/// The place of `text` in a list of lower-case words parted by spaces; the number of words where it is none
/// of them.
unsigned word_index(std::string_view text, std::string_view words) {
  unsigned index = 0;
  while (!words.empty()) {
    const std::size_t length = find_or_end(words, ' ');
    if (equal_ignoring_case(text, words.substr(0, length))) return index;
    words.remove_prefix(length < words.size() ? length + 1 : length);
    ++index;
  }
  return index;
}

/// 5.6.2: `-?[0-9]+`. The lifetime stops counting above the cap, so any number of digits is safe.
bool parse_max_age(std::string_view text, std::int64_t& lifetime) {
  const bool negative = !text.empty() && text.front() == '-';
  std::int64_t seconds = 0;
  std::size_t at = negative ? 1 : 0;
  if (at == text.size()) return false;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return false;
    if (seconds <= kMaxLifetime) seconds = seconds * 10 + (text[at] - '0');
  }
  if (seconds > kMaxLifetime) seconds = kMaxLifetime + 1;
  lifetime = negative ? 0 : seconds;
  return true;
}

void apply_attribute(std::string_view name, std::string_view value, SetCookie& cookie) {
  switch (static_cast<Attribute>(
      word_index(name, "expires max-age domain path secure httponly samesite partitioned"))) {
    case Attribute::expires:
      if (const auto date = parse_cookie_date(value)) {
        cookie.expires = *date;
        cookie.has_expires = true;
      }
      break;
    case Attribute::max_age:
      if (parse_max_age(value, cookie.lifetime)) cookie.max_age = value;
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
      const unsigned known = word_index(value, "none lax strict");
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

/// `name=value` in two trimmed halves. Without "=" the whole text is `bare` and the other half stays empty.
struct Halves {
  std::string_view name;
  std::string_view value;
};
Halves split_pair(std::string_view text, bool bare_is_value) {
  const std::size_t equals = find_or_end(text, '=');
  if (equals == text.size()) {
    const std::string_view bare = trim(text);
    return bare_is_value ? Halves{bare.substr(0, 0), bare} : Halves{bare, bare.substr(bare.size())};
  }
  return {trim(text.substr(0, equals)), trim(text.substr(equals + 1))};
}

bool has_tab(std::string_view text) { return find_or_end(text, '\t') < text.size(); }

}  // namespace

Result<SetCookie> parse_set_cookie(std::string_view line, Profile profile) {
  const auto fail = [](ErrorCode code, std::size_t offset) {
    return Error{code, static_cast<std::uint32_t>(offset)};
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_control(line[i])) return fail(ErrorCode::cookie_control_character, i);  // 5.6 step 1
  }

  SetCookie cookie;
  std::size_t at = find_or_end(line, ';');
  const Halves pair = split_pair(line.substr(0, at), true);
  cookie.name = pair.name;
  cookie.value = pair.value;
  if (pair.name.empty() && pair.value.empty()) return fail(ErrorCode::cookie_empty, 0);  // 5.7 step 2
  if (pair.name.size() + pair.value.size() > kMaxNameAndValue) {
    return fail(ErrorCode::cookie_too_long, kMaxNameAndValue);  // 5.6 step 5
  }
  const bool chromium = profile == Profile::chromium;
  if (chromium && (has_tab(pair.name) || has_tab(pair.value))) return fail(ErrorCode::cookie_tab, 0);
  // Sent back without its first "=", such a cookie would look like another one.
  if (chromium && pair.name.empty() && find_or_end(pair.value, '=') < pair.value.size()) {
    return fail(ErrorCode::cookie_nameless_with_equals, 0);
  }

  while (at < line.size()) {
    const std::size_t start = ++at;  // past ";"
    at += find_or_end(line.substr(start), ';');
    const Halves attribute = split_pair(line.substr(start, at - start), false);
    if (chromium && (has_tab(attribute.name) || has_tab(attribute.value))) {
      return fail(ErrorCode::cookie_tab, start);
    }
    if (attribute.value.size() <= kMaxAttributeValue) {  // 5.6: longer, and the attribute is ignored
      apply_attribute(attribute.name, attribute.value, cookie);
    }
  }
  return cookie;
}

}  // namespace metrofax::consent::cookies
