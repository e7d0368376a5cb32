// Data once collected: profiles, log lines, disclosures.
#include "gate/case.h"

namespace metrofax::consent::gate {
namespace {

using fb::Outcome;
using fb::Reason;
using fb::Topic;

bool has(Topic topics, Topic one) {
  return (static_cast<std::uint32_t>(topics) & static_cast<std::uint32_t>(one)) != 0;
}

// profile.store, profile.supplement: each source is judged for itself; profile.pii-link: a person's name only
// with a promotional opt-in.
Verdict profile(Case& c) {
  const fb::Rule* rule = find_rule(c, Purposes::of_row);
  if (rule == nullptr) {
    c.answer(Step::rule, Outcome::deny, Reason::no_rule);
    return c.verdict;
  }
  judge_all(c, rule->purposes());
  if (c.verdict.outcome != Outcome::allow) return c.verdict;
  if (c.request.identified) {
    // A row of profile.link without a source is about the person.
    Request person = c.request;
    person.topics = static_cast<Topic>(0);
    Case named{c.policy, c.subject, person, c.trace};
    named.target = c.target;
    const fb::Rule* row = find_rule(named, Purposes::of_row);
    if (row == nullptr || judge_all(named, row->purposes()).outcome != Outcome::allow) {
      if (row == nullptr) named.answer(Step::rule, Outcome::deny, Reason::no_rule);
      return named.verdict;
    }
  }
  const bool may_name = c.subject.promotional == fb::Promotional::opted_in;
  if (c.request.identified && !may_name) {
    c.answer(Step::data, Outcome::deny, Reason::pii_link_without_opt_in);
  } else if (!c.request.identified && c.verdict.mode > fb::Mode::pseudonymous) {
    c.verdict.mode = fb::Mode::pseudonymous;
  }
  return c.verdict;
}

// logs.aggregate: a field whose row is refused has to go; the rest of the line may stay.
Verdict log_line(Case& c) {
  const auto fields = static_cast<std::uint32_t>(c.request.topics);
  Request one = c.request;
  Verdict kept;
  Verdict removed;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if ((fields >> bit & 1u) == 0) continue;
    one.topics = static_cast<Topic>(std::uint32_t{1} << bit);
    Case field{c.policy, c.subject, one, c.trace};
    field.target.party = PartyKind::first;
    field.target.vendor = 0;
    const fb::Rule* rule = find_rule(field, Purposes::of_row);
    if (rule != nullptr) judge_all(field, rule->purposes());
    if (field.verdict.outcome != Outcome::allow) {
      removed = field.verdict;
      removed.outcome = Outcome::allow;
      continue;
    }
    // The line says as much of a person as its most telling field, and goes when the first of them must.
    const bool first = kept.outcome != Outcome::allow;
    const std::uint32_t shortest =
        first || field.verdict.retention < kept.retention ? field.verdict.retention : kept.retention;
    if (first || field.verdict.mode > kept.mode) kept = field.verdict;
    kept.retention = shortest;
  }
  c.target.vendor = 0;
  const Verdict& deciding = removed.outcome == Outcome::allow ? removed : kept;
  c.purpose = deciding.purpose;
  if (removed.outcome == Outcome::allow) {
    c.answer(Step::data, Outcome::strip, Reason::personal_data_removed);
  } else if (kept.outcome == Outcome::allow) {
    c.answer(Step::data, Outcome::allow, Reason::field_kept);
    c.verdict.mode = kept.mode;
    c.verdict.retention = kept.retention;
  } else {
    c.answer(Step::data, Outcome::deny, Reason::request_invalid);  // a line of no fields
  }
  return c.verdict;
}

// disclosure.legal, entity.unrestricted, intermediary.*.
Verdict disclosure(Case& c) {
  const Topic topics = c.request.topics;
  if (has(topics, Topic::to_legal)) {
    c.answer(Step::data, Outcome::allow, Reason::legal_disclosure);
    return c.verdict;
  }
  if (has(topics, Topic::data_entity)) {
    c.answer(Step::data, Outcome::allow, Reason::entity_data);
    return c.verdict;
  }
  const bool known_purpose = c.request.purpose < c.policy.purposes.count;
  if (!known_purpose) {
    c.answer(Step::data, Outcome::deny, Reason::request_invalid);
    return c.verdict;
  }
  const PurposeSet purpose = PurposeSet{1} << c.request.purpose;
  c.target.party = PartyKind::undeclared;
  if (c.request.party < c.policy.vendors.count) {
    c.target.party = PartyKind::third;
    c.target.vendor = c.request.party;
  }
  if (c.target.party == PartyKind::undeclared && has(topics, Topic::to_processor)) {
    return judge_undeclared(c, Reason::undeclared_party);
  }
  // intermediary.purpose: a processor may use what it gets for the purpose of its row and no other.
  if (c.target.party == PartyKind::third && (c.policy.vendors[c.target.vendor].purposes() & purpose) == 0) {
    c.purpose = c.request.purpose;
    c.answer(Step::data, Outcome::deny, Reason::purpose_mismatch);
    return c.verdict;
  }
  return judge_all(c, purpose);
}

}  // namespace

Verdict decide_data(Case& c) {
  switch (c.request.kind) {
    case fb::Kind::profile_link:
      c.target.party = PartyKind::first;
      c.target.vendor = 0;
      return profile(c);
    case fb::Kind::log_line:
      return log_line(c);
    default:
      return disclosure(c);
  }
}

}  // namespace metrofax::consent::gate
