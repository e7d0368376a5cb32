#include "gate/gate.h"

#include "gate/case.h"

namespace metrofax::consent {

const char* step_name(Step step) {
  static constexpr const char* kNames[] = {"scope",  "party",   "rule",     "necessary",  "child", "opt_out",
                                           "regime", "consent", "revision", "undeclared", "mail",  "data"};
  return kNames[static_cast<unsigned>(step)];
}

Verdict decide(const PolicyView& policy, const Subject& subject, const Request& request, Trace* trace) {
  if (!policy.loaded()) {
    Verdict denied;
    denied.reason = fb::Reason::policy_missing;
    return denied;
  }
  gate::Case c{policy, subject, request, trace};
  switch (request.kind) {
    case fb::Kind::web_request:
      return gate::decide_web_request(c);
    case fb::Kind::web_storage:
      return gate::decide_web_storage(c);
    case fb::Kind::web_handoff:
      return gate::decide_web_handoff(c);
    case fb::Kind::email_send:
    case fb::Kind::email_open:
    case fb::Kind::email_click:
      return gate::decide_mail(c);
    case fb::Kind::profile_link:
    case fb::Kind::log_line:
    case fb::Kind::disclosure:
      return gate::decide_data(c);
    case fb::Kind::none:
      break;
  }
  c.answer(Step::scope, fb::Outcome::deny, fb::Reason::kind_unknown);
  return c.verdict;
}

}  // namespace metrofax::consent
