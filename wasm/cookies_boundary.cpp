// The exported functions of cookies.wasm: what core/cookies answers beyond what a page's critical path asks.
// For Node, tools and pages that look closer; nothing is decided here.
//
// A function takes its texts from the buffer at text_at(), as long as the question at question_at() says, and
// leaves its answer at answer_at(). Text that does not fit is refused by the caller, which knows the size.
#include "cookies_wire.h"
#include "wire.h"

#include "cookies/bytes.h"
#include "cookies/classify.h"
#include "cookies/date.h"
#include "cookies/header.h"
#include "cookies/serialize.h"
#include "cookies/store.h"
#include "cookies/sweep.h"
#include "cookies/url.h"
#include "gate/inventory.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

using namespace cookies;  // NOLINT(google-build-using-namespace): this file is nothing but their boundary

alignas(16) char text[kCookieTextBytes];
alignas(16) char kept[kCookieTextBytes];  // lines and pages of the store, which copies no text
alignas(16) char out[kCookieTextBytes];
CookieQuestion question;
CookieAnswer answer;
PairWire pairs[kHeaderPairs];
StoredCookie memory[kStoreOps];
const StoredCookie* found[kStoreOps];
CookieStore store(memory, kStoreOps);
std::uint32_t kept_size = 0;
SweepPlan plan;
alignas(16) std::uint8_t policy_bytes[kPolicyBytes];
PolicyView policy;
StorageIndex index;

TextWire wire(std::string_view view) {
  if (view.data() == nullptr) return {};
  return {static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(view.data())),
          static_cast<std::uint32_t>(view.size())};
}

struct Texts {
  std::string_view line, url, public_suffix, partition, max_age;
};

/// The texts of the question, in `from`. All empty where they cannot lie there.
Texts texts_in(const char* from) {
  std::string_view views[5];
  const std::uint32_t lengths[] = {question.line, question.url, question.public_suffix, question.partition,
                                   question.max_age};
  std::uint32_t at = 0;
  for (unsigned i = 0; i < 5; ++i) {
    if (lengths[i] > kCookieTextBytes - at) return {};
    views[i] = {from + at, lengths[i]};
    at += lengths[i];
  }
  return {views[0], views[1], views[2], views[3], views[4]};
}

std::uint32_t fail(ErrorCode code, std::size_t offset = 0) {
  answer.error = static_cast<std::uint32_t>(code);
  answer.offset = static_cast<std::uint32_t>(offset);
  return answer.error;
}

Profile profile() {
  return question.profile <= static_cast<std::uint8_t>(Profile::chromium)
             ? static_cast<Profile>(question.profile)
             : Profile::rfc6265bis;
}

CookieApi api() { return question.api == 1 ? CookieApi::dom : CookieApi::http; }

bool read_page(const Texts& texts, CookiePage& page) {
  const Result<CookiePage> parsed = page_of_url(texts.url);
  if (!parsed.ok()) {
    fail(parsed.error().code, parsed.error().offset);
    return false;
  }
  page = parsed.value();
  page.site = question.site <= 2 ? static_cast<SiteContext>(question.site) : SiteContext::cross_site;
  page.public_suffix = texts.public_suffix;
  page.partition = texts.partition;
  return true;
}

void give_flags(const SetCookie& line) {
  answer.name = wire(line.name);
  answer.value = wire(line.value);
  answer.same_site = static_cast<std::uint8_t>(line.same_site);
  answer.secure = line.secure;
  answer.http_only = line.http_only;
  answer.partitioned = line.partitioned;
}

}  // namespace

extern "C" void abort() { __builtin_trap(); }

METROFAX_EXPORT(text_at) char* text_at() { return text; }
METROFAX_EXPORT(question_at) CookieQuestion* question_at() { return &question; }
METROFAX_EXPORT(answer_at) CookieAnswer* answer_at() { return &answer; }
METROFAX_EXPORT(pairs_at) PairWire* pairs_at() { return pairs; }
METROFAX_EXPORT(policy_at) std::uint8_t* policy_at() { return policy_bytes; }
METROFAX_EXPORT(out_at) char* out_at() { return out; }

