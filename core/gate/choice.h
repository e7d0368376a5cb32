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

/// Puts choices made at `now` (unix s) on top of a consent: `named` the purposes chosen, `wanted` those of
/// them that are granted. The consent stays of the version it was given under until everything pending has
/// been chosen, so that a choice about something else makes no old grant a new one (changes.material); where
/// that version is unknown, old grants end.
void choose(const PolicyView& policy, ConsentState& consent, PurposeSet named, PurposeSet wanted,
            std::int64_t now);

}  // namespace metrofax::consent
