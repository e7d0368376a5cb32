#include "cookies/classify.h"

namespace metrofax::consent::cookies {

CookieFacts classify_cookie(const Cookie& cookie, std::int64_t now) {
  now = clamp_time(now);
  CookieFacts facts;
  facts.name = cookie.name;
  facts.secure = cookie.secure;
  facts.http_only = cookie.http_only;
  facts.partitioned = cookie.partitioned;
  facts.kind = CookieKind::session;
  if (cookie.persistent) {
    // A cookie that expires in this very second is over already.
    facts.kind = cookie.expires > now ? CookieKind::persistent : CookieKind::expired;
    if (facts.kind == CookieKind::persistent) {
      facts.lifetime = cookie.expires - now;
      facts.capped = cookie.capped;
    }
  }
  return facts;
}

CookieFacts classify_cookie(std::string_view line, const CookiePage& page, std::int64_t now, CookieApi api,
                            Profile profile) {
  SetCookie parsed;
  Cookie cookie;
  ErrorCode code = parse_set_cookie(line, profile, parsed).code;
  if (code == ErrorCode::ok) code = accept_cookie(parsed, page, now, api, profile, cookie);
  CookieFacts facts = classify_cookie(cookie, now);
  if (code != ErrorCode::ok) {
    facts.kind = CookieKind::rejected;
    facts.why = code;
    facts.lifetime = 0;
    facts.capped = false;
  }
  return facts;
}

}  // namespace metrofax::consent::cookies
