// The same strict JSON as json_reader, straight into nlohmann::json: for requests, where nobody needs
// positions of what is right.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "policy/json_text.h"

namespace metrofax::consent::json {

/// Reads one JSON text of at most `max_bytes`. Returns false, with what is wrong and where, for everything
/// that json::read refuses: bad syntax, ill-formed UTF-8, NUL, duplicate keys, nesting beyond kMaxDepth.
[[nodiscard]] bool parse_value(std::string_view text, std::size_t max_bytes, nlohmann::json& value,
                               Fault& fault);

}  // namespace metrofax::consent::json
