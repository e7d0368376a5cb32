// What stands where in every section: one table that decoder and encoder read. names.h says what it is
// called.
#pragma once

#include <cstdint>
#include <span>

#include "signals/bits.h"

namespace metrofax::consent {

enum class FieldType : std::uint8_t {
  number,  ///< int(bits)
  choice,  ///< int(2) of which 3 is reserved
  boolean,
  letters,       ///< string(2): two letters of six bits
  bitfield,      ///< bits ids, the first in the highest bit
  customs,       ///< as many ids as NumCustomPurposes says
  ids,           ///< a set of ids: OptimizedIntRange, or OptimizedRange in Canada's section
  restrictions,  ///< publisher restrictions
};

struct Field {
  FieldType type;
  std::uint8_t bits;
};

namespace fields {

/// Every field of every section.
enum Id : std::uint8_t {
  // TCF Europe
  kVersion,
  kCreated,
  kLastUpdated,
  kCmpId,
  kCmpVersion,
  kConsentScreen,
  kConsentLanguage,
  kVendorListVersion,
  kTcfPolicyVersion,
  kIsServiceSpecific,
  kUseNonStandardTexts,
  kSpecialFeatureOptIns,
  kPurposeConsent,
  kPurposesLi,
  kPurposeOneTreatment,
  kPublisherCc,
  kVendorConsent,
  kVendorLi,
  kPubRestrictions,
  kDisclosedVendors,
  kAllowedVendors,
  kPubPurposesConsent,
  kPubPurposesLi,
  kNumCustomPurposes,
  kCustomConsent,
  kCustomLi,
  // TCF Canada
  kUseNonStandardStacks,
  kSpecialFeatureExpress,
  kPurposesExpress,
  kPurposesImplied,
  kVendorExpress,
  kVendorImplied,
  kPubPurposesExpress,
  kPubPurposesImplied,
  kCustomExpress,
  kCustomImplied,
  // United States; the short names are those of the requirements' table
  kMV,
  kMM,
  kSN,
  kPN,
  kSON,
  kShON,
  kTON,
  kSDPN,
  kSDON,
  kSDLN,
  kSO,
  kShO,
  kTO,
  kSD,
  kKC,
  kPD,
  kAD,
  kMC,
  kMO,
  kMS,
  kGpc,
};

inline constexpr unsigned kCount = kGpc + 1;

}  // namespace fields

/// One field of a segment; with a count above 1 it is an array.
struct Item {
  std::uint8_t field = 0;  ///< a fields::Id
  std::uint8_t count = 1;
};

/// A segment (TCF) or subsection (GPP). Segment types are the first bits of all but the core; 0 bits: the
/// second segment, whatever it begins with.
struct SegmentLayout {
  std::span<const Item> items;
  std::uint8_t type = 0;
  std::uint8_t type_bits = 0;
};

inline constexpr unsigned kMaxSegments = 4;
inline constexpr unsigned kMaxItems = 28;

struct SectionLayout {
  std::uint8_t id = 0;              ///< GPP section id
  std::uint8_t version = 0;         ///< newest
  std::uint8_t oldest_version = 0;  ///< what is read as well
  Padding padding = Padding::eight;
  SegmentLayout segments[kMaxSegments];  ///< in the order in which we write them
};

inline constexpr std::uint8_t kTcfEu = 2;
inline constexpr std::uint8_t kTcfCanada = 5;
inline constexpr std::uint8_t kUsp = 6;
inline constexpr std::uint8_t kUsNational = 7;
inline constexpr std::uint8_t kFirstWithHeader = 24;  ///< Maryland and the three behind it
inline constexpr std::uint8_t kLastSection = 27;

[[nodiscard]] const Field& field_of(const Item& item);

/// The layout of a GPP section that is made of bits; nullptr for every other id. `older` is usnat's first
/// layout, with 12 and 2 entries.
[[nodiscard]] const SectionLayout* layout_of(std::uint32_t id, bool older = false);

/// Index of the first item of a segment among all items of the section.
[[nodiscard]] unsigned first_item(const SectionLayout& layout, unsigned segment);

}  // namespace metrofax::consent
