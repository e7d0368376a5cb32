// Opt-outs that lie in a site's own cookies.
#pragma once

#include <string_view>

#include "gate/subject.h"

namespace metrofax::consent {

/// The first-party cookie of the US Privacy String (IAB, US Privacy String, "Technology guidance").
inline constexpr std::string_view kUspCookie = "usprivacy";

/// The site's own switch (W9): words joined by '.', each `nai` or `daa` for an opt-out there that the site
/// knows of (the cookies that these set lie with each of their members, where no other site reads them), or a
/// vendor's id.
inline constexpr std::string_view kOptOutCookie = "mf_optout";

/// Reads both out of a Cookie header or document.cookie into the subject's signals. Adds and never takes
/// away: an opt-out that was seen stays. Empty says nothing. What cannot be read, an id that the policy does
/// not have, two copies that differ, and more than kMaxOptOuts ids count as a signal that cannot be read.
void read_opt_outs(const PolicyView& policy, std::string_view cookies, Subject& subject);

}  // namespace metrofax::consent
