// The exported functions of gate.wasm: one for each question, nothing decided here. With METROFAX_PAGE it is
// page.wasm, the part of it that consent.js carries.
//
// Every function takes and returns 32-bit integers. Status 0 is success; anything else is "no verdict", which
// every caller treats as deny. State is one policy and one subject, set by the caller; nothing here outlives
// or allocates anything.
#include "wire.h"

#include <cstdlib>
#include <iterator>

#include "consent/record.h"
#include "cookies/sweep.h"
#include "gate/choice.h"
#include "gate/mail_group.h"
#include "gate/opt_outs.h"
#include "gate/sources.h"
#include "signals/headers.h"
#include "signals/light.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

alignas(16) std::uint8_t policy_bytes[kPolicyBytes];
alignas(16) char text[kTextBytes];
alignas(16) char page_text[kPageBytes];
Page page;
Subject subject;
RequestWire request_wire;
Verdict verdict;
Facts facts;
PolicyView policy;
Memo memo;
bool policy_is_damaged = false;  ///< one was given, and refused: said in the reason

constexpr std::uint32_t status(ErrorCode code) { return static_cast<std::uint32_t>(code); }

// Hands text to the caller: copied to the start of the text buffer, its length returned.
std::uint32_t give(std::string_view value) {
  for (std::size_t i = 0; i < value.size() && i < kTextBytes; ++i) text[i] = value[i];
  return static_cast<std::uint32_t>(value.size());
}

Ids list_of(std::uint32_t list) {
  const Ids lists[] = {policy.purpose_ids, policy.vendor_ids, policy.regime_ids, policy.clause_ids,
                       policy.area_ids};
  return list < std::size(lists) ? lists[list] : Ids{};
}

std::uint16_t regime_index() {
  return subject.regime < policy.regimes.count ? subject.regime : policy.strict_regime;
}

}  // namespace

// Nothing in the core aborts. What the C++ library would abort on (a bad_alloc, an out_of_range) becomes a
// trap, which the caller sees as "no verdict"; the default would drag in a process exit, and with it an
// import.
extern "C" void abort() { __builtin_trap(); }

// ---- addresses
// ---------------------------------------------------------------------------------------------------

METROFAX_EXPORT(text_at) char* text_at() { return text; }
METROFAX_EXPORT(page_at) char* page_at() { return page_text; }
METROFAX_EXPORT(policy_at) std::uint8_t* policy_at() { return policy_bytes; }
METROFAX_EXPORT(subject_at) Subject* subject_at() { return &subject; }
METROFAX_EXPORT(request_at) RequestWire* request_at() { return &request_wire; }
METROFAX_EXPORT(verdict_at) Verdict* verdict_at() { return &verdict; }
METROFAX_EXPORT(facts_at) Facts* facts_at() { return &facts; }

// ---- policy and page
// ---------------------------------------------------------------------------------------------

/// Opens the policy that lies at policy_at(). A policy that does not open leaves none: everything is denied.
METROFAX_EXPORT(open_policy) std::uint32_t open_policy(std::uint32_t length) {
  policy = PolicyView{};
  page = Page{};
  if (length > kPolicyBytes) return status(ErrorCode::too_long);
  const Result<PolicyView> opened = PolicyView::open({policy_bytes, length});
  policy_is_damaged = !opened.ok();
  if (!opened.ok()) return status(opened.error().code);
  policy = opened.value();
  return 0;
}

/// The page that asks, read once: its URL lies at page_at(). Opening a policy forgets it.
METROFAX_EXPORT(set_page) std::uint32_t set_page(std::uint32_t length) {
  page = Page{};
  if (length > kPageBytes) return status(ErrorCode::too_long);
  page = read_page(policy, {page_text, length});
  return 0;
}

// ---- the question
// ------------------------------------------------------------------------------------------------

