#include "gate/choice.h"

namespace metrofax::consent {
namespace {

// Flags of a Purpose row (policy.fbs).
constexpr unsigned kNecessary = 1;
constexpr unsigned kShown = 2;
constexpr unsigned kUsed = 4;

constexpr std::int64_t kClockSkew = 300;  ///< seconds by which two honest clocks may differ

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

GrantAge age_of(const ConsentState& consent, const fb::Regime& regime, std::int64_t now) {
  if (consent.time > now + kClockSkew) return GrantAge::from_future;
  const std::int64_t age = now - consent.time + consent.older;
  return age > static_cast<std::int64_t>(regime.consent_lifetime()) ? GrantAge::expired : GrantAge::good;
}

PurposeSet standing_grants(const PolicyView& policy, const Subject& subject) {
  const std::uint16_t index = subject.regime < policy.regimes.count ? subject.regime : policy.strict_regime;
  const bool good = age_of(subject.consent, policy.regimes[index], subject.now) == GrantAge::good;
  return subject.consent.present && good ? subject.consent.granted : 0;
}

void choose(const PolicyView& policy, Subject& subject, PurposeSet named, PurposeSet wanted,
            bool one_by_one) {
  ConsentState& consent = subject.consent;
  if (!consent.present) consent = ConsentState{};  // what was never chosen is no grant
  const bool unknown = consent.revision >= policy.revisions.count;
  const bool settled = unknown || (pending_choices(policy, consent) & ~named) == 0;
  const PurposeSet kept = unknown ? 0 : standing_grants(policy, subject) & ~named;
  const PurposeSet granted = named & wanted;
  consent.specific &= kept;
  if (one_by_one && opted_out(subject.signals)) consent.specific |= granted;
  consent.granted = kept | granted;
  consent.denied = (consent.denied & ~named) | (named & ~wanted);
  if (settled) consent.revision = 0;
  // Of two clocks that differ a little neither makes a grant younger.
  const std::int64_t since = consent.time - consent.older;
  consent.time = subject.now;
  consent.older = kept != 0 && since < subject.now ? subject.now - since : 0;
  consent.present = true;
}

void choose_vendor(const PolicyView& policy, ConsentState& consent, std::uint16_t vendor, bool allowed) {
  if (vendor == kNoIndex && allowed) consent.refused = {};
  if (vendor == 0 || vendor >= policy.vendors.count) return;
  const fb::Vendor& row = policy.vendors[vendor];
  const unsigned word = row.number() / 32u;
  const std::uint32_t bit = std::uint32_t{1} << row.number() % 32u;
  if (word < kVendorWords) {
    consent.refused[word] = (consent.refused[word] & ~bit) | (allowed ? 0 : bit);
  } else if (!allowed) {
    consent.denied |= row.purposes() & ~purpose_kinds(policy).necessary;
    consent.granted &= ~consent.denied;
    consent.specific &= consent.granted;
  }
}

bool is_refused(const PolicyView& policy, const ConsentState& consent, std::uint16_t vendor) {
  if (vendor == 0 || vendor >= policy.vendors.count) return false;
  const unsigned number = policy.vendors[vendor].number();
  return number / 32u < kVendorWords && (consent.refused[number / 32u] >> number % 32u & 1u) != 0;
}

}  // namespace metrofax::consent
