// US Privacy String (IAB "us_privacy", GPP section uspv1).
#pragma once

#include <string_view>

#include "result.h"

namespace metrofax::consent {

/// The four characters `^1[YN-]{3}$`, in order: Version, Notice, OptOutSale, LspaCovered.
struct UspString {
  char version = '1';
  char notice = '-';
  char opt_out_sale = '-';
  char lspa_covered = '-';
};

/// Reads a US Privacy String. Errors with the offset of the character at fault: signal_truncated,
/// signal_bad_version, signal_bad_value (lower case and anything behind the fourth character included).
[[nodiscard]] Result<UspString> read_usp(std::string_view text);

/// Whether the string opts out of sale: `Y` does, `N` does not, `1---` (CCPA does not apply) says nothing.
/// "OptOutSale
/// `-`" beside a notice is not allowed by the specification where CCPA applies: taken as an opt-out, unknown
/// is no consent.
[[nodiscard]] fb::Tri usp_opt_out(const UspString& usp);

}  // namespace metrofax::consent
