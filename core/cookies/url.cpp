#include "cookies/url.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {
namespace {

constexpr bool ends_authority(char c) { return c == '/' || c == '\\' || c == '?' || c == '#'; }

/// Letters, digits, hyphen, underscore, dot: what a host in A-label form consists of.
constexpr bool is_host_byte(char c) {
  const char lower = to_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' || c == '.';
}

/// Nothing where the host is fine, else the place that is wrong.
const char* wrong_in_host(const char* at, const char* end) {
  if (at == end || *at == '.') return at;
  if (*at == '[') {
    if (end - at < 4) return at;  // "[::]" is the shortest
    for (++at; at != end - 1; ++at) {
      const char lower = to_lower(*at);
      if (!is_digit(*at) && (lower < 'a' || lower > 'f') && *at != ':' && *at != '.') return at;
    }
    return *at == ']' ? nullptr : at;
  }
  for (; at != end; ++at) {
    if (!is_host_byte(*at) || (*at == '.' && at[-1] == '.')) return at;
  }
  return nullptr;
}

}  // namespace

bool is_host(std::string_view host) {
  return wrong_in_host(host.data(), host.data() + host.size()) == nullptr;
}

Result<CookiePage> page_of_url(std::string_view url) {
  const char* const begin = url.data();
  const char* const end = begin + url.size();
  const auto fail = [begin](const char* at) {
    return Error{ErrorCode::cookie_bad_url, static_cast<std::uint32_t>(at - begin)};
  };
  const char* at = find(begin, end, ':');
  const unsigned scheme = find_word(begin, static_cast<std::size_t>(at - begin), "\4http\2ws\5https\3wss");
  if (scheme > 3) return fail(begin);
  if (end - at < 3 || at[1] != '/' || at[2] != '/') return fail(at);
  at += 3;

  const char* stop = at;
  while (stop != end && !ends_authority(*stop)) ++stop;
  for (const char* user = stop; user != at; --user) {
    if (user[-1] == '@') {
      at = user;
      break;
    }
  }
  const char* host_end = at;
  if (at != stop && *at == '[') {
    host_end = find(at, stop, ']');
    if (host_end != stop) ++host_end;
  } else {
    host_end = find(at, stop, ':');
  }
  if (const char* wrong = wrong_in_host(at, host_end)) return fail(wrong);
  for (const char* port = host_end; port != stop; ++port) {
    if (port == host_end ? *port != ':' : !is_digit(*port)) return fail(port);
  }

  CookiePage page;
  page.host = {at, static_cast<std::size_t>(host_end - at)};
  page.secure = scheme >= 2;
  const char* path_end = stop;
  while (path_end != end && *path_end != '?' && *path_end != '#') ++path_end;
  if (path_end != stop) page.path = {stop, static_cast<std::size_t>(path_end - stop)};
  return page;
}

}  // namespace metrofax::consent::cookies
