// Google's Additional Consent string: consents to ad technology providers that are not on IAB's vendor list
// (support.google.com/admanager/answer/9681920). Valid only beside a TC string.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "result.h"
#include "signals/section.h"

namespace metrofax::consent {

/// `1~<ids>` says nothing about who was disclosed; `2~<consented>~dv.<disclosed>` does. Ids in the string's
/// order.
struct AcString {
  std::uint8_t version = 0;
  std::span<std::uint32_t> consented;
  std::span<std::uint32_t> disclosed;  ///< but not consented
};

/// Errors with the offset of the character at fault: signal_bad_version, signal_bad_value (no digits between
/// two dots, a leading zero, more than 32 bits), signal_truncated (version 2 without its `dv` part). `~dv`
/// without the dot is read with a warning.
[[nodiscard]] Error read_ac(std::string_view text, Arena& arena, Notes& notes, AcString& ac);

void write_ac(const AcString& ac, BitWriter& out);

}  // namespace metrofax::consent
