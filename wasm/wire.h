// What crosses the wasm boundary: plain structs at fixed addresses, and one text buffer.
//
// `wire-layout` prints the offsets and sizes to TypeScript during the build; nothing is mirrored by hand.
// Subject and Verdict are the core's own types: they hold no pointers and lie the same in wasm32 and
// natively.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "gate/gate.h"
#include "gate/url.h"

namespace metrofax::consent::wasm {

inline constexpr std::uint32_t kTextBytes =
    256 * 1024;  ///< three bytes a character of the longest text, and a URL
inline constexpr std::uint32_t kPageBytes = 16 * 1024;          ///< the page's URL, kept between questions
inline constexpr std::uint32_t kMaxUrlUnits = kMaxUrlHead + 1;  ///< what a caller passes of a URL at most
inline constexpr std::uint32_t kMaxKeyUnits = 65536 + 1;        ///< and of a key or cookie line
inline constexpr std::uint32_t kPolicyBytes = 6 * 1024 * 1024;  ///< 100,000 hosts and their names

/// Everything in a request that is not text. Texts lie one behind the other in the text buffer: url or key
/// first (its length is an argument of decide), then the writer.
struct RequestWire {
  std::uint32_t topics = 0;
  std::uint16_t party = kNoIndex;
  std::uint8_t purpose = 0xFF;
  std::uint8_t asked = 0;
  std::uint8_t identified = 0;
  std::uint8_t ceiling = static_cast<std::uint8_t>(fb::Mode::identified);  ///< mail: what others allow
  std::uint8_t flags = 0;                                                  ///< mail: RequestFlag
  std::uint16_t regime = kNoIndex;                                         ///< mail: the campaign's
};

/// narrow asks for one more recipient: the answer is the new `ceiling` (core/gate/mail_group.h).
enum class RequestFlag : std::uint8_t { clamp = 1, sent_before = 2, hidden = 4, narrow = 8 };

/// A token in mail (core/beacons/token.h); its target, if it has one, is text.
struct TokenWire {
  std::uint32_t expires = 0;
  std::uint32_t campaign = 0;
  std::uint8_t kind = 0;
  std::uint8_t mode = 0;
  std::uint8_t flags = 0;
  std::uint8_t axis = 0xFF;
  std::uint8_t key = 0;
  std::uint8_t id[16] = {};
};

/// Lists that `name_of` and `index_of` know. Names of reasons are no policy's: the layout has them.
enum class List : std::uint32_t {
  purposes = 0,
  vendors = 1,
  regimes = 2,
  clauses = 3,
  areas = 4,
  reasons = 5,
  version = 6
};

/// What the policy says of itself and of one purpose or regime, for callers that show it: filled by
/// `describe`.
struct Facts {
  std::uint32_t purposes = 0;    ///< in use
  std::uint32_t necessary = 0;   ///< of these, what no choice touches
  std::uint32_t shown = 0;       ///< of these, what the visitor is asked
  std::uint32_t changed = 0;     ///< of the shown ones, what is to be chosen again (pending_choices)
  std::uint32_t granted = 0;     ///< of the subject, as far as it still stands by its age (standing_grants)
  std::uint32_t reask = 0;       ///< of the subject's regime, seconds after which one may ask again (W8)
  std::uint16_t regime = 0;      ///< index of the subject's regime: the strict one where the place is unknown
  std::uint8_t model = 0;        ///< its fb::Model
  std::uint8_t sha256[32] = {};  ///< of the policy's source
};

/// What mail_boundary.cpp and log_boundary.cpp share with boundary.cpp: the policy and subject in use, the
/// text buffer, the verdict.
[[nodiscard]] const PolicyView& policy_in_use();
[[nodiscard]] const Subject& subject_in_use();
[[nodiscard]] char* text_in_use();
void set_verdict(const Verdict& value);

static_assert(std::is_standard_layout_v<Subject> && std::is_standard_layout_v<Verdict>);
static_assert(sizeof(Verdict) == 16);
// What a page is told of these lies side by side.
static_assert(offsetof(Signals, gpc) == 0 && offsetof(Signals, dnt) == 1 &&
              offsetof(Signals, nai_opt_out) == 2 && offsetof(Signals, daa_opt_out) == 3 &&
              offsetof(Signals, tcf_denied) == 6);

}  // namespace metrofax::consent::wasm
