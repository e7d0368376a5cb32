#include "cookies/serialize.h"

#include <limits>
#include <string>

#include "catch.h"
#include "cookies/date.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

constexpr Profile kAllProfiles[] = {Profile::rfc6265bis, Profile::layered, Profile::chromium};

std::string line_of(const SetCookie& cookie, Profile profile = Profile::rfc6265bis) {
  char line[kMaxLine];
  const auto size = serialize_cookie(cookie, profile, line, sizeof line);
  return size.ok() ? std::string(line, size.value()) : fb::EnumNameErrorCode(size.error().code);
}

}  // namespace

TEST_CASE("every byte at every place of every field is written so that it is read again, or refused",
          "[cookies]") {
  for (const Profile profile : kAllProfiles) {
    for (int byte = 0; byte < 256; ++byte) {
      for (std::size_t field = 0; field < 5; ++field) {
        std::string texts[] = {"name", "value", "/path", "example.com", "60"};
        for (std::size_t at = 0; at <= texts[field].size(); ++at) {
          std::string with = texts[field];
          with.insert(at, 1, static_cast<char>(byte));
          SetCookie cookie;
          cookie.name = field == 0 ? with : texts[0];
          cookie.value = field == 1 ? with : texts[1];
          cookie.path = field == 2 ? with : texts[2];
          cookie.domain = field == 3 ? with : texts[3];
          cookie.max_age = field == 4 ? with : texts[4];
          char line[kMaxLine];
          const auto size = serialize_cookie(cookie, profile, line, sizeof line);
          if (!size.ok()) continue;
          SetCookie read;
          CHECK(parse_set_cookie({line, size.value()}, profile, read).code == ErrorCode::ok);
          CHECK(read.name == cookie.name);
          CHECK(read.value == cookie.value);
          CHECK(read.path == cookie.path);
          CHECK(read.domain == cookie.domain);
          CHECK(read.max_age == cookie.max_age);
          CHECK_FALSE(read.secure);
        }
      }
    }
  }
}

TEST_CASE("no field can bring an attribute of its own", "[cookies]") {
  for (const char* text : {"x; Secure", "x;", ";x", "x\r\nSet-Cookie: y=1", "x\n", " x", "x\t"}) {
    SetCookie cookie;
    cookie.name = "a";
    cookie.value = text;
    const std::string answer = line_of(cookie);
    CHECK((answer == "cookie_bad_field" || answer == "cookie_control_character"));
  }
  SetCookie cookie;
  cookie.name = "a=b";
  CHECK(line_of(cookie) == "cookie_bad_field");
}

TEST_CASE("dates are written as they are read, over all years", "[cookies.persistent][cookies]") {
  SetCookie cookie;
  cookie.name = "a";
  cookie.has_expires = true;
  // Every 97th day and some odd seconds, from 1601 to 9999.
  for (std::int64_t time = kEarliestDate; time <= 253402300799; time += 97 * 86400 + 3671) {
    cookie.expires = time;
    const std::string line = line_of(cookie);
    SetCookie read;
    REQUIRE(parse_set_cookie(line, Profile::rfc6265bis, read).code == ErrorCode::ok);
    REQUIRE(read.expires == time);
  }
  cookie.expires = 784111777;
  CHECK(line_of(cookie) == "a=; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("a time no Expires can name is refused", "[cookies.persistent][cookies]") {
  SetCookie cookie;
  cookie.name = "a";
  cookie.has_expires = true;
  for (const std::int64_t time :
       {kEarliestDate - 1, std::int64_t{253402300800}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max(), std::int64_t{1} << 40}) {
    cookie.expires = time;
    char line[kMaxLine];
    const auto size = serialize_cookie(cookie, Profile::rfc6265bis, line, sizeof line);
    CHECK(size.error().code == ErrorCode::cookie_bad_field);
    CHECK(size.error().offset == 2);  // nothing of the attribute was written
  }
}

TEST_CASE("too little room is an error, never half a line", "[cookies]") {
  SetCookie cookie;
  cookie.name = "name";
  cookie.value = "value";
  cookie.secure = true;
  char line[32] = {};
  CHECK(serialize_cookie(cookie, Profile::rfc6265bis, line, 18).value() == 18);
  CHECK(serialize_cookie(cookie, Profile::rfc6265bis, line, 17).error().code == ErrorCode::too_long);
  CHECK(serialize_cookie(cookie, Profile::rfc6265bis, line, 0).error().code == ErrorCode::too_long);
}

TEST_CASE("the longest cookie there is fits the promised room", "[cookies]") {
  const std::string name(2048, 'n');
  const std::string value(2048, 'v');
  const std::string path = "/" + std::string(1023, 'p');
  std::string domain;
  while (domain.size() < 1000) domain += "label.";
  domain += "example";
  SetCookie cookie;
  cookie.name = name;
  cookie.value = value;
  cookie.path = path;
  cookie.domain = domain;
  const std::string age(1024, '1');
  cookie.max_age = age;
  cookie.has_expires = cookie.secure = cookie.http_only = cookie.partitioned = true;
  cookie.same_site = SameSite::strict;
  CHECK(line_of(cookie).size() > 4096 + 3 * 1000);
}

TEST_CASE("a prefix that is not kept is refused before any browser sees it", "[security.tls][cookies]") {
  SetCookie cookie;
  cookie.name = "__Host-id";
  cookie.value = "1";
  CHECK(line_of(cookie) == "cookie_prefix_host");
  cookie.secure = true;
  CHECK(line_of(cookie) == "cookie_prefix_host");
  cookie.path = "/";
  CHECK(line_of(cookie) == "__Host-id=1; Path=/; Secure");
  cookie.domain = "example.com";
  CHECK(line_of(cookie) == "cookie_prefix_host");
}
