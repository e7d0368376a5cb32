// Whose each cookie of a header is: quick, and the same as the gate's own look-up.
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "gate/inventory.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

TEST_CASE("the index finds what the policy's own look-up finds", "[gate][cookies.third-party]") {
  const PolicyView& policy = small_policy().view();
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
  CHECK(found > 2000);
  CHECK(StorageIndex{}.find("_nl", fb::StorageApi::cookie) == nullptr);
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
