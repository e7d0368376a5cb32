// The order of the steps: what is found by an earlier one no later one may change.
#include <string>
#include <vector>

#include "catch.h"
#include "gate/choice.h"
#include "gate/fixture.h"
#include "gate/opt_outs.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;
using fb::Outcome;
using fb::Reason;
using fb::Tri;

namespace {

constexpr std::string_view kAd = "https://adharbor.localhost/tag.js";
constexpr std::string_view kCount = "https://northlight.localhost/nl.js";

Verdict ask(const Subject& subject, std::string_view url = kAd) {
  return decide(small_policy().view(), subject, web_request(url));
}

Reason why(const Subject& subject, std::string_view url = kAd) { return ask(subject, url).reason; }

ConsentState choice(PurposeSet granted, PurposeSet denied = 0) {
  ConsentState consent;
  consent.present = true;
  consent.granted = granted;
  consent.denied = denied;
  consent.time = kNow - 60;
  consent.revision = 0;
  return consent;
}

PurposeSet ads() { return small_policy().purpose("advertising"); }

}  // namespace

TEST_CASE("each step decides before the next one",
          "[gate][precedence][children.none][choice.third-party-ads]") {
  // Everything that can deny is there at once; taken away one by one, the next step shows.
  Subject subject = visitor("eu");
  subject.age = fb::Age::under13;
  subject.signals.gpc = Tri::on;
  subject.signals.usp_opt_out = Tri::on;
  subject.consent = choice(0, ads());
  subject.consent.revision = 1;
  CHECK(why(subject) == Reason::child);
  subject.age = fb::Age::over13;
  CHECK(why(subject) == Reason::gpc);
  subject.signals.gpc = Tri::off;
  CHECK(why(subject) == Reason::usp_opt_out);
  subject.signals.usp_opt_out = Tri::off;
  subject.now = 0;
  CHECK(why(subject) == Reason::subject_invalid);
  subject.now = kNow;
  CHECK(why(subject) == Reason::denied);
  subject.consent = ConsentState{};
  CHECK(why(subject) == Reason::unknown);
  subject.consent = choice(ads());
  subject.consent.time = 0;
  CHECK(why(subject) == Reason::consent_expired);
  subject.consent.time = kNow + 301;
  CHECK(why(subject) == Reason::consent_from_future);
  subject.consent.time = kNow;
  subject.consent.revision = kNoIndex;
  CHECK(why(subject) == Reason::revision_unknown);
  subject.consent.revision = 2;  // 2011-01-01: material for all
  CHECK(why(subject) == Reason::revision_material);
  subject.consent.revision = 1;  // 2012-05-01: material for measurement alone
  CHECK(why(subject) == Reason::granted);
}

TEST_CASE("the scope is decided before anybody is looked at",
          "[gate][precedence][scope.site][scope.co-brand]") {
  Subject subject = visitor("us");
  subject.age = fb::Age::under13;
  Request request = web_request(kAd);
  request.page = "https://example.com/";
  CHECK(decide(small_policy().view(), subject, request).reason == Reason::page_out_of_scope);
  request.page = "https://fax.example-partner.test/";
  CHECK(decide(small_policy().view(), subject, request).reason == Reason::co_brand);
  request.page = "";
  CHECK(decide(small_policy().view(), subject, request).reason == Reason::page_missing);
  CHECK(why(subject, "ftp://adharbor.localhost/") == Reason::scheme_unsupported);
  CHECK(ask(subject, "data:,x").outcome == Outcome::allow);
}

TEST_CASE("necessary is allowed whatever else is known",
          "[gate][precedence][cookies.session][service.processing]") {
  Subject subject = visitor("eu");
  subject.now = 0;
  subject.age = fb::Age::under13;
  subject.signals = {Tri::on, Tri::on, Tri::on, Tri::on, Tri::on, Tri::on, Tri::on, true};
  subject.consent = choice(0, ~PurposeSet{0});
  subject.consent.revision = kNoIndex;
  subject.account = fb::AccountState::deactivated;
  CHECK(ask(subject, "/style.css").reason == Reason::first_party);
  const Verdict cookie =
      decide(small_policy().view(), subject, web_storage(fb::StorageApi::cookie, "mf_session=1"));
  CHECK(cookie.outcome == Outcome::allow);
  CHECK(cookie.reason == Reason::necessary);
  CHECK(small_policy().clause(cookie) == "cookies.session");
}

