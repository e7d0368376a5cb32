// Who fetched a clear GIF or followed a link, and what may be kept of it (E8, E16).
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/view.h"

namespace metrofax::consent {

/// What a fetch says of itself. Text is borrowed for the call.
struct Fetch {
  std::string_view agent;  ///< User-Agent, as sent
  bool prefetch = false;   ///< Sec-Purpose or Purpose says so
  bool head = false;       ///< HEAD: nobody sees anything
};

/// Classes a fetch by the policy's list of agents: exact tokens (runs of letters, digits, '-', '_', '.'),
/// letter case aside, or a whole user agent; the first row that fits. Nothing fits: scanner, which is no
/// open.
[[nodiscard]] fb::OpenClass classify_fetch(const PolicyView& policy, const Fetch& fetch);

/// Whether a class counts as an open.
[[nodiscard]] constexpr bool is_open(fb::OpenClass open) { return open >= fb::OpenClass::proxy_open; }

/// Whether the policy records this purpose as the day of the last open alone (E8, CNIL 2026-042).
[[nodiscard]] bool keeps_last_day(const PolicyView& policy, std::uint8_t purpose);

/// What may be kept of a fetch of this class, recorded in this mode (E5, E8, E16).
[[nodiscard]] fb::Keep keep_of(fb::Mode mode, bool last_day, fb::OpenClass open);

}  // namespace metrofax::consent
