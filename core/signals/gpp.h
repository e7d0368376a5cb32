// The GPP string (IAB Tech Lab, Global Privacy Platform): a header that lists section ids, and the sections.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "result.h"
#include "signals/section.h"
#include "signals/usp.h"

namespace metrofax::consent {

struct GppSection {
  std::uint16_t id = 0;
  std::string_view text;       ///< as it stood
  Section* section = nullptr;  ///< of bits; nullptr for uspv1 and for what nobody here knows
  UspString usp;               ///< of section 6
};

/// Of one string, that are read and written.
inline constexpr unsigned kMostSections = 256;

struct Gpp {
  /// Header as it stood where we would write another; empty with `bare` where there was none.
  std::string_view header;
  /// A TC string alone, which some hand over as a GPP string.
  bool bare = false;
  std::span<GppSection> sections;  ///< ascending by id
};

/// Reads a GPP string into the arena. Sections that nobody here knows keep their text. An error's offset
/// counts bits of the text, six a character.
[[nodiscard]] Error read_gpp(std::string_view text, Arena& arena, Notes& notes, Gpp& gpp);

/// Writes a GPP string: header by the sections' ids, each section by its fields, unknown ones as they stood.
/// The sections must be in ascending order of their ids.
[[nodiscard]] Error write_gpp(const Gpp& gpp, Arena& arena, BitWriter& out);

}  // namespace metrofax::consent
