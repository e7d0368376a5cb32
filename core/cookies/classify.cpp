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
  CookieFacts rejected;
  const Result<SetCookie> parsed = parse_set_cookie(line, profile);
  if (!parsed.ok()) {
    rejected.why = parsed.error().code;
    return rejected;
  }
  const Result<Cookie> accepted = accept_cookie(parsed.value(), page, now, api, profile);
  if (!accepted.ok()) {
    rejected.name = parsed.value().name;
    rejected.why = accepted.error().code;
    rejected.secure = parsed.value().secure;
    rejected.http_only = parsed.value().http_only;
    rejected.partitioned = parsed.value().partitioned;
    return rejected;
  }
  return classify_cookie(accepted.value(), now);
}

}  // namespace metrofax::consent::cookies
