// The plan for removing a cookie whose attributes nobody knows: document.cookie shows names, never domains or
// paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cookies/accept.h"
#include "result.h"

namespace metrofax::consent::cookies {

/// Who writes: a script through document.cookie, or the server as Set-Cookie values (which also reach
/// HttpOnly cookies).
enum class SweepBy : std::uint8_t { script = 0, server = 1 };

/// The writes that remove every cookie of one name that may be there for one page:
/// {no Domain and every parent domain} x {every prefix of the path, with and without a final slash} x {plain,
/// Partitioned}. Trying every parent needs no list of public suffixes: what is one is refused by the browser,
/// and nothing else happens.
struct SweepPlan {
  std::string_view name;
  CookiePage page;
  std::uint32_t domains = 0;  // choices of domain, the first being none
  std::uint32_t paths = 0;    // choices of path, the first being "/"
  std::uint32_t kinds = 0;    // 2 on a secure page: plain and Partitioned
  bool without_path = false;  // one more choice of path: no attribute, so the page's default path
  bool complete = true;       // false: the page's path or host is too deep to try all of it

  /// How many writes there are.
  std::uint32_t size() const { return domains * kinds * (paths + (without_path ? 1 : 0)); }
};

/// At most so many choices are tried; deeper ones are left out and `complete` says so.
inline constexpr std::uint32_t kMaxSweepDomains = 10;
inline constexpr std::uint32_t kMaxSweepPaths = 65;

/// Plans the removal of the cookies named `name` ("" for the nameless one) that the page's URL can reach.
/// Where the page's public suffix is given, no parent is tried from there on. Errors: cookie_bad_field,
/// cookie_too_long, cookie_control_character: no cookie can have this name. Serves: retention.necessary,
/// cookies.rejection. Source: requirements on withdrawal, measured in three browsers.
Result<SweepPlan> plan_sweep(std::string_view name, const CookiePage& page);

/// Writes the n-th write of the plan, 0 <= n < size(), to `out` and returns its length. Error: too_long (the
/// room). Reads back as the removal it is: the planner has read the name back, hosts and paths are a page's.
Result<std::size_t> write_sweep(const SweepPlan& plan, std::uint32_t n, SweepBy by, char* out,
                                std::size_t capacity);

}  // namespace metrofax::consent::cookies
