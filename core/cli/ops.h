// The operations of `mfconsent eval` by name, and one request line answered.
#pragma once

#include <string>
#include <string_view>

#include "cli/op.h"

namespace metrofax::consent::cli {

/// Longer request lines are answered with `too_long`.
inline constexpr std::size_t kMaxLineBytes = 16u << 20;

/// The operation of a name ("cookie.parse"), or nullptr.
[[nodiscard]] Op find_op(std::string_view name);

/// Answers one request line: {"id":…, "ok":true, …} or {"id":…, "ok":false, "error":…, "message":…, "at":…},
/// in the canonical form, without a line feed. Never throws, whatever the line holds.
[[nodiscard]] std::string answer_line(std::string_view line);

/// The answer to a line that was too long to be kept.
[[nodiscard]] std::string answer_too_long();

}  // namespace metrofax::consent::cli
