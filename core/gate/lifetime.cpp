// How long a cookie may live once its purpose may have one.
#include "gate/case.h"

namespace metrofax::consent::gate {

// cookies.rejection: where a row lets the same name be for the session only, that is what is left of it.
// retention.necessary: no cookie outlives its declaration; one declared for the session ends with it.
Verdict judge_persistent(Case& c, const fb::Pattern& declared, std::int64_t lifetime) {
  std::uint32_t most = declared.lifetime();
  if (judge_all(c, c.target.purposes).outcome != fb::Outcome::allow) {
    const Verdict refused = c.verdict;
    c.storage = static_cast<std::uint8_t>(fb::StorageKind::session);
    if (judge_all(c, c.target.purposes).outcome != fb::Outcome::allow) return c.verdict = refused;
    most = 0;
  }
  if (lifetime <= static_cast<std::int64_t>(most)) return c.verdict;
  const Verdict allowed = c.verdict;
  c.answer(Step::lifetime, fb::Outcome::strip,
           most > 0 ? fb::Reason::lifetime_shortened : fb::Reason::turned_into_session);
  c.verdict.mode = allowed.mode;
  c.verdict.retention = most;
  return c.verdict;
}

}  // namespace metrofax::consent::gate
