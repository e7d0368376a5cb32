// Whether a cookie belongs to a host and a path.
#pragma once

#include <string_view>

namespace metrofax::consent::cookies {

/// Whether `host` is an IP address as a URL writes it: in brackets, with a colon, or with a last label that
/// is a number.
bool is_ip_address(std::string_view host);

/// Domain matching, RFC 6265bis 5.1.3: the same, or `domain` is a parent of `host` and `host` is not an IP
/// address. Letters are compared without case; neither side may carry a leading dot.
bool domain_match(std::string_view host, std::string_view domain);

/// Whether the path is "/".
bool is_root(std::string_view path);

/// Path matching, 5.1.4: `cookie_path` is the request path or a folder above it.
bool path_match(std::string_view request_path, std::string_view cookie_path);

/// The default path of a request path, 5.1.4: its folder without the last slash, "/" at least.
std::string_view default_path(std::string_view request_path);

}  // namespace metrofax::consent::cookies
