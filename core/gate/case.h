// One question on its way through the gate. Internal to core/gate.
#pragma once

#include "gate/gate.h"
#include "gate/url.h"

namespace metrofax::consent::gate {

inline constexpr std::uint8_t kNoPurpose = 0xFF;
inline constexpr std::uint8_t kAnyStorage = 0;

/// What has been found out so far, and the purpose under judgement.
struct Case {
  const PolicyView& policy;
  const Subject& subject;
  const Request& request;
  Trace* trace;
  Memo* memo = nullptr;

  Target target{};                           ///< whose it is, and for what
  std::uint8_t storage = kAnyStorage;        ///< fb::StorageKind of web.storage
  std::uint16_t declared_clause = kNoIndex;  ///< of the cookie or key itself, if it is declared with one

  const fb::MailRegime* mail = nullptr;  ///< what the regime says of mail, if it is about mail

  std::uint8_t purpose = kNoPurpose;
  const fb::Rule* rule = nullptr;
  Verdict verdict{};

  [[nodiscard]] PurposeSet bit() const { return purpose == kNoPurpose ? 0 : PurposeSet{1} << purpose; }
  [[nodiscard]] const fb::Regime& regime() const {
    return policy.regimes[subject.regime < policy.regimes.count ? subject.regime : policy.strict_regime];
  }

  /// Decides: fills in the verdict, with the clause of the rule row, or of the reason where no row explains
  /// it.
  bool answer(Step step, fb::Outcome outcome, fb::Reason reason);
  /// Passes the question on to the next step.
  bool pass(Step step);
};

/// Whether a row must name the purpose under judgement, or brings its own because the request has none (mail,
/// logs).
enum class Purposes : bool { asked, of_row };

/// The first row that fits the case; null if none does.
[[nodiscard]] const fb::Rule* find_rule(const Case& c, Purposes purposes);

/// All purposes of `purposes` must be allowed: the first that is not decides.
Verdict judge_all(Case& c, PurposeSet purposes);

/// changes.material, changes.deactivated, transition.choice: true if the purpose under judgement changed
/// since the choice, and then the answer is that it waits, or never comes.
bool revision_step(Case& c);

/// The page that asks: already read, or read into `own`.
const Page& page_of(const Case& c, Page& own);

/// A declared cookie that would live for `lifetime` seconds: as its purposes say; then `strip` where only
/// less was declared, or only the session granted. `retention` is then the Max-Age that may be written, 0 for
/// the session.
Verdict judge_persistent(Case& c, const fb::Pattern& declared, std::int64_t lifetime);

/// Nobody declared it: W6.
Verdict judge_undeclared(Case& c, fb::Reason reason);

/// Whose a URL is. False: its path says more and cannot be read.
[[nodiscard]] bool locate(const PolicyView& policy, UrlHead& url, const fb::Host*& row, Target& target);
/// The same for those who need no row.
[[nodiscard]] inline bool locate(const PolicyView& policy, UrlHead& url, Target& target) {
  const fb::Host* row = nullptr;
  return locate(policy, url, row, target);
}

/// child_step and opt_out_step alone, for what has no purpose: true if one of them answered.
bool refused_to_all(Case& c);

Verdict decide_web_request(Case& c);
Verdict decide_web_storage(Case& c);
Verdict decide_web_handoff(Case& c);
Verdict decide_area(Case& c);
Verdict decide_mail(Case& c);
Verdict decide_data(Case& c);

}  // namespace metrofax::consent::gate
