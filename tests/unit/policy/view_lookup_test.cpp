// Whose is a host, a path, a name in storage, a place: the look-ups of a compiled policy.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"
#include "policy/host_hash.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

std::string vendor_row(std::string_view id, unsigned number, std::string_view hosts) {
  return R"({"id": ")" + std::string(id) + R"(", "number": )" + std::to_string(number) +
         R"(, "name": "V", "controller": "C", "policyUrl": "https://v.example/p", "optOutUrl": null, "purposes": ["social"], "hosts": [)" +
         std::string(hosts) +
         R"(], "storage": [], "placements": {"onSite": true, "inEmail": false, "offSite": false}, "clause": "cookies.third-party"},)";
}

std::string host_row(std::string_view host, bool subdomains) {
  return R"({"host": ")" + std::string(host) +
         (subdomains ? R"(", "subdomains": true})" : R"(", "subdomains": false})");
}

std::string with_vendors(const std::string& rows) {
  return replaced(small_policy_json(), R"("vendors": [)", R"("vendors": [)" + rows);
}

std::string owner(const OpenPolicy& policy, std::string_view host, bool is_address = false) {
  const Target target = policy.view().find(host, "/", is_address);
  if (target.party == PartyKind::undeclared) return "";
  if (target.party == PartyKind::co_brand) return "co-brand";
  return std::string(PolicyView::id_at(policy.view().vendor_ids, target.vendor));
}

}  // namespace

TEST_CASE("hosts: exact, below, the longest suffix", "[policy][view][scope.site][cookies.third-party]") {
  const OpenPolicy policy(with_vendors(
      vendor_row("wide", 11, host_row("wide.example", true) + "," + host_row("exact.wide.example", false)) +
      vendor_row("deep", 12, host_row("deep.wide.example", true) + "," + host_row("only.example", false)) +
      vendor_row("address", 13, host_row("192.0.2.1", false))));
  CHECK(owner(policy, "wide.example") == "wide");
  CHECK(owner(policy, "a.wide.example") == "wide");
  CHECK(owner(policy, "a.b.c.d.e.f.g.wide.example") == "wide");
  CHECK(owner(policy, "exact.wide.example") == "wide");
  CHECK(owner(policy, "deep.wide.example") == "deep");
  CHECK(owner(policy, "x.y.deep.wide.example") == "deep");
  CHECK(owner(policy, "xdeep.wide.example") == "wide");
  CHECK(owner(policy, "only.example") == "deep");
  CHECK(owner(policy, "not.only.example").empty());
  CHECK(owner(policy, "192.0.2.1", true) == "address");
  CHECK(owner(policy, "1.192.0.2.1", true).empty());
  CHECK(owner(policy, "2.192.0.2.1").empty());
  CHECK(owner(policy, "metrofax.com") == "self");
  CHECK(owner(policy, "www.metrofax.com") == "self");
  CHECK(owner(policy, "localhost") == "self");
  CHECK(owner(policy, "fax.example-partner.test") == "co-brand");
}

TEST_CASE("hosts that only look alike", "[policy][view][scope.site]") {
  const OpenPolicy& policy = small_policy();
  for (const char* host :
       {"notmetrofax.com", "metrofax.com.evil.example", "metrofax.co", "metrofax.comm", "etrofax.com", "com",
        "metrofax", "www-metrofax.com", "metrofax.com.", ".metrofax.com.x", "METROFAX.COM", "sub.localhost",
        "localhos", "xlocalhost", "", ".", "adharbor", "adharbor.localhost.example", "xadharbor.localhost"}) {
    INFO(host);
    CHECK(owner(policy, host).empty());
  }
}

TEST_CASE("two names with one hash are still two names", "[policy][view][scope.site]") {
  // The hash is 32 bits: a birthday finds names that share all of it. Only the declared one may be found.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
  const auto name = [](std::uint32_t n) {
    Random letters(0x9E3779B97F4A7C15u * (n + 1));
    std::string label;
    for (unsigned i = 0; i < 9; ++i) label += static_cast<char>('a' + letters.below(26));
    return label + ".example";
  };
  constexpr std::uint32_t kNames = 300'000;
  seen.reserve(kNames);
  for (std::uint32_t n = 0; n < kNames; ++n) seen.emplace_back(HostHash::of(name(n)), n);
  std::sort(seen.begin(), seen.end());
  unsigned collisions = 0;
  for (std::size_t i = 1; i < seen.size() && collisions < 3; ++i) {
    if (seen[i].first != seen[i - 1].first) continue;
    const std::string declared = name(seen[i - 1].second);
    const std::string other = name(seen[i].second);
    if (declared.size() != other.size()) continue;
    ++collisions;
    INFO(declared << " and " << other);
    const OpenPolicy policy(with_vendors(vendor_row("one", 11, host_row(declared, true))));
    CHECK(owner(policy, declared) == "one");
    CHECK(owner(policy, other).empty());
    CHECK(owner(policy, "www." + other).empty());
    const OpenPolicy both(with_vendors(vendor_row("one", 11, host_row(declared, true)) +
                                       vendor_row("two", 12, host_row(other, false))));
    CHECK(owner(both, "www." + declared) == "one");
    CHECK(owner(both, other) == "two");
    CHECK(owner(both, "www." + other).empty());
  }
  CHECK(collisions > 0);
}

