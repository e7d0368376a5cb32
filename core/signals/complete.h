// What lies between a section and its value in words: on the way out what of its form an encoder would choose
// by itself, on the way in what the value left to us. JSON natively and TypeScript over codecs.wasm both go
// through here.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "signals/gpp.h"
#include "signals/section.h"

namespace metrofax::consent {

/// What `form` of a value says beside its sets.
enum FormPart : std::uint8_t {
  kFormOrder = 1,         ///< which segments, in which order
  kFormLengths = 2,       ///< how many characters each has
  kFormRestrictions = 4,  ///< the order of publisher restrictions, and those for nobody
  kFormLayout = 8,        ///< usnat's first layout
};

/// Leaves of a section's form what write_section() would not do by itself: `form` says which parts, and of
/// each set `max`, `form` and `coded`.
void keep_unusual(Section& section);

/// Purpose and type of one publisher restriction.
struct RestrictionKind {
  std::uint8_t purpose = 0;
  std::uint8_t type = 0;
};

/// A section that is to be written, as a value gives it. Sets have `words`, or `runs` in any order; lists
/// their entries with the last one lowest, masks of custom purposes the first of 63 highest.
struct Draft {
  Section section;                       ///< with the newest layout
  std::uint32_t seen = 0;                ///< bits of the items that were given
  std::uint32_t sets = 0;                ///< in use
  std::uint8_t entries[kMaxItems] = {};  ///< of lists, as many as were given
  std::span<const RestrictionKind> kinds;
  std::span<const std::uint32_t> lengths;
  std::uint8_t id = 0;   ///< of the section; complete() finds its layout
  bool included = true;  ///< the second subsection of the United States
  bool first_layout = false;
  bool has_kinds = false;
};

// A pointer to the section is one to the draft.
static_assert(std::is_standard_layout_v<Draft>);

/// Makes a draft a section: sets from ranges, what is missing by default, usnat's layout, the order of
/// restrictions. An error has no place.
[[nodiscard]] Error complete(Draft& draft, Strictness strictness, Arena& arena);

/// Completes what a GPP string is made of: every `section`, which must be that of a Draft, and the text of
/// uspv1 where it is given as text. `at`: the section at fault.
[[nodiscard]] Error complete(const Gpp& gpp, Strictness strictness, Arena& arena, std::uint32_t& at);

}  // namespace metrofax::consent
