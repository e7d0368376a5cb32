#include "cookies/store.h"

#include "cookies/bytes.h"
#include "cookies/match.h"

namespace metrofax::consent::cookies {
namespace {

bool is_over(const Cookie& cookie, std::int64_t now) { return cookie.persistent && cookie.expires <= now; }

std::string_view partition_of(const Cookie& cookie, const CookiePage& page) {
  return cookie.partitioned ? page.partition : std::string_view{};
}

bool belongs_to_host(const Cookie& cookie, std::string_view host) {
  return cookie.host_only ? equal_ignoring_case(cookie.domain, host) : domain_match(host, cookie.domain);
}

/// 5.8.3 step 1: whether a request from `page` may carry the cookie, for the site on top.
bool allowed_by_same_site(const Cookie& cookie, SiteContext site, CookieApi api) {
  if (cookie.same_site == SameSite::none || site == SiteContext::same_site) return true;
  // Lax and Default also go with a navigation on top, never to a script of another site.
  return site == SiteContext::navigation && api == CookieApi::http && cookie.same_site != SameSite::strict;
}

}  // namespace

void CookieStore::expire(std::int64_t now) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    if (is_over(cookies_[i].cookie, now)) continue;
    if (kept != i) cookies_[kept] = cookies_[i];
    ++kept;
  }
  size_ = kept;
}

void CookieStore::remove(StoredCookie* cookie) {
  StoredCookie* const end = cookies_ + --size_;
  for (; cookie != end; ++cookie) *cookie = cookie[1];
}

StoredCookie* CookieStore::find(const Cookie& cookie, std::string_view partition) {
  for (std::size_t i = 0; i < size_; ++i) {
    const Cookie& other = cookies_[i].cookie;
    if (other.name == cookie.name && other.host_only == cookie.host_only && other.path == cookie.path &&
        equal_ignoring_case(other.domain, cookie.domain) && other.partitioned == cookie.partitioned &&
        cookies_[i].partition == partition) {
      return &cookies_[i];
    }
  }
  return nullptr;
}

ErrorCode CookieStore::insert(const Cookie& cookie, const CookiePage& page, std::int64_t now, CookieApi api) {
  expire(now);
  const std::string_view partition = partition_of(cookie, page);
  if (!cookie.secure && !page.secure) {
    // 5.7, "leave secure cookies alone": domains match either way, and the new path lies at or below the old
    // one.
    for (std::size_t i = 0; i < size_; ++i) {
      const Cookie& other = cookies_[i].cookie;
      if (other.secure && other.name == cookie.name && cookies_[i].partition == partition &&
          (domain_match(other.domain, cookie.domain) || domain_match(cookie.domain, other.domain)) &&
          path_match(cookie.path, other.path)) {
        return ErrorCode::cookie_overwrites_secure;
      }
    }
  }
  StoredCookie* old = find(cookie, partition);
  if (old != nullptr && old->cookie.http_only && api == CookieApi::dom)
    return ErrorCode::cookie_overwrites_http_only;
  if (is_over(cookie, now)) {
    if (old != nullptr) remove(old);
    return ErrorCode::ok;
  }
  if (old == nullptr) {
    if (size_ == capacity_) return ErrorCode::cookie_store_full;
    // Behind all that are asked for before it; one that is overwritten keeps its place, as its creation time
    // is kept.
    old = cookies_ + size_++;
    for (; old != cookies_ && old[-1].cookie.path.size() < cookie.path.size(); --old) *old = old[-1];
  }
  old->cookie = cookie;
  old->partition = partition;
  return ErrorCode::ok;
}

ErrorCode CookieStore::set(std::string_view line, const CookiePage& page, std::int64_t now, CookieApi api,
                           Profile profile) {
  SetCookie parsed;
  if (const Error error = parse_set_cookie(line, profile, parsed); error.code != ErrorCode::ok)
    return error.code;
  Cookie cookie;
  const ErrorCode code = accept_cookie(parsed, page, now, api, profile, cookie);
  return code == ErrorCode::ok ? insert(cookie, page, now, api) : code;
}

std::size_t CookieStore::get(const CookiePage& page, std::int64_t now, CookieApi api,
                             const StoredCookie** out, std::size_t capacity) {
  expire(now);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const Cookie& cookie = cookies_[i].cookie;
    if (!belongs_to_host(cookie, page.host) || !path_match(page.path, cookie.path) ||
        (cookie.secure && !page.secure) || (cookie.http_only && api == CookieApi::dom) ||
        (cookie.partitioned && cookies_[i].partition != page.partition) ||
        !allowed_by_same_site(cookie, page.site, api)) {
      continue;
    }
    if (count < capacity) out[count] = &cookies_[i];
    ++count;
  }
  return count;
}

Result<std::size_t> write_cookie_header(const StoredCookie* const* cookies, std::size_t count, char* out,
                                        std::size_t capacity) {
  std::size_t size = 0;
  const auto append = [&](std::string_view text) {
    if (capacity - size < text.size()) return false;
    for (const char c : text) out[size++] = c;
    return true;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const Cookie& cookie = cookies[i]->cookie;
    const bool named = !cookie.name.empty();
    if (!append(i > 0 ? "; " : "") || !append(cookie.name) || !append(named ? "=" : "") ||
        !append(cookie.value)) {
      return Error{ErrorCode::too_long, static_cast<std::uint32_t>(size)};
    }
  }
  return size;
}

}  // namespace metrofax::consent::cookies