/// The page of the question: 0, or why it is none.
METROFAX_EXPORT(check_page) std::uint32_t check_page() {
  answer = CookieAnswer{};
  CookiePage page;
  read_page(texts_in(text), page);
  return answer.error;
}

/// The line alone: what it says.
METROFAX_EXPORT(parse_line) std::uint32_t parse_line() {
  answer = CookieAnswer{};
  SetCookie line;
  const Error error = parse_set_cookie(texts_in(text).line, profile(), line);
  if (error.code != ErrorCode::ok) return fail(error.code, error.offset);
  give_flags(line);
  answer.domain = wire(line.domain);
  answer.path = wire(line.path);
  answer.max_age = wire(line.max_age);
  answer.host_only = line.domain.empty();
  answer.persistent = line.has_expires || line.max_age.data() != nullptr;
  answer.has_expires = line.has_expires;
  answer.expires = line.expires;
  return 0;
}

/// The line on its page: the cookie that is kept.
METROFAX_EXPORT(accept_line) std::uint32_t accept_line() {
  answer = CookieAnswer{};
  const Texts texts = texts_in(text);
  CookiePage page;
  if (!read_page(texts, page)) return answer.error;
  SetCookie line;
  const Error error = parse_set_cookie(texts.line, profile(), line);
  if (error.code != ErrorCode::ok) return fail(error.code);
  Cookie accepted;
  const ErrorCode code = accept_cookie(line, page, question.now, api(), profile(), accepted);
  if (code != ErrorCode::ok) return fail(code);
  give_flags(line);
  answer.domain = wire(accepted.domain);
  answer.path = wire(accepted.path);
  answer.host_only = accepted.host_only;
  answer.persistent = answer.has_expires = accepted.persistent;
  answer.expires = accepted.expires;
  return 0;
}

/// Session or persistent; `error` says why a rejected one is.
METROFAX_EXPORT(classify_line) std::uint32_t classify_line() {
  answer = CookieAnswer{};
  const Texts texts = texts_in(text);
  CookiePage page;
  if (!read_page(texts, page)) return answer.error;
  const CookieFacts facts = classify_cookie(texts.line, page, question.now, api(), profile());
  answer.kind = static_cast<std::uint8_t>(facts.kind);
  answer.lifetime = facts.lifetime;
  answer.capped = facts.capped;
  fail(facts.why);
  return 0;
}

/// 1 and `expires`, or 0 where the text names no moment.
METROFAX_EXPORT(read_date) std::uint32_t read_date() {
  answer = CookieAnswer{};
  const auto time = parse_cookie_date(texts_in(text).line);
  answer.expires = time ? *time : 0;
  return time ? 1 : 0;
}

/// Opens the policy at policy_at(), by whose declarations headers are read. 0, or why it is none.
METROFAX_EXPORT(open_policy) std::uint32_t open_policy(std::uint32_t length) {
  policy = PolicyView{};
  index = StorageIndex{};
  if (length > kPolicyBytes) return static_cast<std::uint32_t>(ErrorCode::too_long);
  const Result<PolicyView> opened = PolicyView::open({policy_bytes, length});
  if (!opened.ok()) return static_cast<std::uint32_t>(opened.error().code);
  policy = opened.value();
  index = StorageIndex(policy);
  return 0;
}

/// The cookies of the header at text_at(), from byte `from` on: how many lie at pairs_at() now, each with its
/// declaration. `offset` is where the next call goes on, the length of the header at its end.
METROFAX_EXPORT(read_header) std::uint32_t read_header(std::uint32_t from) {
  answer = CookieAnswer{};
  const std::string_view header(text, question.line <= kCookieTextBytes ? question.line : 0);
  if (from > header.size()) from = static_cast<std::uint32_t>(header.size());
  CookieReader reader(slice(header, from, header.size()));
  CookiePair pair;
  std::uint32_t count = 0;
  for (; count < kHeaderPairs && reader.next(pair); ++count) {
    const fb::Pattern* const declared = index.find(pair.name, fb::StorageApi::httpCookie);
    const TextWire name = wire(pair.name);
    const TextWire value = wire(pair.value);
    pairs[count] = {
        {name.at, name.length},
        {value.at, value.length},
        declared == nullptr ? 0 : static_cast<std::uint32_t>(declared - policy.patterns().begin()) + 1};
  }
  answer.offset = static_cast<std::uint32_t>(reader.at() - header.data());
  return count;
}

