// Mail: whether it is sent, and whether its clear GIF or its links may say so.
#include "gate/case.h"

namespace metrofax::consent::gate {
namespace {

using fb::Outcome;
using fb::Reason;

bool first_purpose(Case& c) {
  const PurposeSet purposes = c.rule->purposes();
  for (std::uint8_t number = 0; number < c.policy.purposes.count; ++number) {
    if ((purposes >> number & 1u) == 0) continue;
    c.purpose = number;
    return true;
  }
  return false;
}

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

// gifs.email, gifs.optout. E3: asking for more than is allowed is refused with a reason, not quietly lowered.
void beacon_step(Case& c) {
  if (c.request.asked == fb::Mode::off) {
    c.answer(Step::mail, Outcome::deny, Reason::pixel_off);
    return;
  }
  if (c.subject.promotional == fb::Promotional::opted_out) {
    c.answer(Step::mail, Outcome::deny, Reason::promotional_opted_out);
    return;
  }
  const Verdict verdict = judge_all(c, c.rule->purposes());
  if (verdict.outcome != Outcome::allow) return;
  if (c.request.asked > verdict.mode) {
    c.answer(Step::mail, Outcome::deny, Reason::mode_exceeds_ceiling);
  } else {
    c.verdict.mode = c.request.asked;
  }
}

}  // namespace

Verdict decide_mail(Case& c) {
  c.target.party = PartyKind::first;
  c.target.vendor = 0;
  c.target.beacon = c.request.kind == fb::Kind::email_open;
  c.rule = find_rule(c, Purposes::of_row);
  if (c.rule == nullptr || !first_purpose(c)) {
    c.answer(Step::rule, Outcome::deny, Reason::no_rule);
  } else if (c.request.kind != fb::Kind::email_send) {
    beacon_step(c);
  } else if (c.rule->needs() == fb::Needs::active_account) {
    account_step(c);
  } else if (c.rule->needs() == fb::Needs::promotional) {
    promotional_step(c);
  } else {
    judge_all(c, c.rule->purposes());
  }
  return c.verdict;
}

}  // namespace metrofax::consent::gate
