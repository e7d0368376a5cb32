// What stands where in every section: one table that decoder, encoder and JSON read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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

/// `tcf` is the name in a TC string of its own where that is not `name` with a lower first letter.
struct Field {
  const char* name;
  const char* tcf;
  FieldType type;
  std::uint8_t bits;
};

/// One field of a segment; with a count above 1 it is an array.
struct Item {
  std::uint8_t field = 0;  ///< for field_of()
  std::uint8_t count = 1;
};

/// A segment (TCF) or subsection (GPP). Segment types are the first bits of all but the core; 0 bits: the
/// second segment, whatever it begins with.
struct SegmentLayout {
  const char* name = nullptr;
  std::span<const Item> items;
  std::uint8_t type = 0;
  std::uint8_t type_bits = 0;
};

inline constexpr unsigned kMaxSegments = 4;
inline constexpr unsigned kMaxItems = 28;

struct SectionLayout {
  std::uint8_t id = 0;  ///< GPP section id
  const char* prefix = nullptr;
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

/// The section id of a client-side API prefix ("usnat", "uspv1"), 0 if there is none.
[[nodiscard]] std::uint8_t section_of(std::string_view prefix);
[[nodiscard]] const char* prefix_of(std::uint32_t id);

/// Index of the first item of a segment among all items of the section.
[[nodiscard]] unsigned first_item(const SectionLayout& layout, unsigned segment);

}  // namespace metrofax::consent
