// How long a cookie may live, and what of the site waits for it.
#include <string>

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;
using fb::Outcome;
using fb::Reason;
using fb::StorageApi;

namespace {

constexpr std::uint32_t kDay = 86400;

Subject granted(std::string_view purpose, const OpenPolicy& policy = small_policy()) {
  Subject subject = visitor("eu", policy);
  subject.consent = {true, policy.purpose(purpose), 0, kNow, 0, false};
  return subject;
}

Verdict ask(const Subject& subject, std::string_view line, const OpenPolicy& policy = small_policy()) {
  const Verdict by_script = decide(policy.view(), subject, web_storage(StorageApi::cookie, line));
  const Verdict by_server = decide(policy.view(), subject, web_storage(StorageApi::httpCookie, line));
  CHECK(same(by_script, by_server));
  return by_script;
}

}  // namespace

TEST_CASE("a cookie that asks for more time than is declared gets what is declared",
          "[gate][retention.necessary]") {
  const Subject subject = granted("measurement");
  const std::uint32_t declared = 365 * kDay;  // _nl: P1Y
  CHECK(ask(subject, "_nl=1; Max-Age=" + std::to_string(declared)).reason == Reason::granted);
  for (const char* line :
       {"_nl=1; Max-Age=31536001", "_nl=1; Max-Age=99999999999",
        "_nl=1; Expires=Fri, 01 Jan 2027 00:00:01 GMT", "_nl=1; Max-Age=31536001; Expires=x"}) {
    const Verdict verdict = ask(subject, line);
    INFO(line);
    CHECK(verdict.outcome == Outcome::strip);
    CHECK(verdict.reason == Reason::lifetime_shortened);
    CHECK(verdict.retention == declared);
    CHECK(verdict.mode == fb::Mode::pseudonymous);
    CHECK(small_policy().clause(verdict) == "cookies.persistent");  // as the small policy says
  }
  CHECK(ask(visitor("eu"), "_nl=1; Max-Age=31536001").outcome == Outcome::deny);
}

TEST_CASE("a cookie declared for the session does not outlive it",
          "[gate][cookies.session][retention.necessary]") {
  const Verdict verdict = ask(visitor("eu"), "mf_session=1; Max-Age=60");
  CHECK(verdict.outcome == Outcome::strip);
  CHECK(verdict.reason == Reason::turned_into_session);
  CHECK(verdict.retention == 0);
  CHECK(ask(visitor("eu"), "mf_session=1").outcome == Outcome::allow);
  CHECK(ask(visitor("eu"), "mf_session=1; Max-Age=0").reason == Reason::removal);
}

TEST_CASE("where only the session was granted, a persistent cookie becomes one",
          "[gate][cookies.rejection]") {
  const OpenPolicy policy(replaced(small_policy_json(), R"("rules": [)",
                                   R"("rules": [
    {"id": "measured-visit", "clause": "cookies.session", "kinds": ["web.storage"], "purposes": ["measurement"], "storage": ["session"], "needs": "nothing"},)"));
  const Verdict undecided = ask(visitor("eu", policy), "_nl=1; Max-Age=60", policy);
  CHECK(undecided.outcome == Outcome::strip);
  CHECK(undecided.reason == Reason::turned_into_session);
  CHECK(undecided.retention == 0);
  CHECK(ask(granted("measurement", policy), "_nl=1; Max-Age=60", policy).outcome == Outcome::allow);
  Subject refused = visitor("eu", policy);
  refused.consent = {true, 0, policy.purpose("measurement"), kNow, 0, false};
  CHECK(ask(refused, "_nl=1; Max-Age=60", policy).reason == Reason::denied);
  // Nobody declared it: there is nothing to shorten it to.
  CHECK(ask(visitor("eu", policy), "zzz=1; Max-Age=60", policy).outcome == Outcome::deny);
}

TEST_CASE("a limited area says what it needs",
          "[gate][cookies.rejection][cookies.remember-me][security.tls]") {
  Request request;
  request.kind = fb::Kind::area;
  request.page = "https://www.metrofax.com/account";
  request.key = "remembered-login";
  const OpenPolicy& policy = small_policy();
  const auto asked = [&](const Subject& subject) { return decide(policy.view(), subject, request); };
  const Verdict undecided = asked(visitor("eu"));
  CHECK(undecided.outcome == Outcome::deny);
  CHECK(undecided.reason == Reason::unknown);
  CHECK(policy.view().purposes.count > undecided.purpose);
  CHECK(PolicyView::id_at(policy.view().purpose_ids, undecided.purpose) == "remember-me");
  CHECK(asked(visitor("us")).outcome == Outcome::deny);  // never merely because nobody objected
  CHECK(asked(granted("remember-me")).outcome == Outcome::allow);
  request.page = "http://www.metrofax.com/account";
  CHECK(asked(granted("remember-me")).reason == Reason::insecure_page);
  request.page = "http://localhost:8080/account";
  CHECK(asked(granted("remember-me")).outcome == Outcome::allow);
  request.key = "nothing-of-ours";
  CHECK(asked(granted("remember-me")).reason == Reason::request_invalid);
  request.page = "https://elsewhere.example/";
  CHECK(asked(granted("remember-me")).reason == Reason::page_out_of_scope);
}
