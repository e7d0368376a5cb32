#include "cookies/header.h"

#include <string>
#include <vector>

#include "catch.h"
#include "cookies/split.h"

using namespace metrofax::consent::cookies;

TEST_CASE("a header with more pairs than there is room for is counted whole", "[cookies]") {
  CookiePair pairs[2];
  CHECK(parse_cookie_header("a=1; b=2; c=3", pairs, 2) == 3);
  CHECK(pairs[1].name == "b");
  CHECK(pairs[1].value == "2");
  CHECK(parse_cookie_header("a=1; b=2; c=3", nullptr, 0) == 3);
  CHECK(parse_cookie_header({}, pairs, 2) == 0);
}

TEST_CASE("any bytes are a header, and every pair lies inside it", "[cookies]") {
  for (int first = 0; first < 256; ++first) {
    for (const char second : {'=', ';', ' ', '\t', 'x', '\0', '"', '\x80'}) {
      const std::string header = {static_cast<char>(first), second, '=',
                                  static_cast<char>(first), ';',    second};
      std::vector<CookiePair> pairs(header.size());
      const std::size_t count = parse_cookie_header(header, pairs.data(), pairs.size());
      REQUIRE(count <= pairs.size());
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(pairs[i].name.data() >= header.data());
        CHECK(pairs[i].value.data() + pairs[i].value.size() <= header.data() + header.size());
      }
    }
  }
}

TEST_CASE("after a sweep the name is looked for, whole and exact", "[cookies.removal][cookies]") {
  CHECK(header_has_cookie("a=1; _ga=2", "_ga"));
  CHECK(header_has_cookie("a=1; nameless", ""));
  CHECK_FALSE(header_has_cookie("a=_ga; _gat=2; x_ga=3; _GA=4", "_ga"));
  CHECK_FALSE(header_has_cookie("", ""));
}

TEST_CASE("joined Set-Cookie values come apart where a cookie begins", "[cookies]") {
  std::string_view rest =
      "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT,b={\"c\":1,\"d\":2} , e = 3,, f=4; Path=/,g";
  CHECK(next_set_cookie(rest) == "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT");
  CHECK(next_set_cookie(rest) == "b={\"c\":1,\"d\":2}");
  CHECK(next_set_cookie(rest) == "e = 3,");
  CHECK(next_set_cookie(rest) == "f=4; Path=/,g");
  CHECK(next_set_cookie(rest).empty());
  std::string_view quoted = "a={\"b\":1,\"c=d\":2}";
  CHECK(next_set_cookie(quoted) == "a={\"b\":1,\"c=d\":2}");
  CHECK(rest.empty());
}
