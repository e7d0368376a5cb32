// What a page wants: requests, storage, and links to partners.
#include <cstring>

#include "cookies/classify.h"
#include "gate/case.h"
#include "gate/plain.h"

namespace metrofax::consent::gate {
namespace {

using fb::Outcome;
using fb::Reason;

constexpr std::size_t kMaxStorageText =
    65536;  ///< sixteen times the longest cookie; a key that long is no name
constexpr std::uint8_t kPatternLinked = 4;
constexpr std::uint8_t kPatternThirdParty = 16;

Verdict answered(Case& c, Step step, Outcome outcome, Reason reason) {
  c.answer(step, outcome, reason);
  return c.verdict;
}

std::uint8_t kind_bit(fb::StorageKind kind) { return static_cast<std::uint8_t>(kind); }

cookies::CookieApi api_of(fb::StorageApi api) {
  return api == fb::StorageApi::httpCookie ? cookies::CookieApi::http : cookies::CookieApi::dom;
}

// Scheme and host of a plain absolute URL, empty if it is none.
std::string_view plain_head(std::string_view url) {
  const std::size_t start = plain_start(url);
  if (start == 0 || url.size() > kMaxUrlHead || has_blank(url)) return {};
  return url.substr(0, start + find_slash(url.substr(start)));
}

// Copies the verdict of an earlier question with the same answer. What stands behind the host decides only
// where the policy has paths, and then only by the path.
bool remembered(Case& c, std::string_view head) {
  const Memo::Entry* const known = c.memo->find(head, c.request);
  if (known == nullptr) return false;
  if (c.policy.has_paths(known->row)) {
    const std::string_view rest = c.request.url.substr(head.size());
    const std::string_view path = rest.substr(0, path_end(rest));
    if (!is_settled_path(path)) return false;
    const Target target = c.policy.target_of(known->row, path);
    if (target.purposes != known->purposes || target.beacon != known->beacon) return false;
  }
  std::memcpy(&c.verdict, known->verdict, sizeof c.verdict);
  return true;
}

bool is_cookie(fb::StorageApi api) {
  return api == fb::StorageApi::cookie || api == fb::StorageApi::httpCookie;
}

}  // namespace

const Page& page_of(const Case& c, Page& own) {
  if (c.request.read != nullptr) return *c.request.read;
  own = read_page(c.policy, c.request.page);
  return own;
}

bool locate(const PolicyView& policy, UrlHead& url, const fb::Host*& row, Target& target) {
  row = policy.find_host(url.host(), url.host_is_address());
  const bool needs_path = policy.has_paths(row);
  if (needs_path && !url.resolve_path()) return false;
  target = policy.target_of(row, needs_path ? url.path() : std::string_view{});
  return true;
}

namespace {

// The verdict on a request to whoever c.target says.
Verdict judge_request(Case& c) {
  // scope.links: a visitor who follows a link leaves us; the link is neither rewritten nor held.
  if (c.request.initiator == fb::Initiator::navigation && c.target.party != PartyKind::first) {
    return answered(c, Step::scope, Outcome::allow, Reason::link_out);
  }
  if (c.target.party == PartyKind::co_brand) return answered(c, Step::scope, Outcome::deny, Reason::co_brand);
  if (c.target.party == PartyKind::undeclared) return judge_undeclared(c, Reason::undeclared_party);
  PurposeSet purposes = c.target.purposes;
  if (c.request.purpose < 32) purposes |= PurposeSet{1} << c.request.purpose;
  return judge_all(c, purposes);
}

// `head`: where it is the URL's scheme and host and nothing else, the verdict is kept for the next such URL.
Verdict decide_read_request(Case& c, const Page& page, std::string_view head) {
  UrlHead url;
  const Reason wrong = url.read(c.request.url, &page.url);
  if (wrong != Reason::none) return answered(c, Step::scope, Outcome::deny, wrong);
  switch (url.scheme()) {
    case Scheme::local:  // nothing leaves the machine; what runs inside asks for itself
      return answered(c, Step::scope, Outcome::allow, Reason::local_scheme);
    case Scheme::handoff:
      return answered(c, Step::scope, Outcome::allow, Reason::link_out);
    case Scheme::http:
    case Scheme::https:
    case Scheme::peer:
      break;
    default:
      return answered(c, Step::scope, Outcome::deny, Reason::scheme_unsupported);
  }
  const fb::Host* row = nullptr;
  if (!locate(c.policy, url, row, c.target)) {
    return answered(c, Step::scope, Outcome::deny, Reason::url_invalid);
  }
  c.pass(Step::party);
  const Verdict verdict = judge_request(c);
  // Read where it lies, and up to the head's end: the head is scheme and host and nothing else.
  if (!head.empty() && url.host().data() + url.host().size() == head.data() + head.size()) {
    c.memo->keep(head, c.request, row, c.target, verdict);
  }
  return verdict;
}

}  // namespace

Verdict decide_web_request(Case& c) {
  Page own;
  const Page& page = page_of(c, own);
  if (page.refused != Reason::none) return answered(c, Step::scope, Outcome::deny, page.refused);
  if (c.memo == nullptr || c.trace != nullptr) return decide_read_request(c, page, {});
  c.memo->begin(c.policy, c.subject);
  const std::string_view head = plain_head(c.request.url);
  return remembered(c, head) ? c.verdict : decide_read_request(c, page, head);
}

Verdict decide_web_storage(Case& c) {
  Page own;
  const Page& page = page_of(c, own);
  if (page.refused != Reason::none) return answered(c, Step::scope, Outcome::deny, page.refused);
  const fb::StorageApi api = c.request.api;
  if (api == fb::StorageApi::none || api > fb::StorageApi::MAX || c.request.key.size() > kMaxStorageText)
    return answered(c, Step::scope, Outcome::deny, Reason::request_invalid);

  std::string_view name = c.request.key;
  std::int64_t lifetime = 0;
  c.storage = kind_bit(fb::StorageKind::script);
  if (is_cookie(api)) {
    const cookies::CookieFacts cookie =
        cookies::classify_cookie(c.request.key, cookie_page(page.url), c.subject.now, api_of(api));
    name = cookie.name;
    switch (cookie.kind) {
      case cookies::CookieKind::expired:  // cookies.removal: whoever takes a cookie away takes nothing from
                                          // anybody
        return answered(c, Step::party, Outcome::allow, Reason::removal);
      case cookies::CookieKind::rejected:
        return answered(c, Step::party, Outcome::deny, Reason::cookie_rejected);
      // cookies.session, cookies.persistent: what it is, not what it was declared to be.
      case cookies::CookieKind::session:
        c.storage = kind_bit(fb::StorageKind::session);
        break;
      case cookies::CookieKind::persistent:
        c.storage = kind_bit(fb::StorageKind::persistent);
        lifetime = cookie.lifetime;
        break;
    }
  }

  const fb::Pattern* declared = c.policy.find_storage(name, api);
  if (declared == nullptr) {
    UrlHead writer;
    c.target = Target{};
    if (!c.request.writer.empty() && writer.read(c.request.writer, &page.url) == Reason::none) {
      c.target.vendor = c.policy.find(writer.host(), {}, writer.host_is_address()).vendor;
    }
    // W6. A policy may let undeclared session cookies be: they end with the browser (cookies.session).
    const fb::Rule* rule = find_rule(c, Purposes::asked);
    const bool tolerated = rule != nullptr && rule->needs() == fb::Needs::nothing &&
                           c.storage == kind_bit(fb::StorageKind::session);
    if (!tolerated) return judge_undeclared(c, Reason::undeclared_storage);
    if (refused_to_all(c)) return c.verdict;
    c.rule = rule;
    return answered(c, Step::undeclared, Outcome::allow, Reason::undeclared_session_storage);
  }
  const fb::Pattern& pattern = *declared;
  c.target.vendor = pattern.vendor();
  c.target.party = (pattern.flags() & kPatternThirdParty) != 0 ? PartyKind::third : PartyKind::first;
  c.target.purposes = pattern.purposes();
  c.declared_clause = pattern.clause();
  c.pass(Step::party);
  // security.tls: what is linked to an account does not travel in the clear.
  if ((pattern.flags() & kPatternLinked) != 0 && !page.url.is_secure()) {
    return answered(c, Step::scope, Outcome::deny, Reason::insecure_page);
  }
  return lifetime > 0 ? judge_persistent(c, pattern, lifetime) : judge_all(c, c.target.purposes);
}

// cookies.handoff: the click always works; what is personal goes along only where that was granted.
Verdict decide_web_handoff(Case& c) {
  Page own;
  const Page& page = page_of(c, own);
  // Without a page it is ours that asks; a page that is not ours has nothing of ours to hand on.
  const bool from_page = page.refused != Reason::page_missing;
  if (from_page && page.refused != Reason::none) {
    return answered(c, Step::scope, Outcome::strip, page.refused);
  }
  UrlHead url;
  const Reason wrong = url.read(c.request.url, from_page ? &page.url : nullptr);
  if (wrong != Reason::none) return answered(c, Step::scope, Outcome::strip, wrong);
  if (!locate(c.policy, url, c.target)) return answered(c, Step::scope, Outcome::strip, Reason::url_invalid);
  c.pass(Step::party);
  if (c.target.party == PartyKind::first)
    return answered(c, Step::scope, Outcome::allow, Reason::first_party);
  const fb::Rule* rule = find_rule(c, Purposes::of_row);
  if (rule == nullptr) return answered(c, Step::rule, Outcome::strip, Reason::no_rule);
  judge_all(c, rule->purposes());
  if (c.verdict.outcome != Outcome::allow) c.verdict.outcome = Outcome::strip;
  // security.tls: what is personal does not travel in the clear, granted or not.
  if (c.verdict.outcome == Outcome::allow && !url.is_secure())
    return answered(c, Step::scope, Outcome::strip, Reason::insecure_page);
  return c.verdict;
}

}  // namespace metrofax::consent::gate
