// Whole strings as JSON and back; value.h has the sections of bits.
#pragma once

#include "signals/ac.h"
#include "signals/gpp.h"
#include "signals/usp.h"
#include "signals/value.h"

namespace metrofax::consent {

void write_value(JsonWriter& out, const UspString& usp);
/// Sections have their form already through keep_unusual().
void write_value(JsonWriter& out, const Gpp& gpp);
void write_value(JsonWriter& out, const AcString& ac);

[[nodiscard]] Error read_value(JsonReader& in, UspString& usp);
/// Sections are drafts, in the order of their ids, and `names` what the value calls each: for complete().
[[nodiscard]] Error read_value(JsonReader& in, Strictness strictness, Arena& arena, Gpp& gpp,
                               std::span<const std::string_view>& names);
[[nodiscard]] Error read_value(JsonReader& in, Arena& arena, AcString& ac);

}  // namespace metrofax::consent
