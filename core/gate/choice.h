// What a choice makes of the one before it, and what has to be chosen again.
#pragma once

#include "gate/subject.h"
#include "policy/view.h"

namespace metrofax::consent {

/// What the purposes of a policy are to a visitor, each a set of them.
struct PurposeKinds {
  PurposeSet used = 0;
  PurposeSet necessary = 0;  ///< what no choice touches
  PurposeSet shown = 0;      ///< what the visitor is told of
};

[[nodiscard]] PurposeKinds purpose_kinds(const PolicyView& policy);

/// changes.material: the purposes that were chosen before their use changed in substance, and wait until they
/// are chosen again. What was refused stays refused and does not wait; under a version that nobody knows all
/// grants wait.
[[nodiscard]] PurposeSet pending_choices(const PolicyView& policy, const ConsentState& consent);

/// What a consent's grants are worth at `now` (unix s) by their age (W8, E13).
enum class GrantAge : std::uint8_t { good, expired, from_future };
[[nodiscard]] GrantAge age_of(const ConsentState& consent, const fb::Regime& regime, std::int64_t now);

/// The grants that still stand by their age: what is to be shown as granted.
[[nodiscard]] PurposeSet standing_grants(const PolicyView& policy, const Subject& subject);

/// Puts choices made now on top of a subject's consent: `named` the purposes chosen, `wanted` those of them
/// that are granted. A choice about something else makes no old grant a new one:
///  * the consent stays of the version it was given under until everything pending has been chosen
///    (changes.material); where that version is unknown, old grants end;
///  * grants that have aged out, or are from the future, end; how old the oldest of the others is stays known
///    (W8), so that they, and what is granted beside them, age with it;
///  * only what is named now, `one_by_one` and while an opt-out signal is on, is a specific consent (W2).
void choose(const PolicyView& policy, Subject& subject, PurposeSet named, PurposeSet wanted, bool one_by_one);

/// Puts a choice about one vendor, whatever its purposes, on top of a consent: allowed, it may what its
/// purposes may. kNoIndex, allowed, ends every such refusal. Ourselves nobody can refuse. A vendor whose
/// number no record can hold is refused with its purposes.
void choose_vendor(const PolicyView& policy, ConsentState& consent, std::uint16_t vendor, bool allowed);

/// Whether a vendor was refused by name; never ourselves, nor nobody (kNoIndex).
[[nodiscard]] bool is_refused(const PolicyView& policy, const ConsentState& consent, std::uint16_t vendor);

}  // namespace metrofax::consent
