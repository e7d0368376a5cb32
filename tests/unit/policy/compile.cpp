// What the compiler writes.
#include "policy/compiler.h"

#include <algorithm>
#include <chrono>

#include "catch.h"
#include "policy/compiler_names.h"
#include "policy/compiler_punycode.h"
#include "policy/fixture.h"
#include "policy/host_hash.h"
#include "policy/view.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

/// The small policy with `count` more vendors of one host each.
std::string policy_with_hosts(std::size_t count) {
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    rows += (i == 0 ? "{\"host\": \"h" : ", {\"host\": \"h") + number + ".tracker" + std::to_string(i % 977) +
            ".test\", \"subdomains\": true}";
  }
  return replaced(small_policy_json(),
                  R"([{"host": "circlet.localhost", "subdomains": true, "sockets": true}])",
                  "[" + rows + "]");
}

}  // namespace

TEST_CASE("the blob holds what the source says", "[policy]") {
  const auto blob = compile_or_die(small_policy_json());
  const auto opened = PolicyView::open(blob);
  REQUIRE(opened.ok());
  const fb::Policy& policy = opened.value().root();
  REQUIRE(policy.header() != nullptr);
  CHECK(policy.header()->format() == 2);
  CHECK(policy.id()->str() == "small");
  CHECK(policy.version()->str() == "2013-12-01");
  CHECK(policy.header()->effective() == 1385856000);
  CHECK(policy.sha256()->size() == 32);
  CHECK(policy.header()->max_labels() == 3);
  CHECK(policy.purposes()->size() == 21);
  CHECK(policy.purposes()->Get(2)->clause() == 0xFFFF);  // a gap
  CHECK(policy.purposes()->Get(0)->flags() == 7);
  CHECK(policy.purposes()->Get(19)->flags() == 4);
  CHECK(policy.purposes()->Get(5)->uses() == 15);
  CHECK(policy.purposes()->Get(5)->retention() == 390 * 86400);
  CHECK(policy.purpose_ids()->str().substr(0, 30) == "service\nsecurity\n\nremember-me\n");
  CHECK(policy.vendor_ids()->str() == "self\nnorthlight\nadharbor\ncirclet");
  CHECK(policy.vendors()->Get(0)->number() == 0);
  CHECK(policy.vendors()->Get(0)->purposes() == (1u | 2u | 1u << 20));
  CHECK(policy.vendors()->Get(2)->placements() == 7);
  CHECK(policy.regime_ids()->str() == "eu\nus-ca\nus\nnone");
  CHECK(policy.header()->strict_regime() == 0);
  CHECK(policy.header()->elsewhere_regime() == 3);
  CHECK(policy.regimes()->Get(0)->forbids() == 1u << 19);
  CHECK(policy.regimes()->Get(0)->gpc() == (1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 14));
  CHECK(policy.regimes()->Get(0)->dnt() == (1u << 5 | 1u << 7));
  CHECK(policy.regimes()->Get(3)->dnt() == 0);
  CHECK(policy.regimes()->Get(0)->model() == fb::Model::opt_in);
  CHECK(policy.area_ids()->str() == "remembered-login");
  CHECK(policy.areas()->Get(0) == 1u << 3);
  CHECK(policy.clause_ids()->str().find("safe-harbor") == std::string::npos);
  CHECK(policy.revisions()->size() == 3);
  CHECK(policy.revisions()->Get(0)->flags() == 0);
  CHECK(policy.revisions()->Get(1)->flags() == 1);
  CHECK(policy.revisions()->Get(1)->purposes() == 1u << 6);
  CHECK(policy.revisions()->Get(2)->purposes() == 0xFFFFFFFF);
}

TEST_CASE("hosts are found through slots, a third of them free",
          "[policy][scope.site][cookies.third-party]") {
  const auto blob = compile_or_die(small_policy_json());
  const PolicyView view = PolicyView::open(blob).value();
  CHECK(view.root().hosts()->size() == 6);
  CHECK(view.root().slots()->size() == 16);
  CHECK(view.find("www.metrofax.com", "/", false).party == PartyKind::first);
  CHECK(view.find("localhost", "/b/x.gif", false).beacon);
  CHECK(view.find("x.localhost", "/", false).party == PartyKind::undeclared);
  CHECK(view.find("fax.example-partner.test", "/", false).party == PartyKind::co_brand);
  const Target pixel = view.find("cdn.adharbor.localhost", "/px.gif/both/1", false);
  CHECK(pixel.vendor == 2);
  CHECK(pixel.purposes == (1u << 6 | 1u << 7));  // the longest path wins
  CHECK(pixel.beacon);
  CHECK(view.find("adharbor.localhost", "/", false).purposes == 1u << 7);  // the host's own purposes
}

