// What a choice makes of the one before it. No choice may allow what it does not name.
#include "gate/choice.h"

#include "catch.h"
#include "gate/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

constexpr std::uint16_t kBefore = 1;  // 2012-05-01: since then measurement changed in substance
constexpr std::int64_t kLater = kNow + 60;

ConsentState chosen(PurposeSet granted, PurposeSet denied, std::uint16_t revision) {
  ConsentState consent;
  consent.present = true;
  consent.granted = granted;
  consent.denied = denied;
  consent.revision = revision;
  consent.time = kNow - 60;
  return consent;
}

}  // namespace

TEST_CASE("a first choice is of the present policy, and of now", "[gate][choice][changes.material]") {
  const PolicyView& policy = small_policy().view();
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counts = small_policy().purpose("measurement");
  ConsentState consent;
  CHECK(pending_choices(policy, consent) == 0);
  choose(policy, consent, ads | counts, ads, kLater);
  CHECK(consent.present);
  CHECK(consent.granted == ads);
  CHECK(consent.denied == counts);
  CHECK(consent.revision == 0);
  CHECK(consent.time == kLater);
  choose(policy, consent, ads, 0, kLater + 1);
  CHECK(consent.granted == 0);
  CHECK(consent.denied == (ads | counts));
}

TEST_CASE("what changed waits, and a choice about something else does not make it a new grant",
          "[gate][choice][changes.material]") {
  const PolicyView& policy = small_policy().view();
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counts = small_policy().purpose("measurement");
  ConsentState consent = chosen(counts, 0, kBefore);
  CHECK(pending_choices(policy, consent) == counts);
  choose(policy, consent, ads, ads, kLater);
  CHECK(consent.revision == kBefore);
  CHECK(consent.granted == (ads | counts));
  CHECK(pending_choices(policy, consent) == counts);
  choose(policy, consent, counts, counts, kLater);
  CHECK(consent.revision == 0);
  CHECK(pending_choices(policy, consent) == 0);

  ConsentState refused = chosen(0, counts, kBefore);
  CHECK(pending_choices(policy, refused) == 0);
  ConsentState stranger = chosen(ads, counts, kNoIndex);
  CHECK(pending_choices(policy, stranger) == ads);
  choose(policy, stranger, counts, counts, kLater);
  CHECK(stranger.granted == counts);
  CHECK(stranger.revision == 0);
}

TEST_CASE("property: a choice allows nothing that it does not name",
          "[gate][choice][changes.material][property]") {
  const PolicyView& policy = small_policy().view();
  const PurposeKinds kinds = purpose_kinds(policy);
  Random random(20131201);
  unsigned allowed = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    const std::uint16_t revisions[] = {0, 1, 2, kNoIndex};
    Subject before = visitor("eu");
    before.consent = chosen(random.below(1u << 16), random.below(1u << 16), random.pick(revisions));
    before.consent.present = random.chance(80);
    Subject after = before;
    const PurposeSet named = random.below(1u << 16) & kinds.shown & ~kinds.necessary;
    choose(policy, after.consent, named, random.below(1u << 16), kNow);
    for (const std::string_view url :
         {"https://adharbor.localhost/tag.js", "https://northlight.localhost/nl.js"}) {
      const Request request = web_request(url);
      if (decide(policy, after, request).outcome != fb::Outcome::allow) continue;
      ++allowed;
      const Verdict was = decide(policy, before, request);
      const PurposeSet decided = PurposeSet{1} << decide(policy, after, request).purpose;
      INFO("round " << round << " " << url);
      CHECK((was.outcome == fb::Outcome::allow || (decided & named & after.consent.granted) != 0));
    }
  }
  CHECK(allowed > 1000);
}
