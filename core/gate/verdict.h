// The answer.
#pragma once

#include <cstdint>

#include "policy/view.h"

namespace metrofax::consent {

/// What may happen, and why. Value-initialised it denies. Sixteen bytes: this is also how it crosses the wasm
/// boundary.
struct Verdict {
  fb::Outcome outcome = fb::Outcome::deny;
  fb::Mode mode = fb::Mode::off;  ///< how much of a person a record of it may carry
  fb::Reason reason = fb::Reason::none;
  std::uint16_t clause = kNoIndex;  ///< the sentence of the policy that decided
  std::uint16_t vendor = kNoIndex;  ///< whose host or cookie it is; kNoIndex unknown
  std::uint32_t retention = 0;      ///< seconds a record may be kept; 0 with mode off
  std::uint8_t purpose = 0xFF;      ///< the purpose that decided; 0xFF none
};

}  // namespace metrofax::consent
