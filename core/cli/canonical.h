// The canonical form of JSON (RFC 8785), so that "the same bytes" is a test.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace metrofax::consent::cli {

/// Appends a value in the canonical form: no white space, keys in the order of their UTF-16 code units
/// (section 3.2.3), numbers as ECMAScript prints the nearest double (3.2.2.3), strings with the shortest
/// escapes (3.2.2.2). Bytes that are no UTF-8 become U+FFFD; numbers that are not finite become null, which
/// JSON has no other word for.
void append_canonical(std::string& out, const nlohmann::json& value);

[[nodiscard]] std::string canonical(const nlohmann::json& value);

}  // namespace metrofax::consent::cli
