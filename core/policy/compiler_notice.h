// What a notice shows of a policy: the data of the preference centre, without its texts.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace metrofax::consent {

/// {policyUrl, version, purposes: [{id, name, description, necessary, clause, retentionDays, vendors}],
/// vendors: [{id, name, controller, policyUrl, optOutUrl, purposes, placements, storage}], adChoices: [{name,
/// url, where}], storage: [{name, kind, lifetimeDays, purpose, clause}], clauses: {id: {says, does}}} of an
/// authored policy without errors (null of one with errors). `purposes` are those with "shown"; names that
/// are prefixes end in "*"; lifetimeDays is null where nothing ends it but the session or the user.
[[nodiscard]] nlohmann::json notice_data(std::string_view source);

}  // namespace metrofax::consent