TEST_CASE("only a later, specific, valid consent beats a signal",
          "[gate][precedence][choice.third-party-ads]") {
  Subject subject = visitor("us");
  subject.signals.gpc = Tri::on;
  subject.consent = choice(ads());
  CHECK(why(subject) == Reason::gpc);
  subject.consent.specific = ~PurposeSet{0};
  CHECK(why(subject) == Reason::granted);
  subject.consent.denied = ads();
  CHECK(why(subject) == Reason::gpc);
  subject.consent.denied = 0;
  subject.consent.time = kNow + 301;
  CHECK(why(subject) == Reason::gpc);
  subject.consent.time = 1;
  CHECK(why(subject) == Reason::gpc);
  subject.consent.time = kNow;
  subject.consent.present = false;
  CHECK(why(subject) == Reason::gpc);
}

TEST_CASE("a signal denies the uses that the regime says, and only those",
          "[gate][precedence][choice.third-party-ads]") {
  struct Row {
    Tri Signals::*signal;
    Reason reason;
    bool counting;  // whether it denies measurement (use "share"), too
  };
  const Row rows[] = {{&Signals::gpc, Reason::gpc, true},
                      {&Signals::usp_opt_out, Reason::usp_opt_out, true},
                      {&Signals::nai_opt_out, Reason::nai_opt_out, false},
                      {&Signals::daa_opt_out, Reason::daa_opt_out, false},
                      {&Signals::dnt, Reason::dnt, false}};
  for (const Row& row : rows) {
    Subject subject = visitor("us-ca");
    subject.signals.*row.signal = Tri::on;
    CHECK(why(subject) == row.reason);
    CHECK(why(subject, kCount) == (row.counting ? row.reason : Reason::opt_out_regime));
    subject.signals.*row.signal = Tri::off;
    CHECK(why(subject) == Reason::opt_out_regime);
    // "none" of the small policy knows GPC alone.
    Subject elsewhere = visitor("none");
    elsewhere.signals.*row.signal = Tri::on;
    CHECK(why(elsewhere) == (row.signal == &Signals::gpc ? Reason::gpc : Reason::opt_out_regime));
  }
  Subject subject = visitor("us");
  subject.signals.unreadable = true;
  CHECK(why(subject) == Reason::signal_unreadable);
}

TEST_CASE("the site's own switch shuts out one vendor, whatever was granted",
          "[gate][precedence][choice.third-party-ads][W9]") {
  Subject subject = visitor("us");
  subject.opted_out[kMaxOptOuts - 1] = static_cast<std::uint16_t>(small_policy().vendor("adharbor") + 1);
  CHECK(why(subject) == Reason::vendor_opt_out);
  CHECK(why(subject, kCount) == Reason::opt_out_regime);
  subject.consent.present = true;
  subject.consent.specific = ~PurposeSet{0};
  subject.consent.granted = ~PurposeSet{0};
  subject.consent.time = kNow;
  subject.consent.revision = 0;
  CHECK(why(subject) == Reason::vendor_opt_out);
  // Empty places are nobody, an undeclared party least of all.
  CHECK(why(visitor("us"), "https://tracker.example/") == Reason::undeclared_party);
}

