// Mail: whether it is sent, and whether its clear GIF or its links may say so. The order of the questions is
// the order of the functions below.
#include <bit>

#include "gate/case.h"
#include "gate/mail_group.h"

namespace metrofax::consent::gate {
namespace {

using fb::Mode;
using fb::Outcome;
using fb::Reason;

std::uint8_t first_purpose(PurposeSet purposes, std::uint32_t count) {
  const auto number = static_cast<std::uint8_t>(std::countr_zero(purposes));
  return number < count ? number : kNoPurpose;
}

const fb::MailRegime* mail_regime(const Case& c, const fb::Mail* mail) {
  if (mail == nullptr) return nullptr;
  const unsigned index =
      c.subject.regime < c.policy.regimes.count ? c.subject.regime : c.policy.strict_regime;
  return index < mail->regimes()->size() ? mail->regimes()->Get(index) : nullptr;
}

// ---- sending

// email.service, email.welcome: sent while the account is active, whatever the promotional choice.
void account_step(Case& c) {
  switch (c.subject.account) {
    case fb::AccountState::active:
      c.answer(Step::mail, Outcome::allow, Reason::service_mail);
      return;
    case fb::AccountState::deactivated:
      c.answer(Step::mail, Outcome::deny, Reason::account_deactivated);
      return;
    case fb::AccountState::none:
      break;
  }
  c.answer(Step::mail, Outcome::deny, Reason::no_account);
}

// email.promotional, choice.promotional: never to who opted out or left, nor to a child; unknown is the
// regime's.
void promotional_step(Case& c) {
  const bool refused = c.subject.consent.present && (c.subject.consent.denied & c.bit()) != 0;
  if (c.subject.now <= 0) {
    c.answer(Step::mail, Outcome::deny, Reason::subject_invalid);
  } else if (c.subject.age == fb::Age::under13) {
    c.answer(Step::child, Outcome::deny, Reason::child);
  } else if (c.subject.account == fb::AccountState::deactivated) {
    c.answer(Step::mail, Outcome::deny, Reason::account_deactivated);
  } else if (c.subject.promotional == fb::Promotional::opted_out || refused) {
    c.answer(Step::mail, Outcome::deny, Reason::promotional_opted_out);
  } else if (c.subject.promotional == fb::Promotional::opted_in || c.regime().model() == fb::Model::opt_out) {
    c.answer(Step::mail, Outcome::allow, Reason::promotional_allowed);
  } else {
    c.answer(Step::mail, Outcome::deny, Reason::promotional_unknown);
  }
}

void send_step(Case& c) {
  c.rule = find_rule(c, Purposes::of_row);
  if (c.rule != nullptr) c.purpose = first_purpose(c.rule->purposes(), c.policy.purposes.count);
  if (c.rule == nullptr || c.purpose == kNoPurpose) {
    c.answer(Step::rule, Outcome::deny, Reason::no_rule);
  } else if (c.request.sent_before && c.request.topics == fb::Topic::class_referral) {
    c.answer(Step::mail, Outcome::deny, Reason::already_sent);  // referral.one-time
  } else if (c.rule->needs() == fb::Needs::active_account) {
    account_step(c);
  } else if (c.rule->needs() == fb::Needs::promotional) {
    promotional_step(c);
  } else {
    judge_all(c, c.rule->purposes());
  }
}

// ---- opens and clicks

// What a question about a clear GIF or link is about: one person, or the campaign's count.
enum class Axis : std::uint8_t { individual, count };

// E1: every axis is a purpose with a row of its own. Who names none asks about the individual.
const fb::Rule* beacon_row(const Case& c, Axis axis) {
  const auto kind = static_cast<std::uint16_t>(1u << static_cast<unsigned>(c.request.kind));
  const auto topics = static_cast<std::uint32_t>(c.request.topics);
  for (const fb::Rule& row : c.policy.rules_about(c.request.kind)) {
    const auto row_topics = static_cast<std::uint32_t>(row.topics());
    if ((row.kinds() & kind) == 0 || (row_topics != 0 && (row_topics & topics) == 0)) continue;
    if (c.request.purpose != kNoPurpose) {
      if (c.request.purpose < 32 && (row.purposes() >> c.request.purpose & 1u) != 0) return &row;
    } else if (axis == Axis::individual || row.mode() == Mode::anonymous) {
      return &row;
    }
  }
  return nullptr;
}

// A purpose that the regime exempts needs no consent (CNIL 2026-042: deliverability; Garante 284/2026: the
// campaign's count). A refusal, a child and whatever signal denies the purpose are heard all the same, and so
// is what the policy itself promises: nobody's exemption from the law is one from changes.material. Who chose
// before the use changed waits for it; who never chose anything was promised nothing.
bool exempt_step(Case& c) {
  const fb::MailRegime* const mail = c.mail;
  // The exemptions are of the pixel: nobody's decision speaks of links.
  if (c.request.kind != fb::Kind::email_open) return false;
  if (mail == nullptr || (mail->exempt() & c.bit()) == 0 || c.subject.now <= 0) return false;
  const fb::Regime& regime = c.regime();
  const PurposeSet signals = regime.gpc() | regime.dnt() | regime.nai() | regime.daa() | regime.usp();
  const bool refused = c.subject.consent.present && (c.subject.consent.denied & c.bit()) != 0;
  if (refused || (signals & c.bit()) != 0 || c.subject.age == fb::Age::under13) return false;
  return revision_step(c) || c.answer(Step::regime, Outcome::allow, Reason::regime_exempts);
}

/// Whether one rung of the ladder holds: at most `asked`, under the case's rule and purpose. The verdict says
/// how much.
bool beacon_rung(Case& c, Mode asked) {
  if (c.purpose >= c.policy.purposes.count) {
    c.answer(Step::rule, Outcome::deny, Reason::no_rule);
    return false;
  }
  if (!exempt_step(c)) judge_all(c, c.bit());
  if (c.verdict.outcome != Outcome::allow) return false;
  // E3: the least of what policy, regime, recipient and everybody else in the mail allow.
  Mode most = c.verdict.mode;
  if (c.mail != nullptr && c.mail->mode() < most) most = c.mail->mode();
  if (c.request.ceiling < most) most = c.request.ceiling;
  if (asked <= most) {
    c.verdict.mode = asked;
    return true;
  }
  if (!c.request.clamp || most == Mode::off) {
    c.answer(Step::mail, Outcome::deny, Reason::mode_exceeds_ceiling);
    return false;
  }
  const std::uint32_t retention = c.verdict.retention;
  c.answer(Step::mail, Outcome::allow, Reason::mode_clamped);
  c.verdict.mode = most;
  c.verdict.retention = retention;
  return true;
}

// gifs.email, gifs.optout. E3: asking for more than is allowed is refused with a reason, not quietly lowered,
// unless the caller said that less will do.
void beacon_step(Case& c) {
  const fb::Rule* count = beacon_row(c, Axis::count);
  c.rule = beacon_row(c, Axis::individual);
  if (c.rule == nullptr) {
    c.answer(Step::rule, Outcome::deny, Reason::no_rule);
    return;
  }
  c.purpose = c.request.purpose != kNoPurpose ? c.request.purpose
                                              : first_purpose(c.rule->purposes(), c.policy.purposes.count);
  if (c.request.asked == Mode::off) {
    c.answer(Step::mail, Outcome::deny, Reason::pixel_off);
  } else if (c.subject.account == fb::AccountState::deactivated) {
    c.answer(Step::mail, Outcome::deny, Reason::account_deactivated);
  } else if (c.subject.promotional == fb::Promotional::opted_out) {
    c.answer(Step::mail, Outcome::deny, Reason::promotional_opted_out);
  } else if (!beacon_rung(c, c.request.asked) && c.request.purpose == kNoPurpose && count != nullptr &&
             (c.request.clamp || c.request.asked == Mode::anonymous)) {
    // The ladder's last rung: no individual, but perhaps one more on the campaign's count. Who refused the
    // individual in so many words is counted only if they allowed exactly that.
    const Verdict refused = c.verdict;
    const bool allowed = (c.subject.consent.granted & count->purposes()) != 0;
    c.rule = count;
    c.purpose = first_purpose(count->purposes(), c.policy.purposes.count);
    if ((refused.reason == Reason::denied && !allowed) || !beacon_rung(c, Mode::anonymous)) {
      c.verdict = refused;
    } else if (c.request.asked > Mode::anonymous) {
      const Verdict counted = c.verdict;
      c.answer(Step::mail, Outcome::allow, Reason::mode_clamped);
      c.verdict.mode = counted.mode;
      c.verdict.retention = counted.retention;
    }
  }
}

// Whether a recipient consented to offers and their tracking in one, where that will do (E1, Garante
// 284/2026).
bool is_combined(const Case& c, const fb::Mail* mail) {
  const ConsentState& consent = c.subject.consent;
  if (c.mail == nullptr || !consent.present || !consent.combined) return false;
  return (consent.granted & mail->marketing() & ~consent.denied) != 0;
}

// ---- what a mail fetches when it is shown

// RFC 2392: a part of the mail itself.
bool is_part(std::string_view url) {
  constexpr std::string_view kCid = "cid:";
  if (url.size() < kCid.size()) return false;
  for (std::size_t i = 0; i < kCid.size(); ++i) {
    if ((url[i] | (i < 3 ? 0x20 : 0)) != kCid[i]) return false;
  }
  return true;
}

// E14: our own pictures are no beacons unless nobody sees them; others' are there only if the policy places
// them in mail (cookies.third-party), and a hidden one is a clear GIF whoever serves it.
void load_step(Case& c) {
  UrlHead url;
  const Reason fault = url.read(c.request.url, nullptr);
  if (is_part(c.request.url) || (fault == Reason::none && url.scheme() == Scheme::local)) {
    c.answer(Step::scope, Outcome::allow, Reason::local_scheme);  // nothing is fetched
    return;
  }
  const bool network = url.scheme() == Scheme::http || url.scheme() == Scheme::https;
  if (fault != Reason::none || !network || !locate(c.policy, url, c.target)) {
    c.answer(Step::party, Outcome::deny,
             fault != Reason::none ? fault
             : network             ? Reason::url_invalid
                                   : Reason::scheme_unsupported);
    return;
  }
  if (c.target.party != PartyKind::first && c.target.party != PartyKind::third) {
    judge_undeclared(c, Reason::undeclared_party);
    return;
  }
  constexpr std::uint8_t kInEmail = 2;
  const bool third = c.target.party == PartyKind::third;
  if (third && (c.policy.vendors[c.target.vendor].placements() & kInEmail) == 0) {
    c.answer(Step::party, Outcome::deny, Reason::not_placed_in_email);
    return;
  }
  const bool beacon = c.target.beacon || c.request.hidden;
  if (!third && !beacon) {
    c.answer(Step::party, Outcome::allow, Reason::first_party);
    return;
  }
  if (beacon) {
    Request open = c.request;
    open.kind = fb::Kind::email_open;
    open.asked = Mode::pseudonymous;
    open.purpose = kNoPurpose;
    open.clamp = false;
    Case asked{c.policy, c.subject, open, c.trace};
    asked.target = c.target;
    asked.mail = c.mail;
    beacon_step(asked);
    c.verdict = asked.verdict;
    if (!third || c.verdict.outcome != Outcome::allow) return;
  }
  judge_all(c, c.target.purposes);
}

Verdict decide_fetched(Case& c) {
  if (c.request.kind == fb::Kind::email_load) {
    load_step(c);
  } else {
    beacon_step(c);
  }
  return c.verdict;
}

}  // namespace

Verdict decide_mail(Case& c) {
  c.target.party = PartyKind::first;
  c.target.vendor = 0;
  if (c.request.kind == fb::Kind::email_send) {
    send_step(c);
    return c.verdict;
  }
  // E3: the least of what the campaign's regime and the recipient's own allow. Of somebody whose place nobody
  // knows the campaign's is all there is.
  if (c.request.regime != kNoIndex && c.request.kind != fb::Kind::email_load) {
    Request request = c.request;
    Subject subject = c.subject;
    if (subject.regime != kNoIndex && subject.regime != request.regime)
      request.ceiling = narrowed_by(c.policy, subject, request);
    subject.regime = request.regime;
    request.regime = kNoIndex;
    Case asked{c.policy, subject, request, c.trace};
    return decide_mail(asked);
  }
  const fb::Mail* const mail = c.policy.mail();
  c.mail = mail_regime(c, mail);
  c.target.beacon = c.request.kind == fb::Kind::email_open;
  if (is_combined(c, mail)) {
    Subject subject = c.subject;
    subject.consent.granted |= c.mail->combined();
    Case asked{c.policy, subject, c.request, c.trace};
    asked.target = c.target;
    asked.mail = c.mail;
    return decide_fetched(asked);
  }
  return decide_fetched(c);
}

}  // namespace metrofax::consent::gate
