// How URLs are read: whose they are must be what a browser makes of them, or nothing.
#include "gate/url.h"

#include <string>

#include "catch.h"
#include "gate/fixture.h"

using namespace metrofax::consent;
using fb::Reason;

namespace {

constexpr std::string_view kDeepPage = "https://www.metrofax.com/a/b.html";

/// read() and resolve_path() in one: what is wrong with a URL, if anything.
Reason read_whole(UrlHead& url, std::string_view text, const UrlHead* base) {
  const Reason wrong = url.read(text, base);
  const bool network = url.scheme() == Scheme::http || url.scheme() == Scheme::https;
  return wrong == Reason::none && network && !url.resolve_path() ? Reason::url_invalid : wrong;
}

struct Reading {
  std::string url;
  Reason wrong = Reason::none;
  Scheme scheme = Scheme::https;
  std::string_view host;
  std::string_view path;
};

void check(const Reading& expected, std::string_view page = kDeepPage) {
  INFO(expected.url);
  UrlHead base;
  REQUIRE(read_whole(base, page, nullptr) == Reason::none);
  UrlHead url;
  CHECK(read_whole(url, expected.url, &base) == expected.wrong);
  if (expected.wrong != Reason::none) return;
  CHECK(url.scheme() == expected.scheme);
  CHECK(url.host() == expected.host);
  CHECK(url.path() == expected.path);
}

Reading invalid(std::string url) { return {std::move(url), Reason::url_invalid, Scheme::none, {}, {}}; }

}  // namespace

TEST_CASE("an absolute URL: scheme, host, path", "[gate][url][scope.site]") {
  check({"https://Example.COM", {}, Scheme::https, "example.com", "/"});
  check({"http://example.com/x/y.js?q#f", {}, Scheme::http, "example.com", "/x/y.js"});
  check({"wss://example.com/live", {}, Scheme::https, "example.com", "/live"});
  check({"ws://example.com", {}, Scheme::http, "example.com", "/"});
  check({"HTTPS://u:p@example.com:8443/x", {}, Scheme::https, "example.com", "/x"});
  check({"https://a@b@example.com/x", {}, Scheme::https, "example.com", "/x"});
  check({"https://example.com./x", {}, Scheme::https, "example.com", "/x"});
  check({"https:\\\\example.com\\x", {}, Scheme::https, "example.com", "/x"});
  check({"https://example.com\\@evil.example/", {}, Scheme::https, "example.com", "/@evil.example/"});
  check({" \t\r\nhttps://example.com/x \n", {}, Scheme::https, "example.com", "/x"});
  check({"https://[2001:DB8::1]:8080/x", {}, Scheme::https, "[2001:db8::1]", "/x"});
  check({"http://192.0.2.1./x", {}, Scheme::http, "192.0.2.1", "/x"});
  check({"https://xn--bcher-kva.example/", {}, Scheme::https, "xn--bcher-kva.example", "/"});
  check({"https://a_b.example/", {}, Scheme::https, "a_b.example", "/"});
  check({"stun:turn.example:3478", {}, Scheme::peer, "turn.example", ""});
}

TEST_CASE("a relative URL takes what it lacks from the page", "[gate][url][scope.site]") {
  check({"", {}, Scheme::https, "www.metrofax.com", "/a/b.html"});
  check({"?x", {}, Scheme::https, "www.metrofax.com", "/a/b.html"});
  check({"#x", {}, Scheme::https, "www.metrofax.com", "/a/b.html"});
  check({"c.js", {}, Scheme::https, "www.metrofax.com", "/a/c.js"});
  check({"./c.js", {}, Scheme::https, "www.metrofax.com", "/a/c.js"});
  check({"../c.js", {}, Scheme::https, "www.metrofax.com", "/c.js"});
  check({"../../../c.js", {}, Scheme::https, "www.metrofax.com", "/c.js"});
  check({"/c.js", {}, Scheme::https, "www.metrofax.com", "/c.js"});
  check({"\\c.js", {}, Scheme::https, "www.metrofax.com", "/c.js"});
  check({"//example.com/c.js", {}, Scheme::https, "example.com", "/c.js"});
  check({"/\\example.com/c.js", {}, Scheme::https, "example.com", "/c.js"});
  check({"\\/example.com/c.js", {}, Scheme::https, "example.com", "/c.js"});
  check({"//example.com/c.js", {}, Scheme::http, "example.com", "/c.js"}, "http://metrofax.com/");
  check({"..", {}, Scheme::https, "www.metrofax.com", "/"});
  check({".", {}, Scheme::https, "www.metrofax.com", "/a/"});
  check({"c/", {}, Scheme::https, "www.metrofax.com", "/a/c/"});
}

