#include "cookies/sweep.h"

#include "cookies/bytes.h"
#include "cookies/match.h"
#include "cookies/parse.h"
#include "cookies/serialize.h"

namespace metrofax::consent::cookies {
namespace {

/// Where the n-th prefix of the path ends, n from 1: before the n-th slash after the first, or at the end of
/// a path without a final slash. 0 where there is none.
std::size_t prefix_end(std::string_view path, std::uint32_t n) {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    const bool boundary = at == path.size() ? path[at - 1] != '/' : path[at] == '/';
    if (boundary && --n == 0) return at;
  }
  return 0;
}

/// Whether a Path attribute can carry the prefix and the slash after it.
bool fits_attribute(std::string_view prefix) {
  if (prefix.size() >= kMaxAttributeValue || is_space(prefix.back())) return false;
  for (const char c : prefix) {
    if (c == ';' || is_control(c)) return false;
  }
  return true;
}

/// The n-th domain to try, n from 1: the host, then its parents. Empty where there is none: an address and a
/// name without a dot have no Domain cookies, and neither have a known public suffix and what lies above it.
std::string_view domain_choice(const CookiePage& page, std::uint32_t n) {
  std::string_view domain = page.host;
  if (is_ip_address(domain)) return {};
  while (--n > 0) {
    const char* const end = domain.data() + domain.size();
    const char* dot = find(domain.data(), end, '.');
    if (dot == end) return {};
    domain = {dot + 1, static_cast<std::size_t>(end - dot - 1)};
  }
  return contains(domain, '.') && domain.size() > page.public_suffix.size() ? domain : std::string_view{};
}

/// Text as it grows in a buffer; `at` is null once something did not fit.
struct Text {
  char* at;
  char* end;

  void add(std::string_view more) {
    if (at == nullptr || static_cast<std::size_t>(end - at) < more.size()) {
      at = nullptr;
      return;
    }
    for (const char c : more) *at++ = c;
  }
};

void plan_paths(SweepPlan& plan) {
  const std::string_view path = plan.page.path;
  plan.paths = 1;
  for (std::uint32_t n = 1;; ++n) {
    const std::size_t end = prefix_end(path, n);
    if (end == 0) return;
    if (plan.paths + 2 > kMaxSweepPaths || !fits_attribute(slice(path, 0, end))) {
      // No attribute names these paths, but a write without one means the folder of the page.
      plan.without_path = true;
      plan.complete = false;
      return;
    }
    plan.paths += 2;
  }
}

}  // namespace

Result<SweepPlan> plan_sweep(std::string_view name, const CookiePage& page) {
  SweepPlan plan;
  plan.name = name;
  plan.page = page;
  if (!plan.page.path.starts_with('/')) plan.page.path = {"/", 1};
  plan.kinds = page.secure ? 2 : 1;
  plan.domains = 1;
  plan.paths = 1;
  // The browser keeps no other cookie of these names.
  if ((prefix_promises(name, Profile::rfc6265bis) & kPromisesHost) == 0) {
    while (!domain_choice(page, plan.domains).empty()) {
      if (plan.domains == kMaxSweepDomains) {
        plan.complete = false;
        break;
      }
      ++plan.domains;
    }
    plan_paths(plan);
  }
  if (name.size() >= kMaxNameAndValue) return Error{ErrorCode::cookie_too_long, 0};
  // The name as a browser reads it back: the rest of every write is ours, and of a form that is always read.
  char line[kMaxLine];
  const Result<std::size_t> first = write_sweep(plan, 0, SweepBy::script, line, sizeof line);
  if (!first.ok()) return first.error();
  SetCookie read;
  const Error error = parse_set_cookie({line, first.value()}, Profile::rfc6265bis, read);
  if (error.code != ErrorCode::ok) return error;
  if (read.name != name) return Error{ErrorCode::cookie_bad_field, 0};
  return plan;
}

// NOLINTNEXTLINE(readability-non-const-parameter): written by way of Text
Result<std::size_t> write_sweep(const SweepPlan& plan, std::uint32_t n, SweepBy by, char* out,
                                std::size_t capacity) {
  const std::uint32_t paths = plan.paths + (plan.without_path ? 1 : 0);
  const std::uint32_t path = n % paths;
  const std::uint32_t domain = n / paths % plan.domains;
  const bool partitioned = n >= paths * plan.domains;
  Text text{out, out + capacity};
  text.add(plan.name);
  // A cookie with neither name nor value is refused, so a nameless one needs a value to be removed.
  text.add(plan.name.empty() ? "=x; Max-Age=0" : "=; Max-Age=0");
  if (path < plan.paths) {
    text.add("; Path=");
    text.add(path == 0 ? std::string_view("/")
                       : slice(plan.page.path, 0, prefix_end(plan.page.path, (path + 1) / 2)));
    if (path > 0 && path % 2 == 0) text.add("/");
  }
  if (domain > 0) {
    text.add("; Domain=");
    text.add(domain_choice(plan.page, domain));
  }
  // Without Secure nobody would obey; a user agent that trusts localhost takes it on http, too. `__Http-` is
  // an ordinary name where the prefix is not known, so on http it stays without.
  const bool promised = (prefix_promises(plan.name, Profile::rfc6265bis) & kPromisesSecure) != 0;
  if (plan.page.secure || promised) text.add("; Secure");
  // Script cannot remove what promises HttpOnly, and a server that does must promise it as well.
  if (by == SweepBy::server && (prefix_promises(plan.name, Profile::layered) & kPromisesHttpOnly) != 0)
    text.add("; HttpOnly");
  if (partitioned) text.add("; SameSite=None; Partitioned");
  if (text.at == nullptr) return Error{ErrorCode::too_long, static_cast<std::uint32_t>(capacity)};
  return static_cast<std::size_t>(text.at - out);
}

}  // namespace metrofax::consent::cookies
