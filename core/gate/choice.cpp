#include "gate/choice.h"

namespace metrofax::consent {
namespace {

// Flags of a Purpose row (policy.fbs).
constexpr unsigned kNecessary = 1;
constexpr unsigned kShown = 2;
constexpr unsigned kUsed = 4;

}  // namespace

PurposeKinds purpose_kinds(const PolicyView& policy) {
  PurposeKinds kinds;
  for (unsigned number = 0; number < policy.purposes.count; ++number) {
    const unsigned flags = policy.purposes[number].flags();
    const PurposeSet bit = PurposeSet{1} << number;
    if ((flags & kNecessary) != 0) kinds.necessary |= bit;
    if ((flags & kShown) != 0) kinds.shown |= bit;
    if ((flags & kUsed) != 0) kinds.used |= bit;
  }
  return kinds;
}

PurposeSet pending_choices(const PolicyView& policy, const ConsentState& consent) {
  if (!consent.present) return 0;
  const PurposeKinds kinds = purpose_kinds(policy);
  const PurposeSet pending =
      policy.changed_since(consent.revision) & kinds.shown & ~kinds.necessary & ~consent.denied;
  return consent.revision < policy.revisions.count ? pending : pending & consent.granted;
}

void choose(const PolicyView& policy, ConsentState& consent, PurposeSet named, PurposeSet wanted,
            std::int64_t now) {
  if (!consent.present) consent = ConsentState{};  // what was never chosen is no grant
  const bool unknown = consent.revision >= policy.revisions.count;
  const bool settled = unknown || (pending_choices(policy, consent) & ~named) == 0;
  consent.granted = (unknown ? 0 : consent.granted & ~named) | (named & wanted);
  consent.denied = (consent.denied & ~named) | (named & ~wanted);
  if (settled) consent.revision = 0;
  consent.present = true;
  consent.time = now;
}

}  // namespace metrofax::consent
