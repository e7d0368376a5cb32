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

/// 5.6.3 and 5.7 steps 7-10: which host or hosts the cookie is for.
ErrorCode set_domain(std::string_view attribute, const CookiePage& page, Profile profile, Cookie& cookie) {
  cookie.domain = page.host;
  for (const char c : attribute) {
    if (static_cast<unsigned char>(c) > 0x7F) return ErrorCode::cookie_domain_mismatch;
  }
  if (attribute.starts_with('.')) {
    attribute.remove_prefix(1);
    // The draft takes "Domain=." for no Domain at all.
    if (attribute.empty() && profile != Profile::rfc6265bis) return ErrorCode::cookie_domain_dot;
  }
  if (attribute.empty()) return ErrorCode::ok;
  if (!domain_match(page.host, attribute)) return ErrorCode::cookie_domain_mismatch;

  const bool itself = attribute.size() == page.host.size();
  const bool suffix =
      attribute.size() <= page.public_suffix.size() || find_or_end(attribute, '.') == attribute.size();
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
  cookie.path = attribute.starts_with('/') ? attribute : default_path(page.path);
  return ErrorCode::ok;
}

/// 5.7, the last checks before the store: what a prefix promises must hold.
ErrorCode check_prefixes(const SetCookie& line, const Cookie& cookie, Profile profile) {
  if (cookie.name.empty()) {
    // Sent as the bare value, it would be read as a cookie with that name.
    const NamePrefix faked = name_prefix(cookie.value, profile);
    return faked.secure ? ErrorCode::cookie_prefix_nameless : ErrorCode::ok;
  }
  const NamePrefix prefix = name_prefix(cookie.name, profile);
  if (prefix.secure && !cookie.secure) {
    return prefix.host ? ErrorCode::cookie_prefix_host : ErrorCode::cookie_prefix_secure;
  }
  const bool path_given = profile == Profile::rfc6265bis || line.path == "/";
  if (prefix.host && !(cookie.host_only && cookie.path == "/" && path_given))
    return ErrorCode::cookie_prefix_host;
  if (prefix.http && !cookie.http_only) return ErrorCode::cookie_prefix_http;
  return ErrorCode::ok;
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

NamePrefix name_prefix(std::string_view name, Profile profile) {
  NamePrefix prefix;
  if (!starts_with_ignoring_case(name, "__")) return prefix;
  name.remove_prefix(2);
  const bool with_http = profile != Profile::rfc6265bis;
  if (starts_with_ignoring_case(name, "host-")) {
    prefix.secure = prefix.host = true;
    prefix.http = with_http && starts_with_ignoring_case(name.substr(5), "http-");
  } else if (starts_with_ignoring_case(name, "secure-")) {
    prefix.secure = true;
  } else if (with_http && starts_with_ignoring_case(name, "http-")) {
    prefix.secure = prefix.http = true;
  }
  return prefix;
}

Result<Cookie> accept_cookie(const SetCookie& line, const CookiePage& page, std::int64_t now, CookieApi api,
                             Profile profile) {
  Cookie cookie;
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
  if (code != ErrorCode::ok) return Error{code, 0};
  return cookie;
}

}  // namespace metrofax::consent::cookies
