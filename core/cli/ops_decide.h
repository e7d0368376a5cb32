// `decide` in JSON: subject and request in, verdict out.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/op.h"
#include "gate/gate.h"

namespace metrofax::consent::cli {

/// Makes a compiled policy known under a name; the first one is also what a request without "policy" is
/// decided by. The bytes are copied. False if they do not open, with the cause in `error`.
[[nodiscard]] bool set_policy(std::string_view name, std::span<const std::uint8_t> blob, Error& error);

/// A policy made known; null if there is none of this name ("": the first one).
[[nodiscard]] const PolicyView* find_policy(std::string_view name);

/// A subject in JSON (interface.md). Throws OpError, as decide_op() does.
[[nodiscard]] Subject read_subject(const PolicyView& policy, const nlohmann::json& value);

/// {"policy"?, "subject", "request"} -> {"verdict": {…}}. Shapes: interface.md. Unknown keys, wrong types and
/// unknown names are errors with the JSON pointer of the place; what the gate does not know it denies.
[[nodiscard]] nlohmann::json decide_op(const nlohmann::json& input);

/// The policy that a request names; throws OpError if there is none. And a verdict as JSON.
[[nodiscard]] const PolicyView& policy_named(std::string_view name);
[[nodiscard]] nlohmann::json verdict_json(const PolicyView& policy, const Verdict& verdict);

/// The same question, answered as text for people: every step of the gate for every purpose, and the verdict.
[[nodiscard]] std::string explain(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
