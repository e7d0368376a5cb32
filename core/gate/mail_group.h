// Mail to several people at once, and what an open or click leaves behind.
#pragma once

#include "beacons/opens.h"
#include "beacons/token.h"
#include "gate/gate.h"

namespace metrofax::consent {

/// E3: the most that one more person in To, Cc or Bcc allows of an email.open or email.click: the smaller of
/// `request.ceiling` and this subject's, under this subject's regime. Ask for everybody but the recipient,
/// put the answer into `request.ceiling`, then decide for the recipient.
[[nodiscard]] fb::Mode narrowed_by(const PolicyView& policy, const Subject& subject, const Request& request);

/// What happens to a fetch that carried a token: allowed or not, and what may be kept.
struct Opened {
  Verdict verdict;
  fb::Keep keep = fb::Keep::nothing;
};

/// E7, behind the MAC, which the caller has checked: expiry, then today's consent under today's regime, then
/// who fetched it, then what may be kept. A token can only narrow: what it says is asked for, less will do,
/// and nothing is kept that would not be allowed now.
[[nodiscard]] Opened decide_opened(const PolicyView& policy, const Subject& subject, const Token& token,
                                   fb::OpenClass open);

}  // namespace metrofax::consent
