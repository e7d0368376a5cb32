// The linter: what is wrong with a policy that reads well.
#pragma once

#include <string_view>
#include <vector>

#include "policy/compiler.h"
#include "policy/compiler_model.h"
#include "policy/lint_names.h"

namespace metrofax::consent {

/// Everything that can be said of an authored policy, in the order of its text: the compiler's errors,
/// completeness errors (a clause that nothing enforces and that is not declarative, a reason without clause),
/// and, for a policy without errors of the compiler, the linter's warnings.
/// `known` and `seen`: a public list of names and what was seen in browsers, where there are any
/// (lint_names.h).
[[nodiscard]] std::vector<Finding> check_policy(std::string_view source, const KnownNames* known = nullptr,
                                                const std::vector<std::string>& seen = {});

/// Errors: a clause neither cited nor declarative; a reason that no rule row decides and that "reasons" does
/// not map.
void lint_completeness(const PolicyModel& model, Findings& findings);

/// The second of them alone, which the compiler asks for as well: without it a verdict would cite nothing.
void lint_reasons(const PolicyModel& model, Findings& findings);

/// Warnings about purposes, vendors, hosts, storage, regimes.
void lint_data(const PolicyModel& model, Findings& findings);

/// Warnings about rules: rows that no request reaches, rows that overlap in part and differ.
void lint_rules(const PolicyModel& model, Findings& findings);

}  // namespace metrofax::consent
