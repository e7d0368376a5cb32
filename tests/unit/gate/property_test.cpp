// What must hold for every subject and request: nothing that a visitor says no with opens anything; nothing
// unknown does.
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "gate/narrowings.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;
using fb::Outcome;
using fb::Reason;
using fb::Tri;

namespace {

constexpr unsigned kRounds = 25'000;

constexpr std::string_view kPages[] = {"https://www.metrofax.com/pricing",
                                       "http://metrofax.com/",
                                       "http://localhost:8080/lab",
                                       "https://www.metrofax.com/a/b/c",
                                       "https://example.com/",
                                       "https://fax.example-partner.test/",
                                       "about:blank",
                                       "",
                                       "not a url"};
constexpr std::string_view kUrls[] = {"/x.js",
                                      "/b/x.gif",
                                      "https://metrofax.com/",
                                      "https://northlight.localhost/nl.js",
                                      "https://northlight.localhost/collect",
                                      "https://adharbor.localhost/tag.js",
                                      "https://adharbor.localhost/px.gif",
                                      "https://adharbor.localhost/px.gif/both",
                                      "https://circlet.localhost/widget.js",
                                      "https://tracker.example/t.js",
                                      "data:,x",
                                      "blob:x",
                                      "mailto:a@b.example",
                                      "ftp://x.example/",
                                      "https://fax.example-partner.test/",
                                      "stun:northlight.localhost",
                                      "https://ev il/",
                                      "",
                                      "https:///x",
                                      "//adharbor.localhost/x",
                                      "wss://circlet.localhost/"};
constexpr std::string_view kLines[] = {"mf_session=1",
                                       "mf_consent=1; Max-Age=60",
                                       "mf_remember=1; Max-Age=60",
                                       "_nl=1; Max-Age=60",
                                       "_nl=1",
                                       "ah_uid=1; Max-Age=60",
                                       "_ah_x=1",
                                       "cl_sess=1",
                                       "zzz=1",
                                       "zzz=1; Max-Age=60",
                                       "_nl=; Max-Age=0",
                                       "x=1; Domain=com",
                                       "",
                                       "mf_session=1; HttpOnly",
                                       "mf_session=1; Max-Age=60",
                                       "mf_remember=1; Max-Age=34560000",
                                       "_nl=1; Max-Age=34560000"};
constexpr std::string_view kKeys[] = {"nl_visitor", "mf_ui", "zzz", "", "remembered-login"};

template <class Enum>
Enum any_of(Random& random, Enum last) {
  return static_cast<Enum>(random.below(static_cast<std::uint32_t>(last) + 1));
}

Subject any_subject(Random& random, const PolicyView& policy) {
  Subject subject;
  subject.now = random.chance(95) ? kNow : 0;
  subject.regime = static_cast<std::uint16_t>(random.below(policy.regimes.count + 1));
  ConsentState& consent = subject.consent;
  consent.present = random.chance(60);
  if (consent.present) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      if (random.chance(45)) consent.granted |= PurposeSet{1} << bit;
      if (random.chance(10)) consent.denied |= PurposeSet{1} << bit;
    }
    const std::int64_t times[] = {kNow - 60,         kNow, kNow + 300, kNow + 301, 0, kNow - 200 * 86400,
                                  kNow - 400 * 86400};
    consent.time = random.pick(times);
    const std::uint16_t revisions[] = {0, 0, 0, 1, 2, kNoIndex};
    consent.revision = random.pick(revisions);
    if (random.chance(40)) consent.specific = random.chance(50) ? ~PurposeSet{0} : random.below(0xFFFFFFFF);
    if (random.chance(20)) consent.refused[0] = random.below(16);
    if (random.chance(20)) consent.older = random.below(400 * 86400);
  }
  Signals& signals = subject.signals;
  for (Tri* signal : {&signals.gpc, &signals.dnt, &signals.nai_opt_out, &signals.daa_opt_out,
                      &signals.usp_opt_out, &signals.gpp_opt_out, &signals.tcf_denied}) {
    if (random.chance(15)) *signal = any_of(random, Tri::MAX);
  }
  signals.unreadable = random.chance(5);
  subject.account = any_of(random, fb::AccountState::MAX);
  subject.promotional = any_of(random, fb::Promotional::MAX);
  if (random.chance(20)) subject.age = any_of(random, fb::Age::MAX);
  for (std::uint16_t& vendor : subject.parental) {
    if (random.chance(20)) vendor = static_cast<std::uint16_t>(random.below(policy.vendors.count + 1));
  }
  return subject;
}

Request any_request(Random& random, const PolicyView& policy) {
  Request request;
  request.kind = any_of(random, fb::Kind::MAX);
  request.page = random.chance(85) ? kPages[0] : random.pick(kPages);
  request.url = random.pick(kUrls);
  request.initiator = any_of(random, fb::Initiator::MAX);
  request.api = any_of(random, fb::StorageApi::MAX);
  const bool cookie = request.api == fb::StorageApi::cookie || request.api == fb::StorageApi::httpCookie;
  request.key = cookie ? random.pick(kLines) : random.pick(kKeys);
  request.writer = random.pick(kUrls);
  request.topics = static_cast<fb::Topic>(std::uint32_t{1} << random.below(28));
  if (random.chance(30)) request.topics = static_cast<fb::Topic>(random.below(1u << 28));
  if (random.chance(30)) request.purpose = static_cast<std::uint8_t>(random.below(40));
  if (random.chance(60)) request.party = static_cast<std::uint16_t>(random.below(policy.vendors.count + 1));
  request.asked = any_of(random, fb::Mode::MAX);
  request.identified = random.chance(40);
  return request;
}

