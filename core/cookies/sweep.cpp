#include "cookies/sweep.h"

#include "cookies/bytes.h"
#include "cookies/match.h"
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
  char line[kMaxLine];
  const Result<std::size_t> first = write_sweep(plan, 0, SweepBy::script, line, sizeof line);
  if (!first.ok()) return first.error();
  return plan;
}

Result<std::size_t> write_sweep(const SweepPlan& plan, std::uint32_t n, SweepBy by, char* out,
                                std::size_t capacity) {
  const std::uint32_t paths = plan.paths + (plan.without_path ? 1 : 0);
  const std::uint32_t path = n % paths;
  const std::uint32_t domain = n / paths % plan.domains;
  SetCookie removal;
  removal.name = plan.name;
  // A cookie with neither name nor value is refused, so a nameless one needs a value to be removed.
  if (plan.name.empty()) removal.value = "x";
  removal.max_age = "0";
  if (domain > 0) removal.domain = domain_choice(plan.page, domain);
  char with_slash[kMaxAttributeValue];
  if (path == 0) {
    removal.path = "/";
  } else if (path < plan.paths) {
    const std::string_view prefix = slice(plan.page.path, 0, prefix_end(plan.page.path, (path + 1) / 2));
    removal.path = prefix;
    if (path % 2 == 0) {
      for (std::size_t i = 0; i < prefix.size(); ++i) with_slash[i] = prefix[i];
      with_slash[prefix.size()] = '/';
      removal.path = {with_slash, prefix.size() + 1};
    }
  }
  removal.partitioned = n >= paths * plan.domains;
  // Without Secure nobody would obey; a user agent that trusts localhost takes it on http, too. `__Http-` is
  // an ordinary name where the prefix is not known, so on http it stays without.
  const bool promised = (prefix_promises(plan.name, Profile::rfc6265bis) & kPromisesSecure) != 0;
  removal.secure = plan.page.secure || promised;
  // Script cannot remove what promises HttpOnly, and a server that does must promise it as well.
  removal.http_only =
      by == SweepBy::server && (prefix_promises(plan.name, Profile::layered) & kPromisesHttpOnly) != 0;
  if (removal.partitioned) removal.same_site = SameSite::none;
  return serialize_cookie(removal, Profile::rfc6265bis, out, capacity);
}

}  // namespace metrofax::consent::cookies
