#include "gate/gate.h"

#include "gate/case.h"

namespace metrofax::consent {
namespace {

Verdict no_policy() {
  Verdict denied;
  denied.reason = fb::Reason::policy_missing;
  return denied;
}

}  // namespace

const char* step_name(Step step) {
  static constexpr const char* kNames[] = {"scope",   "party",  "rule",    "necessary", "child",
                                           "opt_out", "regime", "consent", "revision",  "undeclared",
                                           "mail",    "data",   "lifetime"};
  return kNames[static_cast<unsigned>(step)];
}

cookies::CookiePage cookie_page(const UrlHead& page) {
  cookies::CookiePage facts;
  facts.host = page.host();
  facts.path = page.path();
  facts.secure = page.is_secure();
  return facts;
}

Page read_page(const PolicyView& policy, std::string_view url) {
  Page page;
  if (url.empty() || !policy.loaded()) return page;
  page.refused = page.url.read(url, nullptr);
  if (page.refused != fb::Reason::none) return page;
  const bool network = page.url.scheme() == Scheme::http || page.url.scheme() == Scheme::https;
  Target target;
  if (network) {
    if (!page.url.resolve_path()) page.refused = fb::Reason::url_invalid;
    target = policy.find(page.url.host(), page.url.path(), page.url.host_is_address());
  }
  if (page.refused != fb::Reason::none) return page;
  if (target.party == PartyKind::co_brand) {
    page.refused = fb::Reason::co_brand;
  } else if (target.party != PartyKind::first) {
    page.refused = fb::Reason::page_out_of_scope;
  }
  return page;
}

Verdict decide_on_page(const PolicyView& policy, const Subject& subject, const Request& request, Trace* trace,
                       Memo* memo) {
  if (!policy.loaded()) return no_policy();
  gate::Case c{policy, subject, request, trace, memo};
  switch (request.kind) {
    case fb::Kind::web_request:
      return gate::decide_web_request(c);
    case fb::Kind::web_storage:
      return gate::decide_web_storage(c);
    case fb::Kind::web_handoff:
      return gate::decide_web_handoff(c);
    case fb::Kind::area:
      return gate::decide_area(c);
    default:
      break;
  }
  c.answer(Step::scope, fb::Outcome::deny, fb::Reason::kind_unknown);
  return c.verdict;
}

Verdict decide(const PolicyView& policy, const Subject& subject, const Request& request, Trace* trace,
               Memo* memo) {
  if (!policy.loaded()) return no_policy();
  gate::Case c{policy, subject, request, trace, memo};
  switch (request.kind) {
    case fb::Kind::email_send:
    case fb::Kind::email_open:
    case fb::Kind::email_click:
    case fb::Kind::email_load:
      return gate::decide_mail(c);
    case fb::Kind::profile_link:
    case fb::Kind::log_line:
    case fb::Kind::disclosure:
      return gate::decide_data(c);
    default:
      return decide_on_page(policy, subject, request, trace, memo);
  }
}

}  // namespace metrofax::consent
