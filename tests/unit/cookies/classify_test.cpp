#include "cookies/classify.h"

#include "catch.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

CookieFacts classify(std::string_view line, CookieApi api = CookieApi::http, bool secure = true) {
  CookiePage page;
  page.host = "www.example.com";
  page.secure = secure;
  return classify_cookie(line, page, 1767225600, api);
}

}  // namespace

TEST_CASE("nothing but a valid attribute makes a cookie persistent", "[cookies.session][cookies]") {
  for (const char* line : {"a=b", "a=b; Expires", "a=b; Expires=0", "a=b; Expires=-1", "a=b; Expires=Session",
                           "a=b; Expires=2027-01-01T00:00:00Z", "a=b; Expires=Tue, 30 Feb 2027 00:00:00 GMT",
                           "a=b; Expires=Fri, 01 Jan 2027 24:00:00 GMT", "a=b; Expires=Fri, 01 Jan 2027",
                           "a=b; Max-Age", "a=b; Max-Age=1.5", "a=b; Max-Age=forever"}) {
    INFO(line);
    const CookieFacts facts = classify(line);
    CHECK(facts.kind == CookieKind::session);
    CHECK(facts.lifetime == 0);
  }
}

TEST_CASE("a persistent cookie lives as long as the cap lets it", "[cookies.persistent][cookies]") {
  CookieFacts facts = classify("a=b; Max-Age=63072000; Secure; HttpOnly");
  CHECK(facts.kind == CookieKind::persistent);
  CHECK(facts.lifetime == kMaxLifetime);
  CHECK(facts.capped);
  CHECK(facts.secure);
  CHECK(facts.http_only);
  facts = classify("a=b; Expires=Fri, 05 Feb 2027 00:00:00 GMT");
  CHECK(facts.lifetime == kMaxLifetime);
  CHECK_FALSE(facts.capped);
}

TEST_CASE("a removal is told from a cookie that is stored", "[cookies.removal][cookies]") {
  for (const char* line :
       {"a=; Max-Age=0", "a=b; Max-Age=-1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=b; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "a=b; Max-Age=0; Expires=1 Jan 2027 0:0:0"}) {
    INFO(line);
    const CookieFacts facts = classify(line);
    CHECK(facts.kind == CookieKind::expired);
    CHECK(facts.lifetime == 0);
    CHECK_FALSE(facts.capped);
  }
}

TEST_CASE("what no browser keeps is rejected with its reason, and its name where it has one",
          "[security.tls][cookies]") {
  CookieFacts facts = classify("id=1; Max-Age=60; Secure", CookieApi::http, false);
  CHECK(facts.kind == CookieKind::rejected);
  CHECK(facts.why == ErrorCode::cookie_secure_from_insecure);
  CHECK(facts.name == "id");
  CHECK(facts.lifetime == 0);
  facts = classify("id=1; HttpOnly", CookieApi::dom);
  CHECK(facts.why == ErrorCode::cookie_http_only_from_script);
  facts = classify("id=1\n");
  CHECK(facts.why == ErrorCode::cookie_control_character);
  CHECK(facts.name.empty());
}