TEST_CASE("storage names are found exact before prefix, by API",
          "[policy][cookies.persistent][cookies.session]") {
  const auto blob = compile_or_die(small_policy_json());
  const PolicyView view = PolicyView::open(blob).value();
  const fb::Pattern* remember = view.find_storage("mf_remember", fb::StorageApi::httpCookie);
  REQUIRE(remember != nullptr);
  CHECK(remember->flags() == (2 | 4 | 8));
  CHECK(remember->lifetime() == 30 * 86400);
  const fb::Pattern* prefixed = view.find_storage("_ah_x", fb::StorageApi::cookie);
  REQUIRE(prefixed != nullptr);
  CHECK(prefixed->flags() == (1 | 2));
  CHECK(view.find_storage("nl_visitor", fb::StorageApi::localStorage) != nullptr);
  CHECK(view.find_storage("nl_visitor", fb::StorageApi::cookie) == nullptr);
  const fb::Pattern* third = view.find_storage("cl_sess", fb::StorageApi::cookie);
  REQUIRE(third != nullptr);
  CHECK(third->flags() == 16);
  CHECK(third->lifetime() == 0);
}

TEST_CASE("places are codes with their first letter in the low byte", "[policy]") {
  const auto blob = compile_or_die(small_policy_json());
  const PolicyView view = PolicyView::open(blob).value();
  const auto& places = *view.root().places();
  for (unsigned i = 1; i < places.size(); ++i) {
    const auto order = [](const fb::Place* p) { return std::pair(p->country(), p->region()); };
    CHECK(order(places.Get(i - 1)) < order(places.Get(i)));
  }
  CHECK(view.regime_of_place("US", "CA") == 1);
  CHECK(view.regime_of_place("US", "NY") == 2);
  CHECK(view.regime_of_place("CA", "") == 3);
  CHECK(view.regime_of_place("BR", "") == 3);
  CHECK(view.regime_of_place("", "") == 0);
}

TEST_CASE("the same source gives the same bytes, another source another hash", "[policy]") {
  const std::string source = small_policy_json();
  const auto first = compile_or_die(source);
  CHECK(first == compile_or_die(source));
  const auto spaced = compile_or_die(source + "\n");
  REQUIRE(spaced.size() == first.size());
  CHECK(PolicyView::open(spaced).value().root().sha256()->Get(0) !=
        PolicyView::open(first).value().root().sha256()->Get(0));
}

TEST_CASE("the trailer is the checksum of everything before it", "[policy]") {
  auto blob = compile_or_die(small_policy_json());
  const std::size_t size = blob.size() - kPolicyTrailerBytes;
  std::uint64_t trailer = 0;
  for (unsigned i = 0; i < kPolicyTrailerBytes; ++i) trailer |= std::uint64_t{blob[size + i]} << (8 * i);
  CHECK(trailer == policy_checksum(blob.data(), size));
  blob[size / 2] ^= 1;
  CHECK(PolicyView::open(blob).error().code == ErrorCode::policy_bad_checksum);
}

TEST_CASE("a hundred thousand hosts compile in seconds and are found", "[policy][scale]") {
  const std::string source = policy_with_hosts(100'000);
  const auto start = std::chrono::steady_clock::now();
  const auto blob = compile_or_die(source);
  const auto took = std::chrono::steady_clock::now() - start;
  const PolicyView view = PolicyView::open(blob).value();
  CHECK(view.root().hosts()->size() == 100'005);
  CHECK(view.root().slots()->size() == 262'144);
  CHECK(view.find("a.h99999.tracker345.test", "/", false).vendor == 3);
  CHECK(view.find("h99999.tracker346.test", "/", false).vendor == kNoIndex);
  // One second unhindered; the bound leaves room for sanitizers and a busy machine.
  CHECK(took < std::chrono::seconds(60));
}

TEST_CASE("durations, dates and identifiers", "[policy]") {
  CHECK(parse_duration("P1Y") == 31536000u);
  CHECK(parse_duration("P13M") == 33696000u);
  CHECK(parse_duration("P1Y2M3W4DT5H6M7S") == 31536000u + 5184000u + 1814400u + 345600u + 18000u + 360u + 7u);
  CHECK(parse_duration("PT1M") == 60u);
  for (const char* bad : {"", "P", "PT", "1Y", "P1", "PY", "P1S", "P1Y1Y", "P1DT", "P1H", "P-1D", "p1d",
                          "P1.5D", "P999999999999999999999D", "PT1H1H"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
  CHECK(parse_date("1970-01-01") == 0);
  CHECK(parse_date("2012-02-29") == 1330473600);
  for (const char* bad :
       {"2013-02-29", "2013-13-01", "2013-1-1", "2013/01/01", "2013-00-10", "20130101", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_date(bad).has_value());
  }
  CHECK(is_id("2013-12-01"));
  CHECK(is_id("scope.site"));
  for (const char* bad : {"", "-a", "a-", "a..b", "A", "a_b", "a b"}) CHECK_FALSE(is_id(bad));
  CHECK_FALSE(is_id(std::string(49, 'a')));
}

TEST_CASE("A-labels for messages", "[policy]") {
  CHECK(a_label_hint("münchen.de") == "xn--mnchen-3ya.de");
  CHECK(a_label_hint("Bücher.Example") == "xn--bcher-kva.example");
  CHECK(a_label_hint("例え.テスト") == "xn--r8jz45g.xn--zckzah");
  CHECK(a_label_hint("пример.испытание") == "xn--e1afmkfd.xn--80akhbyknj4f");
  CHECK(a_label_hint("u\xCC\x88.de").empty());  // a combining mark wants normalising first
}