TEST_CASE("dot segments are removed, spelt in any way", "[gate][url][gifs.site]") {
  for (const std::string_view up : {"..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%2E."}) {
    for (const std::string_view slash : {"/", "\\"}) {
      const std::string url =
          "https://m.example/x" + std::string(slash) + std::string(up) + std::string(slash) + "b";
      check({url, {}, Scheme::https, "m.example", "/b"});
    }
    check({"https://m.example/x/" + std::string(up), {}, Scheme::https, "m.example", "/"});
  }
  check({"https://m.example/x/%2e/b", {}, Scheme::https, "m.example", "/x/b"});
  check({"https://m.example/x/.", {}, Scheme::https, "m.example", "/x/"});
  check({"https://m.example/.../b", {}, Scheme::https, "m.example", "/.../b"});
  check({"https://m.example/.a/b", {}, Scheme::https, "m.example", "/.a/b"});
  check({"https://m.example/%2e%2e%2e", {}, Scheme::https, "m.example", "/..."});
  // RFC 3986 §6.2.2.2: what is unreserved may be encoded and is the same; once, and nothing else.
  check({"https://m.example/%62/x%2Egif", {}, Scheme::https, "m.example", "/b/x.gif"});
  check({"https://m.example/%41%7e%2D%5F%39", {}, Scheme::https, "m.example", "/A~-_9"});
  check({"https://m.example/a%2fb%2562%zz%6", {}, Scheme::https, "m.example", "/a%2fb%2562%zz%6"});
  check({"https://m.example/x/%2e%2e/%62", {}, Scheme::https, "m.example", "/b"});
  check({"https://m.example/%2", {}, Scheme::https, "m.example", "/%2"});
  check({"https://m.example//b", {}, Scheme::https, "m.example", "//b"});
  check({"https://m.example/x//../b", {}, Scheme::https, "m.example", "/x/b"});
}

TEST_CASE("what browsers read in a way of their own is read by nobody", "[gate][url][scope.site]") {
  for (const char* host : {"",
                           ".",
                           "..",
                           ".a.example",
                           "a..example",
                           "a.example..",
                           "a b.example",
                           "a%2eb.example",
                           "a|b.example",
                           "b\xC3\xBC"
                           "cher.example",
                           "a\tb.example",
                           "a<b.example",
                           "127.1",
                           "0x7f.0.0.1",
                           "2130706433",
                           "0177.0.0.1",
                           "127.0.0.01",
                           "127.0.0.256",
                           "1.2.3.4.5",
                           "a.1.2.3.4",
                           "1.2.3.0x4",
                           "0x",
                           "[::1",
                           "::1",
                           "[::1]x",
                           "[::g]",
                           "[fe80::1%25e]",
                           "a.example:8o",
                           "a.example:80:81",
                           "a.example:65536",
                           "a.example:-1"}) {
    check(invalid("https://" + std::string(host) + "/x"));
  }
  for (const char* url : {"https:", "https:/a.example", "https:a.example", "https:///a.example",
                          "///a.example", "//", "ht\ttps://a.example/", "https:/\t/a.example/",
                          "https://a.example/x\ty", "https://a.example/x\ny", "stun:", "java\tscript:x"}) {
    check(invalid(url));
  }
}

TEST_CASE("schemes: what leaves the machine, and how", "[gate][url][scope.links]") {
  const struct {
    const char* url;
    Scheme scheme;
  } rows[] = {{"data:,x", Scheme::local},
              {"BLOB:https://a.example/1", Scheme::local},
              {"about:blank", Scheme::local},
              {"javascript:0", Scheme::local},
              {"mailto:a@b.example", Scheme::handoff},
              {"tel:1", Scheme::handoff},
              {"SMS:1", Scheme::handoff},
              {"turns:a.example", Scheme::peer},
              {"ftp://a.example/", Scheme::other},
              {"file:///x", Scheme::other},
              {"localhost:8080/x", Scheme::other},
              {"x+y.z-1:", Scheme::other},
              {"httpx://a.example", Scheme::other}};
  for (const auto& row : rows) {
    INFO(row.url);
    UrlHead url;
    CHECK(url.read(row.url, nullptr) == Reason::none);
    CHECK(url.scheme() == row.scheme);
  }
}