TEST_CASE("one vendor refused by the record stays out, whatever was granted",
          "[gate][precedence][choice.third-party-ads][W2]") {
  const PolicyView& policy = small_policy().view();
  const std::uint16_t adharbor = small_policy().vendor("adharbor");
  Subject subject = visitor("us");
  subject.consent = choice(~PurposeSet{0});
  subject.consent.specific = ~PurposeSet{0};
  REQUIRE(why(subject) == Reason::granted);
  choose_vendor(policy, subject.consent, adharbor, false);
  CHECK(is_refused(policy, subject.consent, adharbor));
  CHECK(why(subject) == Reason::vendor_refused);
  CHECK(why(subject, kCount) == Reason::granted);
  // A grant of its purposes does not bring it back, nor does age take the refusal away; its own choice does.
  choose(policy, subject, ~PurposeSet{0}, ~PurposeSet{0}, true);
  CHECK(why(subject) == Reason::vendor_refused);
  subject.consent.time = kNow - 500 * 86400;
  CHECK(why(subject) == Reason::vendor_refused);
  subject.consent.time = kNow;
  choose_vendor(policy, subject.consent, adharbor, true);
  CHECK(why(subject) == Reason::granted);
  choose_vendor(policy, subject.consent, adharbor, false);
  choose_vendor(policy, subject.consent, kNoIndex, true);
  CHECK(why(subject) == Reason::granted);
  // Ourselves and nobody cannot be refused.
  for (const std::uint16_t nobody : {std::uint16_t{0}, kNoIndex, std::uint16_t(policy.vendors.count)}) {
    choose_vendor(policy, subject.consent, nobody, false);
    CHECK_FALSE(is_refused(policy, subject.consent, nobody));
    CHECK(why(subject) == Reason::granted);
  }
}

TEST_CASE("opt-outs in the site's cookies are read, and what cannot be read is one",
          "[gate][choice.third-party-ads][W9]") {
  const PolicyView& policy = small_policy().view();
  const auto read = [&](std::string_view cookies) {
    Subject subject = visitor("us-ca");
    read_opt_outs(policy, cookies, subject);
    return subject;
  };
  const Subject none = read("a=1; usprivacy=; mf_optout=; xusprivacy=1YYN; usprivacyx=1YYN; mf_optouts=nai");
  CHECK((none.signals.usp_opt_out == Tri::unset && none.signals.nai_opt_out == Tri::unset &&
         !none.signals.unreadable));
  CHECK(read("a=1; usprivacy=1YYN").signals.usp_opt_out == Tri::on);
  CHECK(why(read("usprivacy=1YYN")) == Reason::usp_opt_out);
  CHECK(why(read("usprivacy=1YNN; usprivacy=1YNN")) == Reason::opt_out_regime);
  for (const char* cookies : {"usprivacy=1yyn", "usprivacy=1YYN; usprivacy=1YNN", "mf_optout=nai..daa",
                              "mf_optout=nobody", "mf_optout=nai; mf_optout=daa"}) {
    CAPTURE(cookies);
    CHECK(why(read(cookies)) == (std::string_view(cookies) == "mf_optout=nai..daa"
                                     ? Reason::nai_opt_out
                                     : Reason::signal_unreadable));
    CHECK(read(cookies).signals.unreadable);
  }
  const Subject all = read("mf_optout=nai.daa.adharbor.adharbor;usprivacy=1YNN");
  CHECK(
      (all.signals.nai_opt_out == Tri::on && all.signals.daa_opt_out == Tri::on && !all.signals.unreadable));
  CHECK((all.opted_out[0] == small_policy().vendor("adharbor") + 1 && all.opted_out[1] == 0));
  // An opt-out that was seen stays.
  Subject stays = all;
  read_opt_outs(policy, "usprivacy=1YNN", stays);
  CHECK(stays.signals.nai_opt_out == Tri::on);
}

TEST_CASE("a parent lets one recipient have data and no other", "[gate][precedence][children.none]") {
  Subject subject = visitor("us");
  subject.age = fb::Age::under13;
  subject.parental[kMaxParentalGrants - 1] = small_policy().vendor("adharbor");
  CHECK(why(subject) == Reason::parental_grant);
  CHECK(why(subject, kCount) == Reason::child);
  CHECK(why(subject, "https://tracker.example/") == Reason::child);
  subject.signals.gpc = Tri::on;
  CHECK(why(subject) == Reason::gpc);
  // Being nobody's vendor is no recipient: the empty places of the list grant nothing.
  Subject empty = visitor("us");
  empty.age = fb::Age::under13;
  CHECK(why(empty, "https://tracker.example/") == Reason::child);
}

