// What a choice makes of the one before it. No choice may allow what it does not name.
#include "gate/choice.h"

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"

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
  Subject subject = visitor("eu");
  ConsentState& consent = subject.consent;
  consent = ConsentState{};
  CHECK(pending_choices(policy, consent) == 0);
  subject.now = kLater;
  choose(policy, subject, ads | counts, ads, false);
  CHECK(consent.present);
  CHECK(consent.granted == ads);
  CHECK(consent.denied == counts);
  CHECK(consent.revision == 0);
  CHECK(consent.time == kLater);
  choose(policy, subject, ads, 0, false);
  CHECK(consent.granted == 0);
  CHECK(consent.denied == (ads | counts));
}

TEST_CASE("what changed waits, and a choice about something else does not make it a new grant",
          "[gate][choice][changes.material]") {
  const PolicyView& policy = small_policy().view();
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counts = small_policy().purpose("measurement");
  Subject subject = visitor("eu");
  subject.now = kLater;
  ConsentState& consent = subject.consent;
  consent = chosen(counts, 0, kBefore);
  CHECK(pending_choices(policy, consent) == counts);
  choose(policy, subject, ads, ads, false);
  CHECK(consent.revision == kBefore);
  CHECK(consent.granted == (ads | counts));
  CHECK(pending_choices(policy, consent) == counts);
  choose(policy, subject, counts, counts, false);
  CHECK(consent.revision == 0);
  CHECK(pending_choices(policy, consent) == 0);

  ConsentState refused = chosen(0, counts, kBefore);
  CHECK(pending_choices(policy, refused) == 0);
  ConsentState stranger = chosen(ads, counts, kNoIndex);
  CHECK(pending_choices(policy, stranger) == ads);
  consent = stranger;
  choose(policy, subject, counts, counts, false);
  CHECK(consent.granted == counts);
  CHECK(consent.revision == 0);
}

TEST_CASE("a choice about something else answers no signal for older grants",
          "[gate][choice][W2][choice.third-party-ads]") {
  const PolicyView& policy = small_policy().view();
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counts = small_policy().purpose("measurement");
  Subject subject = visitor("us-ca");
  subject.consent = chosen(ads | counts, 0, 0);  // "accept all", before the signal
  subject.signals.gpc = fb::Tri::on;
  const Request request = web_request("https://adharbor.localhost/tag.js");
  REQUIRE(decide(policy, subject, request).reason == fb::Reason::gpc);
  choose(policy, subject, counts, 0, true);
  CHECK(decide(policy, subject, request).reason == fb::Reason::gpc);
  choose(policy, subject, 0, 0, true);
  CHECK(decide(policy, subject, request).reason == fb::Reason::gpc);
  choose(policy, subject, ads, ads, false);  // "accept all" again
  CHECK(decide(policy, subject, request).reason == fb::Reason::gpc);
  choose(policy, subject, ads, ads, true);
  CHECK(decide(policy, subject, request).outcome == fb::Outcome::allow);
  choose(policy, subject, counts, counts, false);
  CHECK(decide(policy, subject, request).outcome == fb::Outcome::allow);
  // Without a signal nobody answers one.
  subject.signals.gpc = fb::Tri::unset;
  choose(policy, subject, ads, ads, true);
  CHECK((subject.consent.specific & ads) == 0);
}

TEST_CASE("a choice about something else makes no grant younger, nor one live again", "[gate][choice][W8]") {
  const PolicyView& policy = small_policy().view();
  const PurposeSet ads = small_policy().purpose("advertising");
  const PurposeSet counts = small_policy().purpose("measurement");
  const Request request = web_request("https://adharbor.localhost/tag.js");
  Subject subject = visitor("eu");
  const auto lifetime = static_cast<std::int64_t>(policy.regimes[subject.regime].consent_lifetime());
  const auto given = [&](std::int64_t time) {
    subject.now = kNow;
    subject.consent = chosen(ads, 0, 0);
    subject.consent.time = time;
  };

  given(kNow - lifetime + 100);
  choose(policy, subject, counts, 0, false);
  CHECK(subject.consent.time == kNow);
  CHECK(subject.consent.older == lifetime - 100);
  CHECK(decide(policy, subject, request).outcome == fb::Outcome::allow);
  subject.now = kNow + 101;
  CHECK(decide(policy, subject, request).reason == fb::Reason::consent_expired);
  CHECK(standing_grants(policy, subject) == 0);
  choose(policy, subject, counts, 0, false);
  CHECK(decide(policy, subject, request).reason == fb::Reason::unknown);
  CHECK(subject.consent.older == 0);

  given(kNow - lifetime - 1);
  choose(policy, subject, counts, counts, false);
  CHECK(subject.consent.granted == counts);
  given(kNow + 301);
  choose(policy, subject, counts, counts, false);
  CHECK(subject.consent.granted == counts);
  given(kNow + 299);  // two clocks
  choose(policy, subject, counts, counts, false);
  CHECK(subject.consent.granted == (ads | counts));
  CHECK(subject.consent.older == 0);
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
    const std::int64_t times[] = {kNow - 60, kNow + 200, kNow + 301, kNow - 200 * 86'400,
                                  kNow - 500 * 86'400};
    before.consent.time = random.pick(times);
    if (random.chance(30)) before.consent.older = random.below(400 * 86'400);
    if (random.chance(50)) before.signals.gpc = fb::Tri::on;
    if (random.chance(50)) before.consent.specific = random.below(1u << 16);
    if (random.chance(50)) before.regime = visitor("us-ca").regime;
    Subject after = before;
    const PurposeSet named = random.below(1u << 16) & kinds.shown & ~kinds.necessary;
    choose(policy, after, named, random.below(1u << 16), random.chance(50));
    for (const std::string_view url :
         {"https://adharbor.localhost/tag.js", "https://northlight.localhost/nl.js"}) {
      const Request request = web_request(url);
      if (decide(policy, after, request).outcome != fb::Outcome::allow) continue;
      ++allowed;
      const Verdict was = decide(policy, before, request);
      const PurposeSet decided = PurposeSet{1} << decide(policy, after, request).purpose;
      INFO("round " << round << " " << url);
      // Where grants have ended, what the regime allows to everybody who never chose.
      Subject undecided = before;
      undecided.consent = ConsentState{};
      CHECK((was.outcome == fb::Outcome::allow || (decided & named & after.consent.granted) != 0 ||
             (decide(policy, after, request).reason == fb::Reason::opt_out_regime &&
              decide(policy, undecided, request).outcome == fb::Outcome::allow)));
    }
  }
  CHECK(allowed > 1000);
}

TEST_CASE("a vendor that no record can name is refused with its purposes",
          "[gate][choice][choice.third-party-ads]") {
  const OpenPolicy high(replaced(small_policy_json(), R"("id": "adharbor", "number": 2,)",
                                 R"("id": "adharbor", "number": 256,)"));
  const PolicyView& policy = high.view();
  const PurposeSet purposes = high.purpose("advertising") | high.purpose("measurement");
  const PurposeSet social = high.purpose("social");
  ConsentState consent = chosen(purposes | social, 0, 0);
  consent.specific = purposes;
  choose_vendor(policy, consent, high.vendor("adharbor"), false);
  CHECK_FALSE(is_refused(policy, consent, high.vendor("adharbor")));
  CHECK(consent.denied == purposes);
  CHECK(consent.granted == social);
  CHECK(consent.specific == 0);
  // Allowing it is no grant of any purpose.
  choose_vendor(policy, consent, high.vendor("adharbor"), true);
  CHECK(consent.denied == purposes);
}
