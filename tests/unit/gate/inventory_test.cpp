// Whose each cookie of a header is: quick, and the same as the gate's own look-up.
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "gate/inventory.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

/// Asks both for names near those that are declared; how often there was a declaration.
unsigned compare(const PolicyView& policy) {
  const StorageIndex index(policy);
  Random random(0x696e6478);
  std::vector<std::string> names = {"",      "_",          "a",         "_nl",         "_ah",
                                    "_ah_x", "mf_session", "mf_sessio", "mf_sessionx", "zzz"};
  for (const fb::Pattern& pattern : policy.patterns()) names.emplace_back(policy.name_of(pattern));
  unsigned found = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    std::string name = names[random.below(static_cast<std::uint32_t>(names.size()))];
    if (random.chance(30)) name += static_cast<char>('a' + random.below(26));
    if (random.chance(20) && !name.empty()) name.pop_back();
    const auto api = static_cast<fb::StorageApi>(random.below(6));
    INFO(name);
    const fb::Pattern* declared = index.find(name, api);
    REQUIRE(declared == policy.find_storage(name, api));
    if (declared != nullptr) ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("the index finds what the policy's own look-up finds", "[gate][cookies.third-party]") {
  CHECK(compare(small_policy().view()) > 2000);
  CHECK(StorageIndex{}.find("_nl", fb::StorageApi::cookie) == nullptr);
}

TEST_CASE("so it does where names crowd: the same beginnings, prefixes of a letter or two",
          "[gate][cookies.third-party]") {
  std::string rows;
  const auto declare = [&](std::string name, const char* match, const char* api) {
    rows += R"({"name": ")" + name + R"(", "api": [")" + api + R"("], "match": ")" + match +
            R"(", "kind": "session", "lifetime": "session", "purpose": "social", "party": "third"},)";
  };
  for (const char* name : {"q", "qa", "qab", "qab_", "qab_c", "qb_long_prefix"})
    declare(name, "prefix", "cookie");
  for (const char* name : {"q", "qb", "qab_", "qbx"}) declare(name, "prefix", "localStorage");
  for (const char* name : {"q", "qa", "qab", "qab_cd", "qab_ce", "qb"}) declare(name, "exact", "cookie");
  for (const char* name : {"qa", "qab_ce", "qc"}) declare(name, "exact", "sessionStorage");
  // Enough of them that beginnings share a bucket.
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      declare({a, b, '_', a}, b % 2 == 0 ? "prefix" : "exact", "cookie");
    }
  }
  const OpenPolicy crowded(replaced(small_policy_json(), R"("storage": [{"name": "cl_sess")",
                                    R"("storage": [)" + rows + R"({"name": "cl_sess")"));
  CHECK(compare(crowded.view()) > 2000);
}

TEST_CASE("a header is classified in its order, duplicates and nameless ones included",
          "[gate][cookies.session][cookies.persistent]") {
  const PolicyView& policy = small_policy().view();
  const StorageIndex index(policy);
  DeclaredPair pairs[3];
  CHECK(classify_header(index, " mf_session=1;x;; _nl=a=b; mf_session=2", pairs, 3) == 4);
  CHECK(pairs[0].pair.name == "mf_session");
  CHECK(pairs[0].declared == policy.find_storage("mf_session", fb::StorageApi::httpCookie));
  CHECK(pairs[1].pair.name.empty());
  CHECK(pairs[1].pair.value == "x");
  CHECK(pairs[1].declared == nullptr);
  CHECK(pairs[2].pair.value == "a=b");
  CHECK(classify_header(index, "", pairs, 3) == 0);
}
