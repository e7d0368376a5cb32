// Sections as JSON and back.
#pragma once

#include "signals/complete.h"
#include "signals/json_reader.h"
#include "signals/json_writer.h"
#include "signals/names.h"

namespace metrofax::consent {

/// Writes a section as an object, its form already through keep_unusual(). `form` says how the string was
/// written where we would write it differently; with it the very same string is encoded again.
void write_value(JsonWriter& out, const Section& section, Naming naming);

/// Reads such an object. What is left out is 0, empty or absent; `strict` refuses what no specification
/// allows to be written. complete() makes a section of it.
[[nodiscard]] Error read_value(JsonReader& in, std::uint8_t id, Naming naming, Strictness strictness,
                               Arena& arena, Draft& draft);

}  // namespace metrofax::consent
