#include "cookies/accept.h"

#include <limits>

#include "catch.h"
#include "cookies/classify.h"
#include "cookies/date.h"
#include "cookies/match.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

ErrorCode accept(std::string_view line, const CookiePage& page, Cookie& cookie,
                 Profile profile = Profile::rfc6265bis) {
  SetCookie parsed;
  const Error error = parse_set_cookie(line, profile, parsed);
  if (error.code != ErrorCode::ok) return error.code;
  cookie = Cookie();
  return accept_cookie(parsed, page, 1000, CookieApi::http, profile, cookie);
}

CookiePage page_on(std::string_view host) {
  CookiePage page;
  page.host = host;
  page.secure = true;
  return page;
}

}  // namespace

TEST_CASE("a public suffix is refused, but may set a cookie for itself alone", "[cookies]") {
  Cookie cookie;
  CookiePage page = page_on("shop.example.co.uk");
  // Nobody told the core of co.uk: only a name without a dot is known to be a suffix.
  CHECK(accept("a=b; Domain=uk", page, cookie) == ErrorCode::cookie_public_suffix);
  CHECK(accept("a=b; Domain=co.uk", page, cookie) == ErrorCode::ok);
  page.public_suffix = "co.uk";
  CHECK(accept("a=b; Domain=uk", page, cookie) == ErrorCode::cookie_public_suffix);
  CHECK(accept("a=b; Domain=.CO.uk", page, cookie) == ErrorCode::cookie_public_suffix);
  CHECK(accept("a=b; Domain=example.co.uk", page, cookie) == ErrorCode::ok);
  CHECK_FALSE(cookie.host_only);
  page = page_on("co.uk");
  page.public_suffix = "co.uk";
  CHECK(accept("a=b; Domain=co.uk", page, cookie) == ErrorCode::ok);
  CHECK(cookie.host_only);
}

TEST_CASE("a host that is not ASCII matches no Domain of another spelling", "[cookies]") {
  Cookie cookie;
  CHECK(accept("a=b; Domain=\xC3\xBC.example", page_on("xn--tda.example"), cookie) ==
        ErrorCode::cookie_domain_mismatch);
}

TEST_CASE("prefixes bind in any case, and a nameless value may not pretend to one",
          "[security.tls][cookies]") {
  for (const Profile profile : {Profile::rfc6265bis, Profile::layered, Profile::chromium}) {
    for (const char* name : {"__Secure-a", "__SECURE-a", "__secure-"}) {
      CHECK(prefix_promises(name, profile) == kPromisesSecure);
    }
    for (const char* name : {"__Host-a", "__hOsT-a", "__Host-"}) {
      CHECK(prefix_promises(name, profile) == (kPromisesSecure | kPromisesHost));
    }
    for (const char* name :
         {"", "_", "__", "__Secure", "_Secure-a", " __Secure-a", "__Hostile-a", "Secure-"}) {
      CHECK(prefix_promises(name, profile) == 0);
    }
  }
  CHECK(prefix_promises("__Http-a", Profile::rfc6265bis) == 0);
  CHECK(prefix_promises("__Host-Http-a", Profile::rfc6265bis) == (kPromisesSecure | kPromisesHost));
  CHECK(prefix_promises("__HTTP-a", Profile::layered) == (kPromisesSecure | kPromisesHttpOnly));
  CHECK(prefix_promises("__host-http-a", Profile::chromium) ==
        (kPromisesSecure | kPromisesHost | kPromisesHttpOnly));
}

TEST_CASE("no time overflows", "[cookies.persistent][cookies]") {
  for (const std::int64_t now : {std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::int64_t>::max(), std::int64_t{0}, kEarliestDate}) {
    for (const char* line :
         {"a=b; Max-Age=99999999999", "a=b; Expires=31 Dec 9999 23:59:59", "a=b; Max-Age=-1"}) {
      const CookieFacts facts = classify_cookie(line, page_on("a.example"), now, CookieApi::http);
      CHECK(facts.kind != CookieKind::rejected);
      CHECK(facts.lifetime >= 0);
      CHECK(facts.lifetime <= kMaxLifetime);
    }
  }
}

TEST_CASE("default paths and path matches", "[cookies]") {
  CHECK(default_path("") == "/");
  CHECK(default_path("x/y") == "/");
  CHECK(default_path("/") == "/");
  CHECK(default_path("/x") == "/");
  CHECK(default_path("/x/") == "/x");
  CHECK(default_path("/x/y/z") == "/x/y");
  CHECK(default_path("//") == "/");
  CHECK(path_match("/x/y", "/x"));
  CHECK(path_match("/x/y", "/x/"));
  CHECK_FALSE(path_match("/xy", "/x"));
  CHECK_FALSE(path_match("/x", "/x/"));
}

TEST_CASE("addresses have no parents", "[cookies]") {
  CHECK(is_ip_address("192.0.2.3"));
  CHECK(is_ip_address("192.0.2.3."));
  CHECK(is_ip_address("[2001:db8::1]"));
  CHECK(is_ip_address("3221225987"));
  CHECK_FALSE(is_ip_address("example.com"));
  CHECK_FALSE(is_ip_address("3com"));
  CHECK_FALSE(is_ip_address("a.1b"));
  CHECK_FALSE(is_ip_address(""));
  CHECK_FALSE(is_ip_address("."));
  CHECK_FALSE(domain_match("192.0.2.3", "2.3"));
  CHECK(domain_match("192.0.2.3", "192.0.2.3"));
  CHECK(domain_match("a.EXAMPLE.com", "example.COM"));
  CHECK_FALSE(domain_match("example.com", ""));
}
