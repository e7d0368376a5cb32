#include "cookies/sweep.h"

#include <string>
#include <vector>

#include "catch.h"
#include "cookies/serialize.h"
#include "cookies/store.h"
#include "cookies/url.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

std::vector<std::string> writes_of(const SweepPlan& plan, SweepBy by) {
  std::vector<std::string> writes;
  for (std::uint32_t n = 0; n < plan.size(); ++n) {
    char line[kMaxLine];
    const auto size = write_sweep(plan, n, by, line, sizeof line);
    REQUIRE(size.ok());
    writes.emplace_back(line, size.value());
  }
  return writes;
}

/// How many cookies are left of those that the server set with `lines`, after the sweep.
std::size_t left_after(const std::string& url, const std::vector<std::string>& lines, const std::string& name,
                       SweepBy by) {
  const CookiePage page = page_of_url(url).value();
  std::vector<StoredCookie> memory(lines.size());
  CookieStore store(memory.data(), memory.size());
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(store.set(line, page, 0, CookieApi::http, Profile::rfc6265bis) == ErrorCode::ok);
  }
  const SweepPlan plan = plan_sweep(name, page).value();
  const std::vector<std::string> writes = writes_of(plan, by);
  for (const std::string& write : writes) {
    store.set(write, page, 0, by == SweepBy::script ? CookieApi::dom : CookieApi::http, Profile::rfc6265bis);
  }
  return store.size();
}

}  // namespace

TEST_CASE("all copies of a cookie that script can reach are gone after one sweep",
          "[cookies.removal][retention.necessary][cookies]") {
  std::vector<std::string> lines;
  for (const char* domain :
       {"", "; Domain=eu.shop.example.com", "; Domain=shop.example.com", "; Domain=.example.com"}) {
    for (const char* path : {"", "; Path=/", "; Path=/a", "; Path=/a/", "; Path=/a/b/", "; Path=/a/b/c"}) {
      for (const char* kind : {"", "; Secure", "; Secure; SameSite=None; Partitioned"}) {
        lines.push_back(std::string("id=1; Max-Age=9999") + domain + path + kind);
      }
    }
  }
  CHECK(left_after("https://eu.shop.example.com/a/b/c", lines, "id", SweepBy::script) == 0);
  CHECK(left_after("https://eu.shop.example.com/a/b/c", lines, "other", SweepBy::script) > 0);
}

TEST_CASE("what script cannot reach, the server removes", "[cookies.removal][cookies]") {
  const std::vector<std::string> lines = {"id=1; HttpOnly; Path=/",
                                          "id=1; HttpOnly; Domain=example.com; Secure"};
  CHECK(left_after("https://www.example.com/x", lines, "id", SweepBy::script) == 2);
  CHECK(left_after("https://www.example.com/x", lines, "id", SweepBy::server) == 0);
}

TEST_CASE("prefixed, Partitioned and nameless cookies go too", "[cookies.removal][cookies]") {
  const std::string url = "https://www.example.com/x/";
  CHECK(left_after(url, {"__Host-id=1; Secure; Path=/", "__Host-id=2; Secure; Path=/; Partitioned"},
                   "__Host-id", SweepBy::script) == 0);
  CHECK(left_after(url, {"__Secure-id=1; Secure; Domain=example.com; Path=/x"}, "__Secure-id",
                   SweepBy::script) == 0);
  CHECK(left_after(url, {"nameless; Path=/", "=value=with; Domain=example.com"}, "", SweepBy::script) == 0);
}

TEST_CASE("a path that no attribute can carry is reached without one", "[cookies.removal][cookies]") {
  for (const std::string& folder : {std::string("/a;b"), "/" + std::string(1500, 'p')}) {
    const std::string url = "https://localhost" + folder + "/page";
    const SweepPlan plan = plan_sweep("id", page_of_url(url).value()).value();
    CHECK_FALSE(plan.complete);
    CHECK(left_after(url, {"id=1", "id=2; Path=/"}, "id", SweepBy::script) == 0);
  }
}

TEST_CASE("the number of writes is bounded, and what is left out is told", "[cookies.removal][cookies]") {
  std::string host = "example.com";
  for (int i = 0; i < 40; ++i) host = "a." + host;
  std::string path;
  for (int i = 0; i < 400; ++i) path += "/p";
  const std::string url = "https://" + host + path;
  const SweepPlan plan = plan_sweep("id", page_of_url(url).value()).value();
  CHECK_FALSE(plan.complete);
  CHECK(plan.domains == kMaxSweepDomains);
  CHECK(plan.paths == kMaxSweepPaths);
  CHECK(writes_of(plan, SweepBy::script).size() == plan.size());
  // The page's own folder is not forgotten.
  CHECK(left_after(url, {"id=1"}, "id", SweepBy::script) == 0);
}

TEST_CASE("every write is a removal that the browser may obey at once", "[cookies.removal][cookies]") {
  const SweepPlan plan = plan_sweep("id", page_of_url("https://www.example.com/x/y").value()).value();
  for (const SweepBy by : {SweepBy::script, SweepBy::server}) {
    for (const std::string& write : writes_of(plan, by)) {
      SetCookie cookie;
      CHECK(parse_set_cookie(write, Profile::chromium, cookie).code == ErrorCode::ok);
      CHECK(cookie.max_age == "0");
      CHECK(cookie.secure);
      CHECK((!cookie.partitioned || cookie.same_site == SameSite::none));
    }
  }
}

TEST_CASE("a name no cookie can have is refused", "[cookies]") {
  const CookiePage page = page_of_url("https://www.example.com/").value();
  CHECK(plan_sweep("a;b", page).error().code == ErrorCode::cookie_bad_field);
  CHECK(plan_sweep("a=b", page).error().code == ErrorCode::cookie_bad_field);
  CHECK(plan_sweep(" a", page).error().code == ErrorCode::cookie_bad_field);
  CHECK(plan_sweep("a\n", page).error().code == ErrorCode::cookie_control_character);
  CHECK(plan_sweep(std::string(4097, 'a'), page).error().code == ErrorCode::cookie_too_long);
}
