// A section of bits, read and written by its layout: TC strings, Canada's, and those of the United States.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "result.h"
#include "signals/ids.h"
#include "signals/layout.h"

namespace metrofax::consent {

enum class Strictness : std::uint8_t {
  lenient,  ///< what everybody understands is read, with a warning
  strict    ///< what a specification does not allow is an error
};

/// Warnings of one string, the first sixteen of them with their places; in strict reading the first is an
/// error.
class Notes {
 public:
  struct Note {
    ErrorCode code;
    std::uint32_t offset;  ///< bits of the text, six a character
  };
  static constexpr unsigned kMost = 16;

  explicit Notes(Strictness strictness) : strictness_(strictness) {}
  void add(ErrorCode code, std::uint32_t offset) {
    if (count_ < kMost) notes_[count_++] = {code, offset};
  }
  /// Of those that were added only the first `count` stay.
  void keep(unsigned count) { count_ = count; }
  [[nodiscard]] unsigned count() const { return count_; }
  [[nodiscard]] std::span<const Note> all() const { return {notes_, count_}; }
  [[nodiscard]] Strictness strictness() const { return strictness_; }
  /// The error that a strict reader makes of the first warning.
  [[nodiscard]] Error refusal() const {
    return strictness_ == Strictness::strict && count_ > 0 ? Error{notes_[0].code, notes_[0].offset}
                                                           : Error{};
  }

 private:
  Note notes_[kMost];  // those behind count_ are nobody's
  unsigned count_ = 0;
  Strictness strictness_;
};

/// A publisher restriction: type 0 not allowed, 1 require consent, 2 require legitimate interest, 3
/// undefined.
struct Restriction {
  std::uint8_t purpose = 0;
  std::uint8_t type = 0;
  IdSet vendors;
};

/// A segment as it lay in the text. `segment` is an index into the layout's, or kRaw.
struct KeptSegment {
  static constexpr std::uint8_t kRaw = 0xFF;
  std::uint8_t segment = kRaw;
  std::uint32_t characters = 0;  ///< its length; 0: by the padding
  std::uint32_t bits = 0;        ///< of which fields took
  std::string_view raw;          ///< a segment that the layout does not have, as it stood
};

inline constexpr unsigned kMaxSets = 4;
/// Of one string, known or not, that are read and written: each is kept by itself, and there are eight types.
inline constexpr unsigned kMostSegments = 64;
/// As many as there are kinds: 64 purposes of 4 types. More can only say of some kind twice what it says
/// once.
inline constexpr unsigned kMostRestrictions = 256;

/// Values lie in the order of the layout's items, segment by segment.
struct Section {
  const SectionLayout* layout = nullptr;
  std::uint8_t present = 0;      ///< one bit a segment of the layout
  bool no_restrictions = false;  ///< Canada's before 1.1: the field itself is not there
  std::uint8_t form = 0;         ///< FormPart bits: what keep_unusual() found
  /// Numbers, bits (first id highest), lists (first entry highest), index of sets.
  std::uint64_t values[kMaxItems] = {};
  IdSet sets[kMaxSets];
  std::span<Restriction> restrictions;
  std::span<KeptSegment> order;

  [[nodiscard]] bool has(unsigned segment) const { return (present >> segment & 1u) != 0; }
};

/// Reads `text`, which begins at bit `base` of what the caller was given; `id` is one that layout_of() knows.
/// The layout of usnat is chosen by its length: libraries before 2025 wrote version 1 with the fields of
/// version 2. A segment of Canada's, which is read once for each coding, may have 8,192 characters.
[[nodiscard, gnu::noinline]] Error read_section(std::uint8_t id, std::string_view text, std::uint32_t base,
                                                Arena& arena, Notes& notes, Section& section);

/// Writes a section: its segments in their order, those that are present and have no place behind them. What
/// read_section() refuses is refused here, with its error; that has no place.
[[nodiscard, gnu::noinline]] Error write_section(const Section& section, Arena& arena, BitWriter& out);

/// How many bits a field of this section takes where that is fixed; 0 for sets and restrictions.
[[nodiscard]] unsigned bits_of(const Item& item, std::uint64_t custom_purposes);

/// How vendor fields and restrictions of a section are coded when nothing says otherwise.
[[nodiscard]] IdCoding usual_coding(const SectionLayout& layout, FieldType type);

/// Whether the item at `i` is NumCustomPurposes, which says how long the two behind it are.
[[nodiscard]] bool counts_customs(const SegmentLayout& layout, std::size_t i);

}  // namespace metrofax::consent
