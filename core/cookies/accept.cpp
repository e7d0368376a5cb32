#include "cookies/accept.h"

#include "cookies/bytes.h"
#include "cookies/date.h"
#include "cookies/match.h"

namespace metrofax::consent::cookies {
namespace {

/// 5.7 steps 6: Max-Age where there is a valid one, else Expires, else the session; and the cap of 5.5.
void set_lifetime(const SetCookie& line, std::int64_t now, Cookie& cookie) {
  now = clamp_time(now);
  const bool by_age = line.max_age.data() != nullptr;
  cookie.persistent = by_age || line.has_expires;
  if (!cookie.persistent) return;
  if (by_age) {
    cookie.expires = line.lifetime > 0 ? now + line.lifetime : kEarliestDate;
  } else {
    cookie.expires = line.expires;
  }
  cookie.capped = cookie.expires > now + kMaxLifetime;
  if (cookie.capped) cookie.expires = now + kMaxLifetime;
}

/// 5.6.3 and 5.7 steps 7-10: which host or hosts the cookie is for. An attribute that is not ASCII matches no
/// host.
ErrorCode set_domain(std::string_view attribute, const CookiePage& page, Profile profile, Cookie& cookie) {
  cookie.domain = page.host;
  if (!attribute.empty() && attribute.front() == '.') {
    attribute = slice(attribute, 1, attribute.size());
    // The draft takes "Domain=." for no Domain at all.
    if (attribute.empty() && profile != Profile::rfc6265bis) return ErrorCode::cookie_domain_dot;
  }
  if (attribute.empty()) return ErrorCode::ok;
  if (!domain_match(page.host, attribute)) return ErrorCode::cookie_domain_mismatch;

  const bool itself = attribute.size() == page.host.size();
  const bool suffix = attribute.size() <= page.public_suffix.size() || !contains(attribute, '.');
  if (suffix && !itself) return ErrorCode::cookie_public_suffix;
  // A public suffix that sets a cookie for itself gets a host-only one; Chromium does the same with
  // addresses.
  if (suffix || (profile == Profile::chromium && is_ip_address(page.host))) return ErrorCode::ok;
  cookie.host_only = false;
  cookie.domain = attribute;
  return ErrorCode::ok;
}

/// 5.6.4 and 5.7 step 11.
ErrorCode set_path(std::string_view attribute, const CookiePage& page, Profile profile, Cookie& cookie) {
  if (profile != Profile::rfc6265bis) {
    for (const char c : attribute) {
      if (static_cast<unsigned char>(c) > 0x7F) return ErrorCode::cookie_bad_path;
    }
  }
  cookie.path = !attribute.empty() && attribute.front() == '/' ? attribute : default_path(page.path);
  return ErrorCode::ok;
}

/// 5.7, the last checks before the store: what a prefix promises must hold.
ErrorCode check_prefixes(const SetCookie& line, const Cookie& cookie, Profile profile) {
  const bool nameless = cookie.name.empty();
  const unsigned promises = prefix_promises(nameless ? cookie.value : cookie.name, profile);
  if (promises == 0) return ErrorCode::ok;
  // Sent as the bare value, it would be read as a cookie with that name.
  if (nameless) return ErrorCode::cookie_prefix_nameless;
  if ((promises & kPromisesHost) != 0) {
    const bool path_given = profile == Profile::rfc6265bis || is_root(line.path);
    if (!cookie.secure || !cookie.host_only || !is_root(cookie.path) || !path_given) {
      return ErrorCode::cookie_prefix_host;
    }
  }
  if (!cookie.secure) return ErrorCode::cookie_prefix_secure;
  return (promises & kPromisesHttpOnly) != 0 && !cookie.http_only ? ErrorCode::cookie_prefix_http
                                                                  : ErrorCode::ok;
}

ErrorCode check_flags(const Cookie& cookie, const CookiePage& page, CookieApi api) {
  if (cookie.secure && !page.secure) return ErrorCode::cookie_secure_from_insecure;
  if (cookie.http_only && api == CookieApi::dom) return ErrorCode::cookie_http_only_from_script;
  // 5.7: only SameSite=None may be set from another site's page, save by a response that is itself the page
  // on top.
  const bool foreign =
      page.site == SiteContext::cross_site || (page.site == SiteContext::navigation && api == CookieApi::dom);
  if (cookie.same_site != SameSite::none) {
    if (foreign) return ErrorCode::cookie_samesite_cross_site;
  } else if (!cookie.secure) {
    return ErrorCode::cookie_samesite_none_insecure;
  }
  return cookie.partitioned && !cookie.secure ? ErrorCode::cookie_partitioned_insecure : ErrorCode::ok;
}

}  // namespace

unsigned prefix_promises(std::string_view name, Profile profile) {
  // One row of promises by word for the draft, one for the others; the last of a row is that of no prefix.
  static constexpr std::uint8_t rows[2][5] = {{1, 0, 1 | 2, 1 | 2, 0}, {1, 1 | 4, 1 | 2 | 4, 1 | 2, 0}};
  return rows[profile != Profile::rfc6265bis]
             [find_word(name.data(), name.size(), "\11__secure-\7__http-\14__host-http-\7__host-", true)];
}

ErrorCode accept_cookie(const SetCookie& line, const CookiePage& page, std::int64_t now, CookieApi api,
                        Profile profile, Cookie& cookie) {
  cookie.name = line.name;
  cookie.value = line.value;
  cookie.secure = line.secure;
  cookie.http_only = line.http_only;
  cookie.partitioned = line.partitioned;
  cookie.same_site = line.same_site;
  set_lifetime(line, now, cookie);

  ErrorCode code = set_domain(line.domain, page, profile, cookie);
  if (code == ErrorCode::ok) code = set_path(line.path, page, profile, cookie);
  if (code == ErrorCode::ok) code = check_flags(cookie, page, api);
  if (code == ErrorCode::ok) code = check_prefixes(line, cookie, profile);
  return code;
}

}  // namespace metrofax::consent::cookies
