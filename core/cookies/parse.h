// One Set-Cookie value, or one text assigned to document.cookie: they have the same grammar. The line alone
// is looked at here; what page it came from is the business of accept.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "result.h"

namespace metrofax::consent::cookies {

/// Whose rules. `rfc6265bis` is RFC 6265bis draft-22. `layered` (draft-ietf-httpbis-layered-cookies-02, and
/// what the web-platform tests expect) refuses more, and `chromium` (measured on 156) refuses what both of
/// them refuse and more.
enum class Profile : std::uint8_t { rfc6265bis = 0, layered = 1, chromium = 2 };

/// SameSite. `unset` is the draft's "Default": no attribute, or a last attribute nobody knows (5.6.7).
enum class SameSite : std::uint8_t { unset = 0, none = 1, lax = 2, strict = 3 };

/// Name and value together, in octets (5.6); and any attribute value (5.6).
inline constexpr std::size_t kMaxNameAndValue = 4096;
inline constexpr std::size_t kMaxAttributeValue = 1024;

/// 400 days in seconds: no cookie outlives this (5.5).
inline constexpr std::int32_t kMaxLifetime = 34560000;

/// A parsed line. Every view points into the line; a view that is absent has data() == nullptr, an empty one
/// has not.
struct SetCookie {
  std::string_view name;  // empty for a nameless cookie
  std::string_view value;
  std::string_view domain;    // the last Domain attribute as written
  std::string_view path;      // the last Path attribute as written
  std::string_view max_age;   // the last valid Max-Age as written, `-?[0-9]+`
  std::int32_t lifetime = 0;  // of that Max-Age: 0 where it is not positive, at most kMaxLifetime + 1
  std::int64_t expires = 0;   // the last valid Expires, unix seconds, not capped
  bool has_expires = false;
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  SameSite same_site = SameSite::unset;
};

/// The line taken apart by RFC 6265bis 5.6, in place and in time linear in its length.
/// Errors: cookie_control_character (anywhere), cookie_empty (neither name nor value), cookie_too_long (name
/// and value over 4096 octets), and in profile chromium cookie_tab (inside a name or value, of the cookie or
/// of an attribute) and cookie_nameless_with_equals. The offset is that of the offending byte or part. An
/// attribute that is unknown, over 1024 octets or invalid is as if it were not there.
/// The answer is written in place, because a Result would be copied several times on the page's critical
/// path; after an error it holds what had been read. Code ok: parsed.
Error parse_set_cookie(std::string_view line, Profile profile, SetCookie& cookie);

}  // namespace metrofax::consent::cookies
