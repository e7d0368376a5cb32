// cookies.rejection: parts of the site that need what a visitor may refuse, and whether they have it.
#include "gate/case.h"

namespace metrofax::consent::gate {

Verdict decide_area(Case& c) {
  Page own;
  const Page& page = page_of(c, own);
  if (page.refused != fb::Reason::none) {
    c.answer(Step::scope, fb::Outcome::deny, page.refused);
    return c.verdict;
  }
  const std::uint16_t area = PolicyView::index_of(c.policy.area_ids, c.request.key);
  if (area >= c.policy.areas.count) {
    c.answer(Step::scope, fb::Outcome::deny, fb::Reason::request_invalid);
    return c.verdict;
  }
  // What an area needs is what our own persistent cookies of its purposes need.
  Request stored = c.request;
  stored.kind = fb::Kind::web_storage;
  Case asked{c.policy, c.subject, stored, c.trace};
  asked.target = {PartyKind::first, 0, c.policy.areas[area], false};
  asked.storage = static_cast<std::uint8_t>(fb::StorageKind::persistent);
  asked.pass(Step::party);
  // security.tls
  if (!page.url.is_secure() && c.policy.links(asked.target.purposes)) {
    asked.answer(Step::scope, fb::Outcome::deny, fb::Reason::insecure_page);
    return asked.verdict;
  }
  return judge_all(asked, asked.target.purposes);
}

}  // namespace metrofax::consent::gate
