// What is known of the visitor or recipient when somebody asks.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/view.h"

namespace metrofax::consent {

/// What the visitor chose, as a consent record says it (changes.*, W2, W8).
struct ConsentState {
  bool present = false;  ///< false: nobody has been asked, or the record was unreadable
  PurposeSet granted = 0;
  PurposeSet denied = 0;              ///< a purpose in both is denied
  std::int64_t time = 0;              ///< unix s of the latest choice
  std::int64_t older = 0;             ///< seconds before that of the oldest choice whose grants still stand
  std::uint16_t revision = kNoIndex;  ///< PolicyView::revision_of(the version it was given under)
  /// Purposes granted one by one by somebody who was told that an opt-out signal is on: the "later, specific
  /// consent to this business" that alone beats the signal (W2). "Accept all" never sets one.
  PurposeSet specific = 0;
  /// Vendors refused one by one, whatever their purposes; never ourselves. A refusal does not age.
  VendorSet refused = {};
  /// Given on a text that named offers and their tracking together (Garante 284/2026): in regimes that accept
  /// that, a grant of the one covers the other. Mail only.
  bool combined = false;
};

/// Opt-out signals, resolved (choice.third-party-ads, W1, W9). `unset` is "no preference", never a consent.
struct Signals {
  fb::Tri gpc = fb::Tri::unset;
  fb::Tri dnt = fb::Tri::unset;
  fb::Tri nai_opt_out = fb::Tri::unset;
  fb::Tri daa_opt_out = fb::Tri::unset;
  fb::Tri usp_opt_out = fb::Tri::unset;  ///< OptOutSale of a US Privacy string
  fb::Tri gpp_opt_out = fb::Tri::unset;  ///< what a GPP string says (signals/light.h)
  fb::Tri tcf_denied = fb::Tri::unset;   ///< on: a TC string refuses personalised advertising
  bool unreadable = false;  ///< a signal is there that nothing here can read: taken as an opt-out
};

/// Whether any of them says that the visitor opts out.
[[nodiscard]] inline bool opted_out(const Signals& s) {
  const auto on = [](fb::Tri value) { return static_cast<unsigned>(value == fb::Tri::on); };
  return (on(s.gpc) | on(s.dnt) | on(s.nai_opt_out) | on(s.daa_opt_out) | on(s.usp_opt_out) |
          on(s.gpp_opt_out) | on(s.tcf_denied) | static_cast<unsigned>(s.unreadable)) != 0;
}

/// Vendors that a visitor opted out of one by one (W9, the site's own switch): indices + 1, 0 for none.
inline constexpr unsigned kMaxOptOuts = 8;

/// Parental grants, recipient by recipient (W3): vendor indices.
inline constexpr unsigned kMaxParentalGrants = 8;

struct Subject {
  std::int64_t now = 0;  ///< unix s; 0 or less: unknown, and nothing that needs a choice is allowed
  std::uint16_t regime = kNoIndex;  ///< kNoIndex: nobody knows the place, and the strict one holds (W7)
  ConsentState consent;
  Signals signals;
  fb::AccountState account = fb::AccountState::none;
  fb::Promotional promotional = fb::Promotional::unknown;
  bool remember_me = false;
  fb::Age age = fb::Age::unknown;
  std::uint16_t opted_out[kMaxOptOuts] = {};
  std::uint16_t parental[kMaxParentalGrants] = {kNoIndex, kNoIndex, kNoIndex, kNoIndex,
                                                kNoIndex, kNoIndex, kNoIndex, kNoIndex};
};

}  // namespace metrofax::consent
