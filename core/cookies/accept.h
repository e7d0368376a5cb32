// What a page makes of a parsed line: the steps of the storage model that need no store (RFC 6265bis 5.7).
#pragma once

#include <cstdint>
#include <string_view>

#include "cookies/parse.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// Who writes or reads: a server by Set-Cookie and Cookie, or a script by document.cookie and the Cookie
/// Store.
enum class CookieApi : std::uint8_t { http = 0, dom = 1 };

/// How the request relates to the site on top (5.2): `navigation` is a cross-site top-level navigation by a
/// safe method.
enum class SiteContext : std::uint8_t { same_site = 0, navigation = 1, cross_site = 2 };

/// A time no calendar exceeds, so that sums with it cannot overflow.
constexpr std::int64_t clamp_time(std::int64_t now) {
  constexpr std::int64_t furthest = std::int64_t{1} << 53;
  return now > furthest ? furthest : now < -furthest ? -furthest : now;
}

/// The page or response that a cookie comes from.
struct CookiePage {
  std::string_view host;             // as a URL writes it, A-labels, without port
  std::string_view path = {"/", 1};  // without query
  bool secure = false;               // https, or what the user agent holds to be as safe
  SiteContext site = SiteContext::same_site;
  /// The public suffix of `host`, where the caller knows it (the core carries no list): a Domain attribute
  /// that names it or a parent of it is refused. Left empty, a name without a dot is one, as the list's
  /// default rule "*" says.
  std::string_view public_suffix = {};
  /// The site on top, compared byte by byte: the partition of Partitioned cookies.
  std::string_view partition = {};
};

/// A cookie that may be stored. The views point into the line and the page.
struct Cookie {
  std::string_view name;
  std::string_view value;
  std::string_view domain;  // case as written; compare without case
  std::string_view path;
  std::int64_t expires =
      0;  // unix seconds, capped; kEarliestDate for a Max-Age that is not positive; only if persistent
  bool persistent = false;
  bool capped = false;  // the line asked for more than 400 days
  bool host_only = true;
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  SameSite same_site = SameSite::unset;
};

/// Writes the cookie that `page` may store from `line` at `now` (unix seconds). ok, or why it may not: one of
/// the cookie_* codes; then `cookie` holds what had been settled. What depends on cookies already there
/// (Secure and HttpOnly ones that may not be overwritten) is decided by the store.
ErrorCode accept_cookie(const SetCookie& line, const CookiePage& page, std::int64_t now, CookieApi api,
                        Profile profile, Cookie& cookie);

/// What a name's prefix promises; a mask.
enum PrefixPromise : std::uint8_t {
  kPromisesSecure = 1,    // Secure
  kPromisesHost = 2,      // no Domain, Path=/
  kPromisesHttpOnly = 4,  // HttpOnly, so never set by script
};

/// The promises of a cookie name: `__Secure-` and `__Host-`, in any case (4.1.3), and but for profile
/// rfc6265bis
/// `__Http-` and `__Host-Http-`.
unsigned prefix_promises(std::string_view name, Profile profile);

}  // namespace metrofax::consent::cookies
