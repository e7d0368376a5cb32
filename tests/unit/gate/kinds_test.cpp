// What vectors over JSON cannot ask: values of the C++ types, and rows that only the page reaches.
#include <fstream>
#include <iterator>
#include <string>

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;
using fb::Outcome;
using fb::Reason;

namespace {

const OpenPolicy& demo_policy() {
  static const OpenPolicy policy([] {
    std::ifstream file(METROFAX_SOURCE_DIR "/demo-site/policy/2013-12-01.json");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }());
  return policy;
}

std::uint8_t number_of(const OpenPolicy& policy, std::string_view purpose) {
  return static_cast<std::uint8_t>(PolicyView::index_of(policy.view().purpose_ids, purpose));
}

}  // namespace

TEST_CASE("what our own pages ask of a visitor beyond need",
          "[gate][profile.store][cookies.interest][rule:own-optional]") {
  // data-purpose on our own markup: row "own-optional" of the demo's policy.
  const OpenPolicy& policy = demo_policy();
  Request request = web_request("/offers.js");
  request.purpose = number_of(policy, "interest");
  Subject subject = visitor("eu", policy);
  const Verdict unknown = decide(policy.view(), subject, request);
  CHECK(unknown.reason == Reason::unknown);
  CHECK(policy.clause(unknown) == "profile.store");
  subject.consent.present = true;
  subject.consent.revision = 0;
  subject.consent.time = kNow;
  subject.consent.granted = policy.purpose("interest");
  const Verdict granted = decide(policy.view(), subject, request);
  CHECK(granted.reason == Reason::granted);
  CHECK(granted.purpose == request.purpose);
  CHECK(granted.mode == fb::Mode::identified);
  subject.consent.denied = policy.purpose("interest");
  CHECK(decide(policy.view(), subject, request).reason == Reason::denied);
  subject.signals.gpc = fb::Tri::on;
  CHECK(decide(policy.view(), subject, request).reason == Reason::gpc);
}

TEST_CASE("a campaign may not ask for more than the ceiling", "[gate][gifs.email]") {
  const OpenPolicy policy(replaced(
      small_policy_json(),
      R"("id": "email-open", "number": 10, "name": "Opens", "description": "Which mails are opened.", "necessary": false, "uses": ["profiling"], "mode": "identified")",
      R"("id": "email-open", "number": 10, "name": "Opens", "description": "Which mails are opened.", "necessary": false, "uses": ["profiling"], "mode": "pseudonymous")"));
  Request request;
  request.kind = fb::Kind::email_open;
  const Subject subject = visitor("us", policy);
  request.asked = fb::Mode::identified;
  const Verdict over = decide(policy.view(), subject, request);
  CHECK(over.outcome == Outcome::deny);
  CHECK(over.reason == Reason::mode_exceeds_ceiling);
  CHECK(over.mode == fb::Mode::off);
  CHECK(over.retention == 0);
  for (const fb::Mode asked : {fb::Mode::anonymous, fb::Mode::pseudonymous}) {
    request.asked = asked;
    const Verdict within = decide(policy.view(), subject, request);
    CHECK(within.outcome == Outcome::allow);
    CHECK(within.mode == asked);
  }
}

TEST_CASE("enumerators that nobody declared", "[gate][scope.site]") {
  const PolicyView& policy = small_policy().view();
  const Subject subject = visitor("us");
  Request request = web_request("https://adharbor.localhost/");
  for (const unsigned kind : {12u, 99u, 255u}) {
    request.kind = static_cast<fb::Kind>(kind);
    CHECK(decide(policy, subject, request).reason == Reason::kind_unknown);
  }
  request = web_storage(static_cast<fb::StorageApi>(200), "mf_session");
  CHECK(decide(policy, subject, request).outcome == Outcome::deny);
  Subject odd = visitor("us");
  odd.account = static_cast<fb::AccountState>(9);
  Request mail;
  mail.kind = fb::Kind::email_send;
  mail.topics = fb::Topic::class_service;
  CHECK(decide(policy, odd, mail).reason == Reason::no_account);
  odd.account = fb::AccountState::active;
  CHECK(decide(policy, odd, mail).reason == Reason::service_mail);
}

TEST_CASE("names as long as anybody likes", "[gate][cookies.persistent]") {
  const PolicyView& policy = small_policy().view();
  const Subject subject = visitor("us");
  const std::string fits(65536, 'x');
  CHECK(decide(policy, subject, web_storage(fb::StorageApi::localStorage, fits)).reason ==
        Reason::undeclared_storage);
  const std::string longer(65537, 'x');
  CHECK(decide(policy, subject, web_storage(fb::StorageApi::localStorage, longer)).reason ==
        Reason::request_invalid);
  const std::string prefixed = "_ah" + std::string(60'000, 'x');
  CHECK(decide(policy, subject, web_storage(fb::StorageApi::cookie, prefixed + "=1")).reason ==
        Reason::cookie_rejected);
}
