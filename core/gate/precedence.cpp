// The precedence of rules, written once. Each step answers or passes; the first answer stands. A step that
// answers "allow" is only ever `necessary` or the last one: everything between can deny and nothing else, so
// adding a signal, a child's age or a refusal can never turn a deny into an allow.
#include <bit>

#include "gate/case.h"
#include "gate/choice.h"

namespace metrofax::consent::gate {
namespace {

using fb::Model;
using fb::Needs;
using fb::Outcome;
using fb::Reason;
using fb::Tri;

constexpr std::uint8_t kPurposeNecessary = 1;
constexpr std::uint8_t kRevisionTransition = 2;

template <class Mask>
bool fits(Mask row, Mask wanted) {
  return row == static_cast<Mask>(0) ||
         (static_cast<std::uint32_t>(row) & static_cast<std::uint32_t>(wanted)) != 0;
}

fb::Party party_of(PartyKind kind) {
  switch (kind) {
    case PartyKind::first:
      return fb::Party::first;
    case PartyKind::third:
      return fb::Party::third;
    default:
      return fb::Party::undeclared;
  }
}

bool needs_explicit_grant(const Case& c) { return c.rule->needs() == Needs::explicit_grant; }

// ---- what a consent record is worth
// ------------------------------------------------------------------------------

enum class Standing : std::uint8_t { none, denied, granted, expired, from_future };

// A refusal does not age: it stands until the visitor chooses again (W8 says when we may ask). A grant does
// (E13, W8), and a grant from the future is no grant: the clock or the record lies.
Standing standing(const Case& c) {
  const ConsentState& consent = c.subject.consent;
  if (!consent.present) return Standing::none;
  if ((consent.denied & c.bit()) != 0) return Standing::denied;
  if ((consent.granted & c.bit()) == 0) return Standing::none;
  switch (age_of(consent, c.regime(), c.subject.now)) {
    case GrantAge::from_future:
      return Standing::from_future;
    case GrantAge::expired:
      return Standing::expired;
    case GrantAge::good:
      break;
  }
  return Standing::granted;
}

// ---- the steps
// ---------------------------------------------------------------------------------------------------

bool rule_step(Case& c) {
  c.rule = find_rule(c, Purposes::asked);
  if (c.rule == nullptr) return c.answer(Step::rule, Outcome::deny, Reason::no_rule);
  if (c.rule->needs() == Needs::never) return c.answer(Step::rule, Outcome::deny, Reason::rule_forbids);
  return c.pass(Step::rule);
}

bool necessary_step(Case& c) {
  const bool necessary = (c.policy.purposes[c.purpose].flags() & kPurposeNecessary) != 0;
  if (!necessary || c.rule->needs() != Needs::nothing) return c.pass(Step::necessary);
  const bool ours = c.target.party == PartyKind::first && c.request.kind == fb::Kind::web_request;
  return c.answer(Step::necessary, Outcome::allow, ours ? Reason::first_party : Reason::necessary);
}

// children.none; COPPA 16 CFR §312.5 (amended rule): a parent may let one recipient have data and not
// another.
bool child_step(Case& c) {
  if (c.subject.age != fb::Age::under13) return c.pass(Step::child);
  if (c.target.party == PartyKind::third) {
    for (const std::uint16_t vendor : c.subject.parental) {
      if (vendor == c.target.vendor && vendor != kNoIndex) return c.pass(Step::child);
    }
  }
  return c.answer(Step::child, Outcome::deny, Reason::child);
}

// choice.third-party-ads. W2: only a later, specific and still valid consent to this business beats a signal.
// An undeclared party has no purposes: every use is presumed.
bool opt_out_step(Case& c) {
  // Of one vendor by name: lifted by taking the name back, not by a purpose.
  if (is_refused(c.policy, c.subject.consent, c.target.vendor))
    return c.answer(Step::opt_out, Outcome::deny, Reason::vendor_refused);
  for (const std::uint16_t vendor : c.subject.opted_out) {
    if (vendor != 0 && vendor - 1u == c.target.vendor)
      return c.answer(Step::opt_out, Outcome::deny, Reason::vendor_opt_out);
  }
  if (!opted_out(c.subject.signals)) return c.pass(Step::opt_out);
  if ((c.subject.consent.specific & c.bit()) != 0 && standing(c) == Standing::granted)
    return c.pass(Step::opt_out);
  const PurposeSet asked = c.purpose == kNoPurpose ? ~PurposeSet{0} : c.bit();
  const fb::Regime& regime = c.regime();
  const Signals& signals = c.subject.signals;
  // Strings of the industry's frameworks speak of sale, sharing and advertising alike.
  const PurposeSet framework = regime.gpc() | regime.usp();
  const struct {
    bool on;
    PurposeSet denies;
    Reason reason;
  } rows[] = {
      {signals.gpc == Tri::on, regime.gpc(), Reason::gpc},
      {signals.usp_opt_out == Tri::on, regime.usp(), Reason::usp_opt_out},
      {signals.nai_opt_out == Tri::on, regime.nai(), Reason::nai_opt_out},
      {signals.daa_opt_out == Tri::on, regime.daa(), Reason::daa_opt_out},
      {signals.dnt == Tri::on, regime.dnt(), Reason::dnt},
      {signals.gpp_opt_out == Tri::on, framework, Reason::gpp_opt_out},
      {signals.tcf_denied == Tri::on, framework, Reason::tcf_denied},
      {signals.unreadable, framework, Reason::signal_unreadable},
  };
  for (const auto& row : rows) {
    if (row.on && (row.denies & asked) != 0) return c.answer(Step::opt_out, Outcome::deny, row.reason);
  }
  return c.pass(Step::opt_out);
}

// W4, W7: what a regime switches off by default stays off until this very purpose is granted.
bool regime_step(Case& c) {
  if (c.subject.now <= 0) return c.answer(Step::regime, Outcome::deny, Reason::subject_invalid);
  if ((c.regime().forbids() & c.bit()) != 0 && standing(c) != Standing::granted) {
    return c.answer(Step::regime, Outcome::deny, Reason::regime_forbids);
  }
  return c.pass(Step::regime);
}

// W6: in an opt-in regime unknown is not consent; what needs an explicit grant needs it everywhere.
bool consent_step(Case& c) {
  // The row asks for no choice, for a purpose that one may still refuse (referral.one-time).
  if (c.rule->needs() == Needs::nothing && standing(c) != Standing::denied) return c.pass(Step::consent);
  const bool opt_in = c.regime().model() == Model::opt_in || needs_explicit_grant(c);
  switch (standing(c)) {
    case Standing::denied:
      return c.answer(Step::consent, Outcome::deny, Reason::denied);
    case Standing::from_future:
      return c.answer(Step::consent, Outcome::deny, Reason::consent_from_future);
    case Standing::expired:
      return opt_in ? c.answer(Step::consent, Outcome::deny, Reason::consent_expired) : c.pass(Step::consent);
    case Standing::none:
      return opt_in ? c.answer(Step::consent, Outcome::deny, Reason::unknown) : c.pass(Step::consent);
    case Standing::granted:
      break;
  }
  return c.pass(Step::consent);
}

bool allow_step(Case& c) {
  Reason reason = standing(c) == Standing::granted ? Reason::granted : Reason::opt_out_regime;
  if (c.rule->needs() == Needs::nothing) reason = Reason::necessary;
  if (c.subject.age == fb::Age::under13)
    reason = Reason::parental_grant;  // the child step let only that pass
  return c.answer(Step::consent, Outcome::allow, reason);
}

Verdict judge(Case& c) {
  rule_step(c) || necessary_step(c) || child_step(c) || opt_out_step(c) || regime_step(c) ||
      consent_step(c) || revision_step(c) || allow_step(c);
  return c.verdict;
}

}  // namespace

// changes.material: a use that changed since the choice waits until it is chosen again; changes.deactivated:
// for those who left it never comes. transition.choice: likewise where a merger or sale changed the use, and
// that is said, whichever of the steps it was. changes.non-material: everything else goes on. Rows lie newest
// first, 0 is the present version, and each says what its successor changed: all steps from the choice's
// version to now count.
bool revision_step(Case& c) {
  const ConsentState& consent = c.subject.consent;
  if (!consent.present) return c.pass(Step::revision);
  if (consent.revision >= c.policy.revisions.count) {
    if (standing(c) != Standing::granted) return c.pass(Step::revision);
    return c.answer(Step::revision, Outcome::hold, Reason::revision_unknown);
  }
  unsigned changed = 0;
  for (unsigned row = 1; row <= consent.revision; ++row) {
    const fb::Revision& step = c.policy.revisions[row];
    if ((step.purposes() & c.bit()) != 0) changed |= step.flags();
  }
  if ((changed & kRevisionMaterial) == 0) return c.pass(Step::revision);
  if (c.subject.account == fb::AccountState::deactivated)
    return c.answer(Step::revision, Outcome::deny, Reason::account_deactivated);
  const bool transition = (changed & kRevisionTransition) != 0;
  return c.answer(Step::revision, Outcome::hold,
                  transition ? Reason::transition_pending : Reason::revision_material);
}

const fb::Rule* find_rule(const Case& c, Purposes purposes) {
  const auto kind = static_cast<std::uint16_t>(1u << static_cast<unsigned>(c.request.kind));
  const fb::Party party = party_of(c.target.party);
  for (const fb::Rule& row : c.policy.rules_about(c.request.kind)) {
    const fb::Rule* rule = &row;
    if ((rule->kinds() & kind) == 0) continue;
    if (purposes == Purposes::asked && !fits(rule->purposes(), c.bit())) continue;
    if (!fits(rule->party(), party)) continue;
    if (!fits(static_cast<std::uint8_t>(rule->storage()), c.storage)) continue;
    if (!fits(rule->topics(), c.request.topics)) continue;
    if (rule->beacon() != 0 && (rule->beacon() == 1) != c.target.beacon) continue;
    return rule;
  }
  return nullptr;
}

Verdict judge_all(Case& c, PurposeSet purposes) {
  if (purposes == 0) {
    c.answer(Step::party, Outcome::deny, Reason::no_rule);
    return c.verdict;
  }
  fb::Mode mode = fb::Mode::identified;
  std::uint32_t retention = ~std::uint32_t{0};
  while (purposes != 0) {
    const auto number = static_cast<std::uint8_t>(std::countr_zero(purposes));
    if (number >= c.policy.purposes.count) break;
    purposes &= purposes - 1;
    c.purpose = number;
    if (judge(c).outcome != Outcome::allow) return c.verdict;
    if (c.verdict.mode < mode) mode = c.verdict.mode;
    if (c.verdict.retention < retention) retention = c.verdict.retention;
  }
  c.verdict.mode = mode;  // a ceiling is a minimum, and so is a retention
  c.verdict.retention = retention;
  if (purposes != 0)
    c.answer(Step::party, Outcome::deny, Reason::no_rule);  // a purpose the policy does not have
  return c.verdict;
}

bool refused_to_all(Case& c) {
  c.purpose = kNoPurpose;
  return child_step(c) || opt_out_step(c);
}

Verdict judge_undeclared(Case& c, Reason reason) {
  refused_to_all(c) || c.answer(Step::undeclared, Outcome::deny, reason);
  return c.verdict;
}

bool Case::answer(Step step, Outcome outcome, Reason reason) {
  verdict.outcome = outcome;
  verdict.reason = reason;
  verdict.vendor = target.vendor;
  verdict.purpose = purpose;
  verdict.mode = fb::Mode::off;
  verdict.retention = 0;
  // A reason that the policy gives a sentence of its own cites that; the others cite the row's, or the
  // declaration's.
  verdict.clause = policy.clause_of(reason);
  if (verdict.clause == kNoIndex) verdict.clause = rule != nullptr ? rule->clause() : declared_clause;
  if (outcome == Outcome::allow && purpose != kNoPurpose) {
    const fb::Purpose& row = policy.purposes[purpose];
    verdict.mode = rule != nullptr && rule->mode() < row.mode() ? rule->mode() : row.mode();
    verdict.retention = row.retention();
  }
  if (trace != nullptr && trace->size < Trace::kMaxEntries)
    trace->entries[trace->size++] = {step, purpose, true, verdict};
  return true;
}

bool Case::pass(Step step) {
  if (trace != nullptr && trace->size < Trace::kMaxEntries)
    trace->entries[trace->size++] = {step, purpose, false, {}};
  return false;
}

}  // namespace metrofax::consent::gate
