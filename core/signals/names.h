// What sections, segments and fields are called: for JSON and for the tables of TypeScript. Nothing of it is
// in codecs.wasm.
#pragma once

#include <cstdint>
#include <string_view>

#include "signals/layout.h"

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
[[nodiscard]] Name name_of(std::uint8_t field, Naming naming);

/// The name of a segment ("core", "gpc"), as `form` lists them.
[[nodiscard]] const char* name_of(const SectionLayout& layout, unsigned segment);

/// The member that says whether the second subsection of a section of the United States is there.
[[nodiscard]] std::string_view included_name(const SectionLayout& layout);

/// The section id of a client-side API prefix ("usnat", "uspv1"), 0 if there is none.
[[nodiscard]] std::uint8_t section_of(std::string_view prefix);
[[nodiscard]] const char* prefix_of(std::uint32_t id);

}  // namespace metrofax::consent
