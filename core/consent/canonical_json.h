// JSON in its canonical form (RFC 8785), checked in place: the bytes that the ledger hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "result.h"

namespace metrofax::consent {

/// Objects and lists inside one another, at most.
inline constexpr unsigned kMaxCanonicalDepth = 16;

/// The byte behind the JSON value that begins at `from`, if the value stands there in the one spelling that
/// RFC 8785 gives it, within what a ledger entry may hold: keys of printable ASCII without quote and
/// backslash, strictly ascending; whole numbers of at most 2^53 - 1; strings of well-formed UTF-8 with the
/// shortest escapes; no white space. Errors: bad_json and bad_utf8 with the byte, too_long for nesting that
/// is too deep.
[[nodiscard]] Result<std::size_t> canonical_end(std::string_view text, std::size_t from);

}  // namespace metrofax::consent
