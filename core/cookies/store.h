// The store model of RFC 6265bis 5.7 and 5.8, in memory the caller brings. What the sweep planner, the
// scanner, the tests and the fuzzer measure themselves against; a browser has its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cookies/accept.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// A cookie in the store. Its views are those of the line and the page it came from, which must outlive it.
struct StoredCookie {
  Cookie cookie;
  std::string_view partition;  // of a Partitioned cookie: the site that was on top
};

/// A cookie jar. Identity is name, domain, host-only, path and partition. Copies no text and never allocates.
class CookieStore {
 public:
  /// `memory` holds at most `capacity` cookies and belongs to the caller.
  CookieStore(StoredCookie* memory, std::size_t capacity) : cookies_(memory), capacity_(capacity) {}

  /// What a page does with a Set-Cookie value or a document.cookie assignment at `now`, unix seconds. ok also
  /// where the cookie is over already and so removes its like. Otherwise the code of parse, accept or insert.
  ErrorCode set(std::string_view line, const CookiePage& page, std::int64_t now, CookieApi api,
                Profile profile);

  /// Puts an accepted cookie in. Errors: cookie_overwrites_secure (an insecure page, a Secure cookie of the
  /// name there), cookie_overwrites_http_only (a script, an HttpOnly cookie there), cookie_store_full.
  ErrorCode insert(const Cookie& cookie, const CookiePage& page, std::int64_t now, CookieApi api);

  /// The cookies that a request or a script of the page gets at `now`, longer paths first, then older ones
  /// (5.8.3). Writes at most `capacity` pointers, valid until the next change, and returns how many there are
  /// in all.
  std::size_t get(const CookiePage& page, std::int64_t now, CookieApi api, const StoredCookie** out,
                  std::size_t capacity);

  /// Drops what is over at `now`.
  void expire(std::int64_t now);

  std::size_t size() const { return size_; }
  const StoredCookie& operator[](std::size_t index) const { return cookies_[index]; }

 private:
  StoredCookie* find(const Cookie& cookie, std::string_view partition);

  void remove(StoredCookie* cookie);

  StoredCookie* cookies_;  // in the order of retrieval: longer paths first, then older cookies
  std::size_t capacity_;
  std::size_t size_ = 0;
};

/// Writes cookies as a Cookie header or document.cookie shows them (5.8.1): `a=1; b=2; nameless`. Returns the
/// length, or too_long.
Result<std::size_t> write_cookie_header(const StoredCookie* const* cookies, std::size_t count, char* out,
                                        std::size_t capacity);

}  // namespace metrofax::consent::cookies