TEST_CASE("the purpose that the page names only narrows", "[gate][precedence][profile.store]") {
  const PolicyView& policy = small_policy().view();
  Request request = web_request("/offers.js");
  const Subject subject = visitor("us");
  CHECK(decide(policy, subject, request).reason == Reason::first_party);
  request.purpose = 7;  // advertising: no row lets our own pages ask for it
  CHECK(decide(policy, subject, request).reason == Reason::no_rule);
  Request partner = web_request(kCount);
  partner.purpose = 7;
  Subject refused = visitor("us");
  refused.consent = choice(0, ads());
  CHECK(decide(policy, refused, partner).reason == Reason::denied);
  CHECK(decide(policy, refused, partner).purpose == 7);
  CHECK(decide(policy, refused, web_request(kCount)).reason == Reason::opt_out_regime);
  partner.purpose = 30;  // no purpose of this policy
  CHECK(decide(policy, subject, partner).outcome == Outcome::deny);
  CHECK(decide(policy, subject, partner).reason == Reason::no_rule);
}

TEST_CASE("all purposes are needed, and the least of all counts",
          "[gate][precedence][cookies.third-party][retention.necessary]") {
  constexpr std::string_view kBoth = "https://adharbor.localhost/px.gif/both";
  Subject subject = visitor("us");
  const Verdict open = ask(subject, kBoth);
  CHECK(open.reason == Reason::opt_out_regime);
  CHECK(open.mode == fb::Mode::pseudonymous);
  subject.consent = choice(0, small_policy().purpose("measurement"));
  CHECK(ask(subject, kBoth).reason == Reason::denied);
  CHECK(ask(subject, kBoth).purpose == 6);
  subject.consent = choice(0, ads());
  CHECK(ask(subject, kBoth).purpose == 7);
}

TEST_CASE("the trace tells every step, and changes nothing", "[gate][precedence][trace]") {
  Subject subject = visitor("eu");
  Trace trace;
  const Verdict traced = decide(small_policy().view(), subject, web_request(kAd), &trace);
  CHECK(same(traced, ask(subject)));
  REQUIRE(trace.size > 1);
  const Trace::Entry& last = trace.entries[trace.size - 1];
  CHECK(last.decided);
  CHECK(last.step == Step::consent);
  CHECK(same(last.verdict, traced));
  std::vector<std::string> steps;
  for (unsigned i = 0; i < trace.size; ++i) {
    steps.emplace_back(step_name(trace.entries[i].step));
    CHECK(trace.entries[i].decided == (i + 1 == trace.size));
  }
  CHECK(steps ==
        std::vector<std::string>{"party", "rule", "necessary", "child", "opt_out", "regime", "consent"});
}

TEST_CASE("a full trace stops being written, the verdict does not care", "[gate][precedence][trace]") {
  Trace trace;
  trace.size = Trace::kMaxEntries;
  CHECK(same(decide(small_policy().view(), visitor("eu"), web_request(kAd), &trace), ask(visitor("eu"))));
  CHECK(trace.size == Trace::kMaxEntries);
}

TEST_CASE("no policy, no permission", "[gate][precedence][scope.site]") {
  const PolicyView none;
  Subject subject = visitor("us");
  for (unsigned kind = 0; kind <= static_cast<unsigned>(fb::Kind::MAX); ++kind) {
    Request request = web_request("data:,x");
    request.kind = static_cast<fb::Kind>(kind);
    const Verdict verdict = decide(none, subject, request);
    CHECK(verdict.outcome == Outcome::deny);
    CHECK(verdict.reason == Reason::policy_missing);
  }
}

TEST_CASE("a verdict that nobody wrote denies", "[gate][scope.site]") {
  const Verdict verdict;
  CHECK(verdict.outcome == Outcome::deny);
  CHECK(verdict.mode == fb::Mode::off);
  CHECK(verdict.retention == 0);
}

TEST_CASE("a regime that the policy does not have is the strict one",
          "[gate][precedence][cookies.third-party]") {
  Subject subject = visitor("us");
  for (const unsigned regime : {4u, 255u, unsigned{kNoIndex}}) {
    subject.regime = static_cast<std::uint16_t>(regime);
    CHECK(why(subject) == Reason::unknown);
  }
}