/// Decides about the text at text_at(): `length` bytes of URL or key, then `writer_length` of the writer's
/// URL. how: the fb::Initiator of a request or the fb::StorageApi of storage.
METROFAX_EXPORT(decide)
std::uint32_t decide_at_boundary(std::uint32_t kind, std::uint32_t how, std::uint32_t length,
                                 std::uint32_t writer_length) {
  verdict = Verdict{};
  if (length > kTextBytes || writer_length > kTextBytes - length) return status(ErrorCode::too_long);
  Request request;
  request.kind =
      kind <= static_cast<std::uint32_t>(fb::Kind::MAX) ? static_cast<fb::Kind>(kind) : fb::Kind::none;
  request.read = &page;
  request.url = request.key = {text, length};
  request.writer = {text + length, writer_length};
  request.initiator = static_cast<fb::Initiator>(how);
  request.api = how <= static_cast<std::uint32_t>(fb::StorageApi::MAX) ? static_cast<fb::StorageApi>(how)
                                                                       : fb::StorageApi::none;
  request.topics = static_cast<fb::Topic>(request_wire.topics);
  request.purpose = request_wire.purpose;
  request.party = request_wire.party;
  request.asked = request_wire.asked <= static_cast<std::uint8_t>(fb::Mode::MAX)
                      ? static_cast<fb::Mode>(request_wire.asked)
                      : fb::Mode::identified;
  request.identified = request_wire.identified != 0;
#ifdef METROFAX_PAGE
  verdict = decide_on_page(policy, subject, request, nullptr, &memo);
#else
  const auto flag = [](RequestFlag one) { return (request_wire.flags & static_cast<unsigned>(one)) != 0; };
  request.clamp = flag(RequestFlag::clamp);
  request.sent_before = flag(RequestFlag::sent_before);
  request.regime = request_wire.regime;
  request.hidden = flag(RequestFlag::hidden);
  if (request_wire.ceiling <= static_cast<std::uint8_t>(fb::Mode::MAX))
    request.ceiling = static_cast<fb::Mode>(request_wire.ceiling);
  if (flag(RequestFlag::narrow)) {
    request_wire.ceiling = static_cast<std::uint8_t>(narrowed_by(policy, subject, request));
    return 0;
  }
  verdict = decide(policy, subject, request, nullptr, &memo);
#endif
  if (policy_is_damaged) verdict.reason = fb::Reason::policy_damaged;
  return 0;
}

// ---- for mail_boundary.cpp and log_boundary.cpp

const PolicyView& policy_in_use() { return policy; }
const Subject& subject_in_use() { return subject; }
char* text_in_use() { return text; }
void set_verdict(const Verdict& value) { verdict = value; }

// ---- names and numbers
// -------------------------------------------------------------------------------------------

/// The name at `index` of a list, at text_at(); its length, 0 if there is none.
METROFAX_EXPORT(name_of) std::uint32_t name_of(std::uint32_t list, std::uint32_t index) {
  if (!policy.loaded()) return 0;
  if (static_cast<List>(list) == List::version) return give(policy.version);
  return give(PolicyView::id_at(list_of(list), index));
}

/// The index of the id at text_at(); 0xFFFF if the list does not have it.
METROFAX_EXPORT(index_of) std::uint32_t index_of(std::uint32_t list, std::uint32_t length) {
  if (!policy.loaded() || length > kTextBytes) return kNoIndex;
  const std::string_view id(text, length);
  return static_cast<List>(list) == List::version ? policy.revision_of(id)
                                                  : PolicyView::index_of(list_of(list), id);
}

#ifndef METROFAX_PAGE  // a page is told its regime, and its signals by the browser

/// The regime of a place (W7): at text_at() the country and behind it the region.
METROFAX_EXPORT(regime_of)
std::uint32_t regime_of(std::uint32_t country_length, std::uint32_t region_length) {
  if (!policy.loaded() || country_length > kTextBytes || region_length > kTextBytes - country_length)
    return kNoIndex;
  return policy.regime_of_place({text, country_length}, {text + country_length, region_length});
}

/// What the text at text_at() says of the visitor's will, as a Light: 3 is that it cannot be read. which: 0 a
/// US Privacy String, 1 a GPP string, 2 a TC string, 3 the header Sec-GPC, 4 DNT.
METROFAX_EXPORT(read_signal) std::uint32_t read_signal(std::uint32_t which, std::uint32_t length) {
  const std::string_view given(text, length <= kTextBytes ? length : 0);
  if (which == 1) return static_cast<std::uint32_t>(gpp_opts_out(given));
  if (which == 2) return static_cast<std::uint32_t>(tcf_denies(given));
  if (which == 3) return static_cast<std::uint32_t>(read_gpc(given));
  if (which == 4) return static_cast<std::uint32_t>(read_dnt(given));
  return static_cast<std::uint32_t>(usp_opts_out(given));
}

#endif

/// Fills in `facts` for the subject's regime.
METROFAX_EXPORT(describe) std::uint32_t describe() {
  facts = Facts{};
  if (!policy.loaded()) return status(ErrorCode::policy_not_loaded);
  const PurposeKinds kinds = purpose_kinds(policy);
  facts.purposes = kinds.used;
  facts.necessary = kinds.necessary;
  facts.shown = kinds.shown;
  facts.changed = pending_choices(policy, subject.consent);
  facts.granted = standing_grants(policy, subject);
  facts.regime = regime_index();
  const fb::Regime& regime = policy.regimes[facts.regime];
  facts.model = static_cast<std::uint8_t>(regime.model());
  facts.reask = regime.reask();
  for (unsigned i = 0; i < sizeof facts.sha256 && i < policy.sha256.count; ++i)
    facts.sha256[i] = policy.sha256[i];
  return 0;
}

// ---- the consent cookie
// ------------------------------------------------------------------------------------------

