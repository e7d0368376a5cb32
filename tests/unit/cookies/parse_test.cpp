#include "cookies/parse.h"

#include <string>

#include "catch.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

Error parse(std::string_view line, SetCookie& cookie, Profile profile = Profile::rfc6265bis) {
  cookie = SetCookie();
  return parse_set_cookie(line, profile, cookie);
}

}  // namespace

TEST_CASE("every control character rejects a line wherever it stands, and is pointed at", "[cookies]") {
  const std::string line = "name=value; Path=/x; other";
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
    for (std::size_t at = 0; at <= line.size(); ++at) {
      std::string with = line;
      with.insert(at, 1, static_cast<char>(byte));
      SetCookie cookie;
      const Error error = parse(with, cookie);
      if (control) {
        CHECK(error.code == ErrorCode::cookie_control_character);
        CHECK(error.offset == at);
      } else {
        // A semicolon in front leaves neither name nor value.
        CHECK(error.code == (byte == ';' && at == 0 ? ErrorCode::cookie_empty : ErrorCode::ok));
      }
    }
  }
}

TEST_CASE("views point into the line, and absent differs from empty", "[cookies]") {
  const std::string line = " a = b ; Domain ; Max-Age=5; Max-Age=x";
  SetCookie cookie;
  CHECK(parse(line, cookie).code == ErrorCode::ok);
  CHECK(cookie.name.data() == line.data() + 1);
  CHECK(cookie.value.data() == line.data() + 5);
  CHECK(cookie.domain.data() != nullptr);
  CHECK(cookie.domain.empty());
  CHECK(cookie.path.data() == nullptr);
  CHECK(cookie.max_age == "5");
}

TEST_CASE("name and value share 4096 octets; what is trimmed does not count", "[cookies]") {
  SetCookie cookie;
  CHECK(parse(std::string(2048, 'n') + "  =  " + std::string(2048, 'v'), cookie).code == ErrorCode::ok);
  const Error error = parse(std::string(2048, 'n') + "=" + std::string(2049, 'v'), cookie);
  CHECK(error.code == ErrorCode::cookie_too_long);
  CHECK(error.offset == 2048);
}

TEST_CASE("an attribute value over 1024 octets is as if the attribute were not there", "[cookies]") {
  SetCookie cookie;
  for (const char* name :
       {"Path=/", "Domain=", "Max-Age=", "SameSite=", "Secure=", "HttpOnly=", "Partitioned="}) {
    CHECK(parse(std::string("a=b; SameSite=Lax; ") + name + std::string(1025, '1'), cookie).code ==
          ErrorCode::ok);
    CHECK(cookie.path.data() == nullptr);
    CHECK(cookie.domain.data() == nullptr);
    CHECK(cookie.max_age.data() == nullptr);
    CHECK(cookie.same_site == SameSite::lax);
    CHECK_FALSE(cookie.secure);
    CHECK_FALSE(cookie.http_only);
    CHECK_FALSE(cookie.partitioned);
  }
}

TEST_CASE("attribute names are whole words in any case", "[cookies]") {
  SetCookie cookie;
  parse("a=b; sEcUrE; HTTPONLY; partitioneD; SAMESITE=sTrIcT; PATH=/p; DOMAIN=d; MAX-AGE=1", cookie);
  CHECK(cookie.secure);
  CHECK(cookie.http_only);
  CHECK(cookie.partitioned);
  CHECK(cookie.same_site == SameSite::strict);
  CHECK(cookie.path == "/p");
  CHECK(cookie.domain == "d");
  CHECK(cookie.lifetime == 1);
  for (const char* other :
       {"Secur", "Secures", "Max-Age Domain", "HttpOnl", "Http-Only", "", "=", "expiresmax-age"}) {
    const std::string line = std::string("a=b; ") + other + "=1";
    parse(line, cookie);
    CHECK_FALSE(cookie.secure);
    CHECK_FALSE(cookie.http_only);
    CHECK(cookie.domain.data() == nullptr);
    CHECK(cookie.max_age.data() == nullptr);
  }
}

TEST_CASE("Max-Age counts no further than the cap needs", "[cookies.persistent][cookies]") {
  SetCookie cookie;
  for (const auto& [text, lifetime] :
       std::initializer_list<std::pair<std::string, int>>{{"0", 0},
                                                          {"-0", 0},
                                                          {"-7", 0},
                                                          {"34560000", kMaxLifetime},
                                                          {"34560001", kMaxLifetime + 1},
                                                          {"2147483648", kMaxLifetime + 1},
                                                          {std::string(1024, '9'), kMaxLifetime + 1},
                                                          {"-" + std::string(1000, '9'), 0},
                                                          {std::string(1000, '0') + "9", 9}}) {
    const std::string line = "a=b; Max-Age=" + text;
    parse(line, cookie);
    CHECK(cookie.max_age == text);
    CHECK(cookie.lifetime == lifetime);
  }
}

TEST_CASE("a tab or a nameless value with an equals sign is refused by Chromium alone", "[cookies]") {
  SetCookie cookie;
  for (const Profile profile : {Profile::rfc6265bis, Profile::layered}) {
    CHECK(parse("a\tb=c\td; x\ty=z", cookie, profile).code == ErrorCode::ok);
    CHECK(parse("=a=b", cookie, profile).code == ErrorCode::ok);
  }
  CHECK(parse("a\tb=c", cookie, Profile::chromium).code == ErrorCode::cookie_tab);
  CHECK(parse("a=c\td", cookie, Profile::chromium).code == ErrorCode::cookie_tab);
  CHECK(parse("a=c; x\ty=z", cookie, Profile::chromium).code == ErrorCode::cookie_tab);
  CHECK(parse("\ta\t=\tb\t;\tc\t=\td\t", cookie, Profile::chromium).code == ErrorCode::ok);
  CHECK(parse("=a=b", cookie, Profile::chromium).code == ErrorCode::cookie_nameless_with_equals);
}
