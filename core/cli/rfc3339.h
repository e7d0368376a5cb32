// Times in requests: unix seconds, or RFC 3339 text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metrofax::consent::cli {

/// RFC 3339 §5.6 `date-time` to unix seconds, fractions cut off, leap second 60 taken as the next second;
/// nothing if it is anything else (a date alone, a missing offset, 30 February).
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace metrofax::consent::cli
