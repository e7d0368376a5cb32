#include "cookies/url.h"

#include <string>

#include "catch.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

TEST_CASE("host, path and safety of a URL", "[cookies]") {
  const CookiePage page = page_of_url("HtTpS://user:p@ss@Example.COM:8443/x/y?z=/a#b").value();
  CHECK(page.host == "Example.COM");
  CHECK(page.path == "/x/y");
  CHECK(page.secure);
  CHECK(page_of_url("http://[2001:db8::1]:80").value().host == "[2001:db8::1]");
  CHECK(page_of_url("http://example.com").value().path == "/");
  CHECK(page_of_url("http://example.com?x").value().path == "/");
  CHECK(page_of_url("wss://example.com").value().secure);
  CHECK_FALSE(page_of_url("ws://example.com").value().secure);
}

TEST_CASE("what is no web page's URL is refused and pointed at", "[cookies]") {
  const std::pair<const char*, std::uint32_t> wrong[] = {
      {"", 0},
      {"about:blank", 0},
      {"http:/x", 4},
      {"http://", 7},
      {"http:///x", 7},
      {"http://@", 8},
      {"http://a..b", 9},
      {"http://.a", 7},
      {"http://a b", 8},
      {"http://a%62", 8},
      {"http://\xC3", 7},
      {"http://[", 7},
      {"http://[]", 7},
      {"http://[::", 7},
      {"http://[:g]", 9},
      {"http://a:x", 9},
      {"http://[::1]x", 12},
      {"httpss://a", 0},
  };
  for (const auto& [url, offset] : wrong) {
    INFO(url);
    const auto page = page_of_url(url);
    CHECK(page.error().code == ErrorCode::cookie_bad_url);
    CHECK(page.error().offset == offset);
  }
}
