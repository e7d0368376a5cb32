// The parts of a URL that cookies care about. Hosts are taken as written: a browser or URL library has
// already lower-cased them and turned them into A-labels, and what it would not have let through is refused
// here.
#pragma once

#include <string_view>

#include "cookies/accept.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// Host, path and safety of an absolute http, https, ws or wss URL, as views into it (letters keep their
/// case). The path is "/" where the URL has none; user, port, query and fragment are left out. Errors:
/// cookie_bad_url with the offset of what is wrong: another scheme, no host, a host with bytes that no host
/// has (percent signs, spaces, non-ASCII) or with an empty label.
Result<CookiePage> page_of_url(std::string_view url);

/// Whether a URL could have this host: not empty, nothing but host bytes, no empty label but that of a final
/// dot.
bool is_host(std::string_view host);

}  // namespace metrofax::consent::cookies
