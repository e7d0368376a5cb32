// "Does this string deny?" for the gate: no more of GPP and TCF than that takes. The codecs read them whole.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy_generated.h"

namespace metrofax::consent {

/// What a signal says: fb::Tri's three, and that it is there and cannot be read, which counts as an opt-out.
enum class Light : std::uint8_t { unset = 0, off = 1, on = 2, unreadable = 3 };

/// A TC string (section 2 of GPP) refuses personalised advertising unless it consents to purposes 3 and 4,
/// and to 1 where that was asked (PurposeOneTreatment). Legitimate interest does not count: TCF 2.2 allows
/// none for 3 to 6.
[[nodiscard]] Light tcf_denies(std::string_view text);

/// US Privacy: usp_opt_out() of a string that can be read.
[[nodiscard]] Light usp_opts_out(std::string_view text);

/// A GPP string opts out if one of its sections does: sale, sharing or targeted advertising opted out, a Gpc
/// subsection that says so, a US Privacy String that does, a TC string or Canada's that refuses. A section
/// that nobody here knows may be an opt-out as well: unreadable.
[[nodiscard]] Light gpp_opts_out(std::string_view text);

}  // namespace metrofax::consent