TEST_CASE("a relative URL needs a page on the network", "[gate][url][scope.site]") {
  UrlHead url;
  CHECK(url.read("/x", nullptr) == Reason::url_invalid);
  UrlHead data;
  REQUIRE(data.read("data:,x", nullptr) == Reason::none);
  CHECK(url.read("/x", &data) == Reason::url_invalid);
  CHECK(url.read("//a.example/x", &data) == Reason::url_invalid);
}

TEST_CASE("lengths", "[gate][url][scope.site]") {
  const std::string host253 = std::string(200, 'a') + '.' + std::string(52, 'b');
  check({"https://" + host253 + "/", {}, Scheme::https, host253, "/"});
  check(invalid("https://" + host253 + "b/"));
  const std::string start = "https://a.example/";
  UrlHead url;
  CHECK(read_whole(url, start + std::string(kMaxUrlHead - start.size(), 'x'), nullptr) == Reason::none);
  CHECK(url.path().size() == kMaxPathBytes);
  CHECK(read_whole(url, start + std::string(kMaxUrlHead - start.size() + 1, 'x'), nullptr) ==
        Reason::url_too_long);
  CHECK(read_whole(url, start + '?' + std::string(100'000, 'x'), nullptr) == Reason::none);
  CHECK(read_whole(url, std::string(10'000, ' ') + start, nullptr) == Reason::none);
  CHECK(url.host() == "a.example");
  CHECK(read_whole(url, "data:," + std::string(100'000, 'x'), nullptr) == Reason::none);
  // A ".." that would bring back what was cut off.
  std::string long_way = start;
  for (int i = 0; i < 300; ++i) long_way += "a/";
  CHECK(read_whole(url, long_way, nullptr) == Reason::none);
  CHECK(read_whole(url, long_way + "../b", nullptr) == Reason::url_invalid);
}

TEST_CASE("secure pages", "[gate][url][security.tls]") {
  const struct {
    const char* url;
    bool secure;
  } rows[] = {
      {"https://a.example/", true},         {"wss://a.example/", true},    {"http://a.example/", false},
      {"http://localhost:8080/", true},     {"http://x.localhost/", true}, {"http://notlocalhost/", false},
      {"http://localhost.example/", false}, {"http://127.0.0.1/", true},   {"http://127.9.9.9/", true},
      {"http://128.0.0.1/", false},         {"http://[::1]/", true},       {"http://[::2]/", false},
      {"http://127.example/", false}};
  for (const auto& row : rows) {
    INFO(row.url);
    UrlHead url;
    REQUIRE(url.read(row.url, nullptr) == Reason::none);
    CHECK(url.is_secure() == row.secure);
  }
}

TEST_CASE("whatever comes in, what comes out is plain, and reads the same again",
          "[gate][url][property][scope.site]") {
  test::Random random(0x75726c);
  const std::string_view pieces[] = {
      "https:", "http:", "//",  "/", "\\",       "@", ":",   "80",        "a.example", "metrofax.com",
      "..",     ".",     "%2e", "%", "[",        "]", "::1", "127.0.0.1", "0x7f",      " ",
      "\t",     "?",     "#",   "|", "\xC3\xA4", "A", "_",   "-",         "data:",     "x"};
  const std::string_view starts[] = {"https://", "http:\\\\", "https://a.example/", "http://b", ""};
  unsigned read = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string text(random.pick(starts));
    for (std::uint32_t i = random.below(9); i > 0; --i) text += random.pick(pieces);
    UrlHead url;
    if (read_whole(url, text, nullptr) != Reason::none ||
        (url.scheme() != Scheme::http && url.scheme() != Scheme::https))
      continue;
    ++read;
    INFO(text);
    const std::string host(url.host());
    const std::string path(url.path());
    REQUIRE_FALSE(host.empty());
    REQUIRE(host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]") == std::string::npos);
    REQUIRE(path.front() == '/');
    REQUIRE(path.find('?') == std::string::npos);
    UrlHead again;
    const std::string rebuilt = (url.scheme() == Scheme::http ? "http://" : "https://") + host + path;
    REQUIRE(read_whole(again, rebuilt, nullptr) == Reason::none);
    REQUIRE(again.host() == host);
    REQUIRE(again.path() == path);
  }
  CHECK(read > 1'000);
}
