// Several Set-Cookie values joined by commas, as HTTP libraries hand them out that join equal headers.
#pragma once

#include <string_view>

namespace metrofax::consent::cookies {

/// Takes the first Set-Cookie value off `rest` and moves `rest` past it; empty when none is left.
/// Joining loses information (RFC 6265bis 3 forbids it): a comma is taken for a joint only where a cookie
/// name and "=" follow it before the next comma or semicolon, so that dates and JSON stay whole. Linear over
/// all calls.
std::string_view next_set_cookie(std::string_view& rest);

}  // namespace metrofax::consent::cookies