/// Reads the consent cookie out of the Cookie header or document.cookie text at text_at() into the subject,
/// and the cookies that opt out (gate/opt_outs.h) into its signals. 0: read, or there is none (then the
/// subject has no consent). Anything else: damaged, no consent either, and the visitor is asked.
METROFAX_EXPORT(read_consent) std::uint32_t read_consent(std::uint32_t length) {
  subject.consent = ConsentState{};
  if (length > kTextBytes) return status(ErrorCode::too_long);
  if (policy.loaded()) read_opt_outs(policy, {text, length}, subject);
  std::string_view value;
  const Found found = find_record({text, length}, value);
  if (found == Found::nothing) return 0;
  if (found == Found::conflict) return status(ErrorCode::bad_value);
  const Result<ConsentRecord> record = read_record(value);
  if (!record.ok()) return status(record.error().code);
  subject.consent.present = true;
  subject.consent.granted = record.value().granted;
  subject.consent.denied = record.value().denied;
  subject.consent.time = record.value().time;
  subject.consent.older = record.value().older;
  subject.consent.specific = record.value().specific;
  subject.consent.refused = record.value().refused;
  subject.consent.revision = policy.loaded() ? policy.revision_of(record.value().policy_version) : kNoIndex;
  return 0;
}

/// Puts choices made now on top of the subject's consent (gate/choice.h): `named` the purposes chosen,
/// `wanted` those of them that are granted.
METROFAX_EXPORT(choose)
void choose(std::uint32_t named, std::uint32_t wanted, std::uint32_t one_by_one) {
  if (policy.loaded()) consent::choose(policy, subject, named, wanted, one_by_one != 0);
}

/// Puts a choice about one vendor on top of the subject's consent (gate/choice.h; 0xFFFF, 1: allows all).
/// how: 0 refuses, 1 allows, 2 asks alone. Whether the vendor is refused then.
METROFAX_EXPORT(choose_vendor)
std::uint32_t choose_vendor_at_boundary(std::uint32_t vendor, std::uint32_t how) {
  if (!policy.loaded() || vendor > kNoIndex) return 0;
  const auto index = static_cast<std::uint16_t>(vendor);
  if (how < 2) choose_vendor(policy, subject.consent, index, how == 1);
  return is_refused(policy, subject.consent, index) ? 1 : 0;
}

/// Writes the subject's consent as the assignment text of a cookie at text_at(); its length, 0 if it cannot
/// be written.
METROFAX_EXPORT(write_consent) std::uint32_t write_consent(std::uint32_t secure) {
  if (!policy.loaded()) return 0;
  const std::uint16_t regime = regime_index();
  ConsentRecord record;
  record.policy_version = policy.version_at(subject.consent.revision);
  record.regime = PolicyView::id_at(policy.regime_ids, regime);
  record.time = subject.consent.time;
  record.older = subject.consent.older;
  record.granted = subject.consent.granted;
  record.denied = subject.consent.denied;
  record.specific = subject.consent.specific;
  record.refused = subject.consent.refused;
  const Result<std::size_t> length =
      write_consent_cookie(record, policy.regimes[regime], secure != 0, {text, kTextBytes});
  return length.ok() ? static_cast<std::uint32_t>(length.value()) : 0;
}

// ---- a content security policy
// -----------------------------------------------------------------------------------

/// What this page's CSP admits, at text_at() (gate/sources.h); its length, 0xFFFFFFFF if it cannot be said.
METROFAX_EXPORT(write_sources) std::uint32_t write_sources_at_boundary() {
  const Result<std::size_t> length = write_sources(policy, subject, page, {text, kTextBytes});
  return length.ok() ? static_cast<std::uint32_t>(length.value()) : ~std::uint32_t{0};
}

// ---- taking away
// -------------------------------------------------------------------------------------------------

/// Plans how a script of the page that asks removes the cookies of the name at text_at()
/// (retention.necessary, cookies.removal). What it has to assign to document.cookie, one line each, lies
/// behind the name; the length of it, 0 where no cookie can have this name.
METROFAX_EXPORT(sweep) std::uint32_t sweep(std::uint32_t length) {
  if (length > kTextBytes) return 0;
  cookies::CookiePage swept = cookie_page(page.url);
  const bool trusted = swept.secure;
  swept.secure = page.url.scheme() == Scheme::https;
  std::uint32_t at = length;
  for (;;) {
    const Result<cookies::SweepPlan> plan = cookies::plan_sweep({text, length}, swept);
    if (!plan.ok()) return 0;
    for (std::uint32_t n = 0; n < plan.value().size() && at < kTextBytes; ++n) {
      const Result<std::size_t> line =
          cookies::write_sweep(plan.value(), n, cookies::SweepBy::script, text + at, kTextBytes - at - 1);
      if (!line.ok()) break;
      at += static_cast<std::uint32_t>(line.value());
      text[at++] = '\n';
    }
    // http://localhost: WebKit takes nothing Secure there, the others keep Secure and Partitioned ones.
    if (swept.secure == trusted) break;
    swept.secure = trusted;
  }
  return at - length;
}

}  // namespace metrofax::consent::wasm
