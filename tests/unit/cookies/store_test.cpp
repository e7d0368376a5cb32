#include "cookies/store.h"

#include <string>

#include "catch.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

struct Jar {
  StoredCookie memory[4];
  CookieStore store{memory, 4};
  CookiePage page;

  Jar() {
    page.host = "www.example.com";
    page.path = "/shop/item";
    page.secure = true;
  }
  ErrorCode set(std::string_view line, std::int64_t now = 0, CookieApi api = CookieApi::http) {
    return store.set(line, page, now, api, Profile::rfc6265bis);
  }
  std::string get(std::int64_t now = 0, CookieApi api = CookieApi::http) {
    const StoredCookie* found[4];
    const std::size_t count = store.get(page, now, api, found, 4);
    char text[256];
    return {text, write_cookie_header(found, count, text, sizeof text).value()};
  }
};

}  // namespace

TEST_CASE("a full store says so, keeps what it has, and has room again when something is over", "[cookies]") {
  Jar jar;
  CHECK(jar.set("a=1; Max-Age=10") == ErrorCode::ok);
  CHECK(jar.set("b=2") == ErrorCode::ok);
  CHECK(jar.set("c=3") == ErrorCode::ok);
  CHECK(jar.set("d=4") == ErrorCode::ok);
  CHECK(jar.set("e=5") == ErrorCode::cookie_store_full);
  CHECK(jar.set("b=22") == ErrorCode::ok);
  CHECK(jar.set("e=; Max-Age=0") == ErrorCode::ok);
  CHECK(jar.get() == "a=1; b=22; c=3; d=4");
  CHECK(jar.set("e=5", 10) == ErrorCode::ok);
  CHECK(jar.get(10) == "b=22; c=3; d=4; e=5");
}

TEST_CASE("an overwritten cookie keeps its place, a removed and re-set one does not", "[cookies]") {
  Jar jar;
  jar.set("a=1; Path=/");
  jar.set("b=2; Path=/");
  jar.set("a=3; Path=/");
  CHECK(jar.get() == "a=3; b=2");
  jar.set("a=; Path=/; Max-Age=0");
  jar.set("a=4; Path=/");
  CHECK(jar.get() == "b=2; a=4");
}

TEST_CASE("an insecure page can neither see nor shadow nor remove a Secure cookie",
          "[security.tls][cookies]") {
  Jar jar;
  CHECK(jar.set("id=1; Secure; Path=/") == ErrorCode::ok);
  jar.page.secure = false;
  CHECK(jar.get().empty());
  CHECK(jar.set("id=2; Path=/") == ErrorCode::cookie_overwrites_secure);
  CHECK(jar.set("id=2; Path=/shop") == ErrorCode::cookie_overwrites_secure);
  CHECK(jar.set("id=2; Path=/; Domain=example.com") == ErrorCode::cookie_overwrites_secure);
  CHECK(jar.set("id=; Path=/; Max-Age=0") == ErrorCode::cookie_overwrites_secure);
  CHECK(jar.set("other=2; Path=/") == ErrorCode::ok);
  jar.page.secure = true;
  CHECK(jar.get() == "id=1; other=2");
}

TEST_CASE("a Secure cookie of a deeper path does not guard the paths above it", "[security.tls][cookies]") {
  Jar jar;
  CHECK(jar.set("id=1; Secure; Path=/shop/item") == ErrorCode::ok);
  jar.page.secure = false;
  CHECK(jar.set("id=2; Path=/shop") == ErrorCode::ok);
}

TEST_CASE("script can neither read, overwrite nor remove an HttpOnly cookie", "[cookies]") {
  Jar jar;
  jar.set("id=1; HttpOnly; Path=/");
  CHECK(jar.get(0, CookieApi::dom).empty());
  CHECK(jar.set("id=2; Path=/", 0, CookieApi::dom) == ErrorCode::cookie_overwrites_http_only);
  CHECK(jar.set("id=; Path=/; Max-Age=0", 0, CookieApi::dom) == ErrorCode::cookie_overwrites_http_only);
  CHECK(jar.get() == "id=1");
}

TEST_CASE("a Partitioned cookie is another cookie, even where nobody names the site on top",
          "[cookies.removal][cookies]") {
  Jar jar;
  jar.set("id=plain; Secure; Path=/");
  jar.set("id=partitioned; Secure; Path=/; Partitioned");
  CHECK(jar.get() == "id=plain; id=partitioned");
  jar.set("id=; Secure; Path=/; Max-Age=0");
  CHECK(jar.get() == "id=partitioned");
}

TEST_CASE("more cookies than there is room for are counted, and the first are the right ones", "[cookies]") {
  Jar jar;
  jar.set("a=1; Path=/");
  jar.set("b=2; Path=/shop");
  jar.set("c=3; Path=/shop/item");
  const StoredCookie* found[1];
  CHECK(jar.store.get(jar.page, 0, CookieApi::http, found, 1) == 3);
  CHECK(found[0]->cookie.name == "c");
  char text[3];
  CHECK(write_cookie_header(found, 1, text, 3).value() == 3);
  CHECK(write_cookie_header(found, 1, text, 2).error().code == ErrorCode::too_long);
}
