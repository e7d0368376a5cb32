// Sections as JSON and back.
#pragma once

#include "signals/json_reader.h"
#include "signals/json_writer.h"
#include "signals/section.h"

namespace metrofax::consent {

/// `tcf`: a TC string of its own, names in lower camel case and the publisher's segment an object. Otherwise
/// a section of a GPP string, the section document's names, all in one object.
enum class Naming : std::uint8_t { gpp, tcf };

/// A name as JSON has it: some begin with a small letter where the table has a large one.
struct Name {
  std::string_view text;
  bool lower = false;

  [[nodiscard]] bool is(std::string_view key) const;
};
[[nodiscard]] Name name_of(const Field& field, Naming naming);

/// Writes a section as an object. `form` in it says how the string was written where we would write it
/// differently; with it the very same string is encoded again.
void write_value(JsonWriter& out, const Section& section, Naming naming);

/// Reads such an object. What is left out is 0, empty or absent; `strict` refuses what no specification
/// allows to be written.
[[nodiscard]] Error read_value(JsonReader& in, std::uint8_t id, Naming naming, Strictness strictness,
                               Arena& arena, Section& section);

}  // namespace metrofax::consent