/// A cookie that may be there for less time than was asked, and says for how long.
bool shortens(const Verdict& verdict) {
  return verdict.outcome == Outcome::strip &&
         (verdict.reason == Reason::lifetime_shortened || verdict.reason == Reason::turned_into_session);
}

/// How much of what was asked may be: nothing, some, all.
int share(const Verdict& verdict) {
  return verdict.outcome == Outcome::allow ? 2 : shortens(verdict) ? 1 : 0;
}

void check_properties(const OpenPolicy& opened, std::uint64_t seed) {
  const PolicyView& policy = opened.view();
  Random random(seed);
  unsigned allowed = 0;
  unsigned not_allowed = 0;
  unsigned shortened = 0;
  const auto memo = std::make_unique<Memo>();
  for (unsigned round = 0; round < kRounds; ++round) {
    const Subject subject = any_subject(random, policy);
    const Request request = any_request(random, policy);
    const Verdict verdict = decide(policy, subject, request);
    const bool allows = verdict.outcome == Outcome::allow;
    ++(allows ? allowed : not_allowed);
    INFO("round " << round << ", " << fb::EnumNameKind(request.kind) << " " << request.url << " "
                  << request.key << ": " << fb::EnumNameOutcome(verdict.outcome) << ", "
                  << fb::EnumNameReason(verdict.reason));

    // W5: a reason and a clause, and nothing recorded of what was not allowed. What is shortened is there.
    REQUIRE(verdict.reason != Reason::none);
    REQUIRE(verdict.clause != kNoIndex);
    if (!allows && !shortens(verdict)) REQUIRE((verdict.mode == fb::Mode::off && verdict.retention == 0));
    if (shortens(verdict)) {
      ++shortened;
      REQUIRE((verdict.reason == Reason::turned_into_session) == (verdict.retention == 0));
    }
    if (verdict.purpose != 0xFF && allows) REQUIRE(verdict.mode <= policy.purposes[verdict.purpose].mode());

    // The same again, from other memory; and a trace changes nothing.
    const std::string page(request.page);
    const std::string url(request.url);
    const std::string key(request.key);
    Request copy = request;
    copy.page = page;
    copy.url = url;
    copy.key = key;
    Trace trace;
    REQUIRE(same(verdict, decide(policy, subject, copy)));
    REQUIRE(same(verdict, decide(policy, subject, copy, &trace)));
    REQUIRE(same(verdict, decide(policy, subject, copy, nullptr, memo.get())));

    for (const Narrowing& narrowing : kNarrowings) {
      Subject less = subject;
      narrowing.apply(less, random.below(32));
      const Verdict narrowed = decide(policy, less, request);
      INFO("with " << narrowing.name << ": " << fb::EnumNameOutcome(narrowed.outcome) << ", "
                   << fb::EnumNameReason(narrowed.reason));
      REQUIRE(share(narrowed) <= share(verdict));
      if (narrowed.outcome == Outcome::allow) {
        REQUIRE(narrowed.mode <= verdict.mode);
        REQUIRE(narrowed.retention <= verdict.retention);
      }
    }
  }
  CHECK(allowed > kRounds / 20);
  CHECK(not_allowed > kRounds / 4);
  CHECK(shortened > kRounds / 5000);
}

}  // namespace

TEST_CASE("no kind of no ever opens anything",
          "[gate][property][choice.third-party-ads][children.none][choice.promotional]") {
  check_properties(small_policy(), 0x6d6f6e6f);
}

TEST_CASE("nor where undeclared session cookies are let be",
          "[gate][property][cookies.session][children.none]") {
  const OpenPolicy lenient(replaced(small_policy_json(), R"("rules": [)",
                                    R"("rules": [
    {"id": "tolerated", "clause": "cookies.session", "kinds": ["web.storage"], "party": ["undeclared"], "storage": ["session"], "needs": "nothing"},)"));
  check_properties(lenient, 0x6c656e69);
}

TEST_CASE("garbage never opens anything", "[gate][property][scope.site][cookies.third-party]") {
  const PolicyView& policy = small_policy().view();
  Random random(0x67617262);
  const Subject undecided = visitor("eu");
  for (unsigned round = 0; round < 30'000; ++round) {
    const auto noise = [&random] {
      std::string text;
      for (std::uint32_t i = random.below(24); i > 0; --i) text += static_cast<char>(random.below(256));
      return text;
    };
    const std::string page = noise();
    const std::string text = noise();
    Request request = any_request(random, policy);
    request.url = request.key = text;
    if (random.chance(50)) {
      request.page = page;
      const Verdict verdict = decide(policy, undecided, request);
      const bool on_page = request.kind == fb::Kind::web_request || request.kind == fb::Kind::web_storage ||
                           request.kind == fb::Kind::area;
      if (on_page) REQUIRE(verdict.outcome == Outcome::deny);
      continue;
    }
    request.page = kPages[0];
    const Verdict verdict = decide(policy, undecided, request);
    if (verdict.outcome != Outcome::allow) continue;
    INFO(fb::EnumNameKind(request.kind) << " \"" << text << "\": " << fb::EnumNameReason(verdict.reason));
    // A relative URL of our own, a scheme that stays here, a cookie taken away: nothing that needs a choice.
    const bool necessary = verdict.purpose == 0xFF || (policy.purposes[verdict.purpose].flags() & 1) != 0;
    REQUIRE(necessary);
  }
}
