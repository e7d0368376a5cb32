// Signals that are a single character: Global Privacy Control and Do Not Track.
#pragma once

#include <string_view>

#include "policy_generated.h"

namespace metrofax::consent {

/// `Sec-GPC` (W3C GPC §3.2): "1" is the only legal value and means opt out; anything else, absence included,
/// is no preference. W1.
[[nodiscard]] constexpr fb::Tri read_gpc(std::string_view header) {
  return header == "1" ? fb::Tri::on : fb::Tri::unset;
}

/// `DNT` (W3C Tracking Preference Expression §5.2): the first character decides, extensions may follow.
/// Advisory.
[[nodiscard]] constexpr fb::Tri read_dnt(std::string_view header) {
  if (header.empty()) return fb::Tri::unset;
  if (header.front() == '1') return fb::Tri::on;
  return header.front() == '0' ? fb::Tri::off : fb::Tri::unset;
}

}  // namespace metrofax::consent
