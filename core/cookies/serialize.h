// From a cookie to its line, for a Set-Cookie header and for document.cookie alike.
#pragma once

#include <cstddef>

#include "cookies/parse.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// Enough for any line that is not refused.
inline constexpr std::size_t kMaxLine = kMaxNameAndValue + 3 * kMaxAttributeValue + 256;

/// Writes the line to `out` and returns its length. Domain and Path are left out where they are empty,
/// Max-Age where its text is empty, SameSite where it is unset; a nameless cookie begins with "=". Nothing is
/// encoded or quoted.
///
/// What a parser of the profile would refuse, drop or read differently is refused here, in every byte of
/// every field: the line is read back and must give the same cookie, acceptable to a secure page of its
/// domain. Errors: too_long (the room), cookie_bad_field (a field would be read differently, a date no
/// Expires can name, a Domain no host can have), cookie_bad_path (does not begin with "/"), and the codes of
/// parse_set_cookie and accept_cookie. The offset is the place in the line where the part begins that is
/// wrong, 0 where it is the whole.
Result<std::size_t> serialize_cookie(const SetCookie& cookie, Profile profile, char* out,
                                     std::size_t capacity);

}  // namespace metrofax::consent::cookies
