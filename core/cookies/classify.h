// Session or persistent: the difference the published policy turns on, and what the gate asks of a cookie
// line.
#pragma once

#include <cstdint>
#include <string_view>

#include "cookies/accept.h"
#include "cookies/parse.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// What writing the line would do. Zero stores nothing.
enum class CookieKind : std::uint8_t {
  rejected = 0,    // no browser of the profile would keep it
  expired = 1,     // persistent and already over: it removes a cookie, and stores none
  session = 2,     // gone with the session
  persistent = 3,  // stays for `lifetime` seconds
};

/// The answer about one line. `name` points into the line; for a line that does not parse it is empty.
struct CookieFacts {
  std::string_view name;
  std::int64_t lifetime = 0;      // seconds left, 1 to 34,560,000 for a persistent cookie, else 0
  ErrorCode why = ErrorCode::ok;  // of a rejected one
  CookieKind kind = CookieKind::rejected;
  bool capped = false;  // the line asked for more than 400 days
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
};

/// Classifies one Set-Cookie value (api http) or one document.cookie assignment (api dom) made on `page` at
/// `now`, unix seconds. Never fails: any bytes have an answer, in time linear in their number. Serves:
/// cookies.session, cookies.persistent. Source: RFC 6265bis draft-22, 5.6 and 5.7; the cap: 5.5.
CookieFacts classify_cookie(std::string_view line, const CookiePage& page, std::int64_t now, CookieApi api,
                            Profile profile = Profile::rfc6265bis);

/// The same for a cookie already accepted.
CookieFacts classify_cookie(const Cookie& cookie, std::int64_t now);

}  // namespace metrofax::consent::cookies