TEST_CASE("many hosts: each is found, none by accident", "[policy][view][scope.site]") {
  std::string hosts;
  for (unsigned n = 0; n < 2'000; ++n) {
    hosts += (n == 0 ? "" : ",") +
             host_row("n" + std::to_string(n) + (n % 2 == 0 ? ".example" : ".test"), n % 3 != 0);
  }
  const OpenPolicy policy(with_vendors(vendor_row("many", 11, hosts)));
  for (unsigned n = 0; n < 2'000; ++n) {
    const std::string host = "n" + std::to_string(n) + (n % 2 == 0 ? ".example" : ".test");
    REQUIRE(owner(policy, host) == "many");
    REQUIRE(owner(policy, "x." + host) == (n % 3 != 0 ? "many" : ""));
    REQUIRE(owner(policy, "n" + std::to_string(n) + (n % 2 == 0 ? ".test" : ".example")).empty());
  }
}

TEST_CASE("paths: the longest prefix, of the host's own list", "[policy][view][gifs.site]") {
  const PolicyView& policy = small_policy().view();
  const auto purposes = [&policy](std::string_view host, std::string_view path) {
    return policy.find(host, path, false).purposes;
  };
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counting = small_policy().purpose("measurement");
  CHECK(purposes("adharbor.localhost", "/") == ads);
  CHECK(purposes("adharbor.localhost", "/px.gif") == ads);
  CHECK(policy.find("adharbor.localhost", "/px.gif", false).beacon);
  CHECK_FALSE(policy.find("adharbor.localhost", "/px.gi", false).beacon);
  CHECK(purposes("adharbor.localhost", "/px.gif/both") == (ads | counting));
  CHECK(purposes("adharbor.localhost", "/px.gif/both/x") == (ads | counting));
  CHECK(purposes("a.b.adharbor.localhost", "/px.gif/bot") == ads);
  CHECK(policy.find("northlight.localhost", "/collect?", false).beacon);
  CHECK_FALSE(policy.find("northlight.localhost", "/px.gif", false).beacon);
  CHECK(policy.find("metrofax.com", "/b/x.gif", false).beacon);
  CHECK(purposes("metrofax.com", "/b/x.gif") == counting);
  CHECK(purposes("metrofax.com", "/b") == small_policy().purpose("service"));
  CHECK(purposes("metrofax.com", "/B/x.gif") == small_policy().purpose("service"));
}

TEST_CASE("storage: exact names before prefixes, by the api they are declared for",
          "[policy][view][cookies.persistent][cookies.third-party]") {
  const PolicyView& policy = small_policy().view();
  using fb::StorageApi;
  const auto found = [&policy](std::string_view name, StorageApi api) -> std::string {
    const fb::Pattern* pattern = policy.find_storage(name, api);
    return pattern == nullptr ? "" : std::string(PolicyView::id_at(policy.vendor_ids, pattern->vendor()));
  };
  CHECK(found("_nl", StorageApi::cookie) == "northlight");
  CHECK(found("_nl", StorageApi::localStorage).empty());
  CHECK(found("_nlx", StorageApi::cookie).empty());
  CHECK(found("_n", StorageApi::cookie).empty());
  CHECK(found("_NL", StorageApi::cookie).empty());
  CHECK(found("nl_visitor", StorageApi::localStorage) == "northlight");
  CHECK(found("nl_visitor", StorageApi::sessionStorage).empty());
  CHECK(found("_ah", StorageApi::cookie) == "adharbor");
  CHECK(found("_ah_anything", StorageApi::cookie) == "adharbor");
  CHECK(found("_a", StorageApi::cookie).empty());
  CHECK(found("mf_session", StorageApi::cookie) == "self");
  CHECK(found("", StorageApi::cookie).empty());
}

TEST_CASE("places: region, country, elsewhere, strict", "[policy][view][cookies.third-party]") {
  const PolicyView& policy = small_policy().view();
  const auto regime = [&policy](std::string_view country, std::string_view region) {
    return std::string(PolicyView::id_at(policy.regime_ids, policy.regime_of_place(country, region)));
  };
  CHECK(regime("DE", "") == "eu");
  CHECK(regime("DE", "CA") == "eu");
  CHECK(regime("US", "CA") == "us-ca");
  CHECK(regime("US", "NY") == "us");
  CHECK(regime("US", "") == "us");
  CHECK(regime("CA", "QC") == "none");
  CHECK(regime("JP", "") == "none");
  for (const char* unknown :
       {"", "XX", "ZZ", "T1", "EU", "UK", "de", "us", "U", "USA", "\xC3\xA4", "@[", "A["}) {
    INFO(unknown);
    CHECK(regime(unknown, "") == "eu");
    CHECK(regime(unknown, "CA") == "eu");
  }
}

TEST_CASE("ids by number and back", "[policy][view]") {
  const Ids ids = "a\n\nb.c\nlast";
  CHECK(PolicyView::id_at(ids, 0) == "a");
  CHECK(PolicyView::id_at(ids, 1).empty());
  CHECK(PolicyView::id_at(ids, 3) == "last");
  CHECK(PolicyView::id_at(ids, 4).empty());
  CHECK(PolicyView::id_at(ids, 0xFFFFFFFF).empty());
  CHECK(PolicyView::index_of(ids, "b.c") == 2);
  CHECK(PolicyView::index_of(ids, "las") == kNoIndex);
  CHECK(PolicyView::index_of(ids, "lastx") == kNoIndex);
  CHECK(PolicyView::index_of(ids, "") == kNoIndex);
  CHECK(PolicyView::index_of(ids, "a\n") == kNoIndex);
  CHECK(PolicyView::index_of({}, "a") == kNoIndex);
}

TEST_CASE("versions", "[policy][view][changes.material]") {
  const PolicyView& policy = small_policy().view();
  CHECK(policy.revision_of("2013-12-01") == 0);
  CHECK(policy.revision_of("2012-05-01") == 1);
  CHECK(policy.revision_of("2011-01-01") == 2);
  for (const char* unknown : {"", "2013", "2013-12-01 ", "2030-01-01"})
    CHECK(policy.revision_of(unknown) == kNoIndex);
}
