// A-labels for error messages: what to write in place of a name with other letters than ASCII.
#pragma once

#include <string>
#include <string_view>

namespace metrofax::consent {

/// The Punycode (RFC 3492) of a well-formed UTF-8 label, without "xn--". "" for a label whose code points do
/// not fit.
[[nodiscard]] std::string punycode(std::string_view label);

/// A host name with every non-ASCII label lower-cased and turned into its A-label: a hint for people, not
/// IDNA (no normalisation, no contextual rules). "" when the hint could be wrong (combining marks, which want
/// normalising first).
[[nodiscard]] std::string a_label_hint(std::string_view host);

}  // namespace metrofax::consent
