// What an open or click leaves behind, under the demo's policy: E5, E7, E8, E9, E15, E16.
#include <fstream>
#include <sstream>

#include "catch.h"
#include "gate/fixture.h"
#include "gate/mail_group.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

std::string demo_text() {
  std::ifstream file(METROFAX_SOURCE_DIR "/demo-site/policy/2013-12-01.json");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const OpenPolicy& demo() {
  static const OpenPolicy policy(demo_text());
  return policy;
}

std::uint8_t number(std::string_view purpose) {
  return static_cast<std::uint8_t>(PolicyView::index_of(demo().view().purpose_ids, purpose));
}

Subject recipient(std::string_view regime, std::string_view granted = "", std::string_view denied = "") {
  Subject subject = visitor(regime, demo());
  subject.consent.present = true;
  subject.consent.time = kNow - 86'400;
  subject.consent.revision = 0;
  if (!granted.empty()) subject.consent.granted = demo().purpose(granted);
  if (!denied.empty()) subject.consent.denied = demo().purpose(denied);
  return subject;
}

Token token(std::string_view axis, fb::Mode mode, fb::TokenKind kind = fb::TokenKind::open) {
  Token made;
  made.kind = kind;
  made.mode = mode;
  made.axis = number(axis);
  made.expires = static_cast<std::uint32_t>(kNow + 86'400);
  if (mode != fb::Mode::anonymous) made.id[0] = 1;
  return made;
}

Opened opened(const Subject& subject, const Token& made, fb::OpenClass open = fb::OpenClass::human_probable) {
  return decide_opened(demo().view(), subject, made, open);
}

fb::OpenClass classed(std::string_view agent) { return classify_fetch(demo().view(), {agent, false, false}); }

}  // namespace

TEST_CASE("withdrawal reaches mail already sent", "[gate][E7][gifs.optout]") {
  const Token sent = token("email-open", fb::Mode::identified);
  CHECK(opened(recipient("eu", "email-open"), sent).keep == fb::Keep::client);
  const Opened after = opened(recipient("eu", "", "email-open"), sent);
  CHECK(after.keep == fb::Keep::nothing);
  CHECK(after.verdict.reason == fb::Reason::denied);
  CHECK(opened(recipient("eu"), sent).keep == fb::Keep::nothing);
  Subject left = recipient("eu", "email-open");
  left.promotional = fb::Promotional::opted_out;
  CHECK(opened(left, sent).keep == fb::Keep::nothing);
  left = recipient("eu", "email-open");
  left.age = fb::Age::under13;
  CHECK(opened(left, sent).verdict.reason == fb::Reason::child);
}

TEST_CASE("a token can only narrow", "[gate][E7]") {
  // Sent for a pseudonym, then everything was granted: still a pseudonym.
  const Opened held = opened(recipient("eu", "email-open"), token("email-open", fb::Mode::pseudonymous));
  CHECK(held.keep == fb::Keep::event);
  CHECK(held.verdict.mode == fb::Mode::pseudonymous);
  // Sent on one axis, granted on another.
  CHECK(opened(recipient("eu", "email-click"), token("email-open", fb::Mode::identified)).keep ==
        fb::Keep::nothing);
}

TEST_CASE("expiry comes before everything, and the clock must be known", "[gate][E7]") {
  Subject late = recipient("eu", "email-open");
  late.now = kNow + 86'401;
  CHECK(opened(late, token("email-open", fb::Mode::identified)).verdict.reason == fb::Reason::token_expired);
  late.now = 0;
  CHECK(opened(late, token("email-open", fb::Mode::identified)).verdict.reason ==
        fb::Reason::subject_invalid);
  late = recipient("eu", "email-open");
  late.now = kNow + 86'400;
  CHECK(opened(late, token("email-open", fb::Mode::identified)).keep == fb::Keep::client);
}

TEST_CASE("an unsubscribe or withdrawal token records nothing", "[gate][E9]") {
  for (const auto kind : {fb::TokenKind::unsubscribe, fb::TokenKind::tracking, fb::TokenKind::none}) {
    const Opened none = opened(recipient("us"), token("email-open", fb::Mode::identified, kind));
    CHECK(none.keep == fb::Keep::nothing);
    CHECK(none.verdict.reason == fb::Reason::request_invalid);
  }
}

TEST_CASE("a campaign's regime widens nobody's own", "[gate][E3][gifs.email]") {
  const PolicyView& policy = demo().view();
  const auto regime = [&](std::string_view id) { return PolicyView::index_of(policy.regime_ids, id); };
  Request request;
  request.kind = fb::Kind::email_open;
  request.asked = fb::Mode::identified;
  request.regime = regime("us");
  CHECK(decide(policy, recipient("us"), request).outcome == fb::Outcome::allow);
  CHECK(decide(policy, recipient("eu"), request).reason == fb::Reason::mode_exceeds_ceiling);
  CHECK(decide(policy, recipient("eu", "email-open"), request).outcome == fb::Outcome::allow);
  Subject somewhere = recipient("us");
  somewhere.regime = kNoIndex;  // of whom the campaign's regime is all that is known
  CHECK(decide(policy, somewhere, request).outcome == fb::Outcome::allow);
  request.regime = regime("eu");
  CHECK(decide(policy, recipient("us"), request).reason == fb::Reason::unknown);
}

TEST_CASE("a click is judged as a click", "[gate][E9]") {
  const Token click = token("email-click", fb::Mode::pseudonymous, fb::TokenKind::click);
  CHECK(opened(recipient("eu", "email-click"), click).keep == fb::Keep::event);
  CHECK(opened(recipient("eu", "email-open"), click).keep == fb::Keep::nothing);
}

TEST_CASE("deliverability is one day, whoever opened", "[gate][E8]") {
  const Token last = token("email-deliverability", fb::Mode::pseudonymous);
  for (const auto open : {fb::OpenClass::human_probable, fb::OpenClass::proxy_open}) {
    const Opened day = opened(recipient("fr"), last, open);
    CHECK(day.keep == fb::Keep::last_day);
    CHECK(day.verdict.reason == fb::Reason::regime_exempts);
  }
  CHECK(opened(recipient("fr", "", "email-deliverability"), last).keep == fb::Keep::nothing);
  CHECK(opened(recipient("eu"), last).keep == fb::Keep::nothing);
  CHECK(opened(recipient("fr"), last, fb::OpenClass::prefetch).keep == fb::Keep::nothing);
}

TEST_CASE("an exemption from consent is none from what the policy promised", "[gate][E8][changes.material]") {
  // The demo's policy, had its last change been of these two.
  static const OpenPolicy changed([] {
    std::string text = demo_text();
    const std::string was = R"("material": true, "purposes": ["interest"])";
    const std::size_t at = text.find(was);
    REQUIRE(at != std::string::npos);
    return text.replace(at, was.size(),
                        R"("material": true, "purposes": ["email-deliverability", "email-aggregate"])");
  }());
  const auto asked = [](const Subject& subject, std::string_view purpose, fb::Mode mode) {
    Request open;
    open.kind = fb::Kind::email_open;
    open.asked = mode;
    open.purpose = number(purpose);
    return decide(changed.view(), subject, open);
  };
  const struct {
    const char* regime;
    const char* purpose;
    fb::Mode mode;
  } exempt[] = {{"fr", "email-deliverability", fb::Mode::pseudonymous},
                {"it", "email-aggregate", fb::Mode::anonymous}};
  for (const auto& [regime, purpose, mode] : exempt) {
    Subject subject = recipient(regime, "email-open");
    CHECK(asked(subject, purpose, mode).reason == fb::Reason::regime_exempts);
    subject.consent.revision = 1;  // 2013-06-01: what came after it changed neither
    CHECK(asked(subject, purpose, mode).reason == fb::Reason::regime_exempts);
    subject.consent.revision = 2;  // 2012-05-01: what came after it changed both
    const Verdict held = asked(subject, purpose, mode);
    CHECK(held.outcome == fb::Outcome::hold);
    CHECK(held.reason == fb::Reason::revision_material);
    subject.consent.present = false;  // never chose: nothing was promised
    CHECK(asked(subject, purpose, mode).reason == fb::Reason::regime_exempts);
  }
}

TEST_CASE("an anonymous token is one more on the count, and nobody's record is asked", "[gate][E5]") {
  const Token count = token("email-aggregate", fb::Mode::anonymous);
  for (const char* regime : {"eu", "fr", "it", "us"})
    CHECK(opened(recipient(regime), count).keep == fb::Keep::count);
  CHECK(opened(recipient("it", "", "email-aggregate"), count).keep == fb::Keep::count);
}

TEST_CASE("copied and forwarded mail speaks of nobody", "[gate][E15]") {
  for (const std::uint8_t flag : {kTokenCopied, kTokenForwarded}) {
    Token shared = token("email-open", fb::Mode::identified);
    shared.flags = flag;
    const Opened one = opened(recipient("eu", "email-open"), shared);
    CHECK(one.keep == fb::Keep::count);
    CHECK(one.verdict.mode == fb::Mode::anonymous);
    CHECK(one.verdict.reason == fb::Reason::mode_clamped);
  }
}

TEST_CASE("only opens are opens, only humans keep address and user agent", "[gate][E16]") {
  const Token sent = token("email-open", fb::Mode::identified);
  const Subject yes = recipient("eu", "email-open");
  CHECK(opened(yes, sent, fb::OpenClass::human_probable).keep == fb::Keep::client);
  CHECK(opened(yes, sent, fb::OpenClass::proxy_open).keep == fb::Keep::event);
  for (const auto open : {fb::OpenClass::scanner, fb::OpenClass::preview, fb::OpenClass::prefetch}) {
    const Opened none = opened(yes, sent, open);
    CHECK(none.keep == fb::Keep::nothing);
    CHECK(none.verdict.reason == fb::Reason::not_an_open);
    CHECK(none.verdict.outcome == fb::Outcome::deny);
  }
  CHECK(opened(yes, token("email-open", fb::Mode::pseudonymous)).keep == fb::Keep::event);
}

TEST_CASE("agents are told by exact tokens", "[gate][E16]") {
  using fb::OpenClass;
  CHECK(
      classed("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)") ==
      OpenClass::proxy_open);
  CHECK(classed("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html") ==
        OpenClass::proxy_open);
  CHECK(classed("Mozilla/5.0") == OpenClass::prefetch);
  CHECK(classed("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)") ==
        OpenClass::human_probable);
  CHECK(classed("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.0") ==
        OpenClass::human_probable);
  CHECK(classed("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)") ==
        OpenClass::scanner);
  CHECK(classed("Mozilla/5.0 (Linux; Android 12; CUBOT X50) AppleWebKit/537.36 Chrome/120.0 Mobile") ==
        OpenClass::human_probable);
  CHECK(classed("MOZILLA/4.0 (compatible; MSIE 7.0)") == OpenClass::human_probable);
  CHECK(classed("facebookexternalhit/1.1") == OpenClass::preview);
  CHECK(classed("WhatsApp/2.23.20.0") == OpenClass::preview);
  // Parts of a token are no token.
  CHECK(classed("NotGoogleImageProxy") == OpenClass::scanner);
  CHECK(classed("GoogleImageProxy2") == OpenClass::scanner);
  CHECK(classed("Mozilla2") == OpenClass::scanner);
  // What nobody knows is no open.
  CHECK(classed("") == OpenClass::scanner);
  CHECK(classed("Java/1.8.0_292") == OpenClass::scanner);
  CHECK(classed("python-requests/2.31") == OpenClass::scanner);
  CHECK(classed("Mozilla " + std::string(2000, 'x')) == OpenClass::scanner);
  CHECK(classify_fetch(demo().view(), {"Mozilla/5.0 (X11)", true, false}) == OpenClass::prefetch);
  CHECK(classify_fetch(demo().view(), {"Mozilla/5.0 (X11)", false, true}) == OpenClass::scanner);
  CHECK(classify_fetch(small_policy().view(), {"Mozilla/5.0 (X11)", false, false}) == OpenClass::scanner);
}

TEST_CASE("asking again waits half a year in Europe and a year in California", "[gate][E13]") {
  const auto reask = [](std::string_view regime) {
    return demo().view().regimes[demo().regime(regime)].reask();
  };
  for (const char* regime : {"eu", "fr", "it", "uk"}) CHECK(reask(regime) >= 182u * 86'400);
  CHECK(reask("us-ca") >= 365u * 86'400);
}
