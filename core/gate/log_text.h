// What is left of an address or a URL of a log line once a person must not show in it (logs.aggregate).
#pragma once

#include <string_view>

#include "gate/log_out.h"

namespace metrofax::consent::logs {

/// Appends the network that an address belongs to: IPv4 without its last byte, IPv6 without all but its first
/// 48 bits, an IPv4-mapped address as its IPv4 part; brackets and a port go. What is no address (a host name,
/// a zone id) is "-".
void append_network(Out& out, std::string_view address);

/// Whether the whole text is an IP address, with or without brackets, port or zone id.
[[nodiscard]] bool is_address(std::string_view text);

/// Appends a request target (RFC 9112 §3.2) without what may name somebody: user information, values of the
/// query, names in it that are not plain, path parameters (";jsessionid=…"), the fragment, and segments that
/// look like an identifier or are an address, the tokens of our own routes among them. Each such segment
/// becomes "-".
void append_clean_target(Out& out, std::string_view target);

/// Appends a query, without its '?', likewise: "a=1&b" becomes "a=".
void append_clean_query(Out& out, std::string_view query);

/// Whether a path segment or name may stand for one person. It does where it holds an '@' or an escaped one
/// ("%40", "%2540"), seven digits or five in a row (a number to call, an account), eight hexadecimal digits
/// or more between other characters than letters and digits, or reads like a token: eight characters or more
/// with three digits that change between letters and digits twice, or twelve or more that change between
/// lower case, upper case and digits six times. Errs towards yes.
[[nodiscard]] bool looks_like_identifier(std::string_view text);

}  // namespace metrofax::consent::logs