/// The line of the question's cookie: its length at out_at(), or 0 and the error.
METROFAX_EXPORT(serialize_line) std::uint32_t serialize_line() {
  answer = CookieAnswer{};
  const Texts texts = texts_in(text);
  SetCookie cookie;
  cookie.name = texts.line;
  cookie.value = texts.url;
  cookie.domain = texts.public_suffix;
  cookie.path = texts.partition;
  cookie.max_age = texts.max_age;
  cookie.has_expires = question.has_expires != 0;
  cookie.expires = question.now;
  cookie.secure = question.secure != 0;
  cookie.http_only = question.http_only != 0;
  cookie.partitioned = question.partitioned != 0;
  cookie.same_site = question.same_site <= 3 ? static_cast<SameSite>(question.same_site) : SameSite::unset;
  const Result<std::size_t> size = serialize_cookie(cookie, profile(), out, kMaxLine);
  if (!size.ok()) {
    fail(size.error().code, size.error().offset);
    return 0;
  }
  return static_cast<std::uint32_t>(size.value());
}

/// An empty store. What store_set keeps lies in it until then.
METROFAX_EXPORT(store_clear) void store_clear() {
  store = CookieStore(memory, kStoreOps);
  kept_size = 0;
}

/// What a page does with a line. 0, or an error in the question itself; what a browser refuses is none.
METROFAX_EXPORT(store_set) std::uint32_t store_set() {
  answer = CookieAnswer{};
  const std::uint64_t size = std::uint64_t{question.line} + question.url + question.public_suffix +
                             question.partition + question.max_age;
  if (size > kCookieTextBytes - kept_size) return fail(ErrorCode::too_long);
  char* const own = kept + kept_size;
  for (std::uint32_t i = 0; i < size; ++i) own[i] = text[i];
  const Texts texts = texts_in(own);
  CookiePage page;
  if (!read_page(texts, page)) return answer.error;
  kept_size += static_cast<std::uint32_t>(size);
  store.set(texts.line, page, question.now, api(), profile());
  return 0;
}

/// The Cookie header that a page sends: its length at out_at(); `error` says what is wrong with the question.
METROFAX_EXPORT(store_get) std::uint32_t store_get() {
  answer = CookieAnswer{};
  CookiePage page;
  if (!read_page(texts_in(text), page)) return 0;
  const std::size_t count = store.get(page, question.now, api(), found, kStoreOps);
  const Result<std::size_t> size = write_cookie_header(found, count, out, kCookieTextBytes);
  if (!size.ok()) fail(size.error().code);
  return static_cast<std::uint32_t>(size.value());
}

/// How many writes remove the cookies named by the line from the page; `complete` as the plan says.
METROFAX_EXPORT(sweep_plan) std::uint32_t sweep_plan() {
  answer = CookieAnswer{};
  const Texts texts = texts_in(text);
  CookiePage page;
  if (!read_page(texts, page)) return 0;
  const Result<SweepPlan> planned = plan_sweep(texts.line, page);
  if (!planned.ok()) {
    fail(planned.error().code, planned.error().offset);
    return 0;
  }
  plan = planned.value();
  answer.complete = plan.complete;
  return plan.size();
}

/// The n-th of them, by script (0) or server (1): its length at out_at(), 0 and the error where there is
/// none.
METROFAX_EXPORT(sweep_write) std::uint32_t sweep_write(std::uint32_t n, std::uint32_t by) {
  answer = CookieAnswer{};
  if (n >= plan.size()) return 0;
  const Result<std::size_t> size =
      write_sweep(plan, n, by == 1 ? SweepBy::server : SweepBy::script, out, kMaxLine);
  if (!size.ok()) fail(size.error().code);
  return static_cast<std::uint32_t>(size.value());
}

}  // namespace metrofax::consent::wasm
