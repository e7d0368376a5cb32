#include "cookies/match.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {

bool is_ip_address(std::string_view host) {
  if (contains(host, ':')) return true;
  // The URL standard reads any host whose last label is a number as IPv4, and no top-level domain is a
  // number.
  const char* const begin = host.data();
  const char* at = begin + host.size();
  if (at != begin && at[-1] == '.') --at;
  const char* const end = at;
  while (at != begin && is_digit(at[-1])) --at;
  return at != end && (at == begin || at[-1] == '.');
}

bool domain_match(std::string_view host, std::string_view domain) {
  if (domain.size() > host.size()) return false;
  const std::size_t before = host.size() - domain.size();
  if (!equal_ignoring_case(slice(host, before, host.size()), domain)) return false;
  return before == 0 || (!domain.empty() && host[before - 1] == '.' && !is_ip_address(host));
}

bool is_root(std::string_view path) { return path.size() == 1 && path.front() == '/'; }

bool path_match(std::string_view request_path, std::string_view cookie_path) {
  if (!request_path.starts_with(cookie_path)) return false;
  return request_path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         request_path[cookie_path.size()] == '/';
}

std::string_view default_path(std::string_view request_path) {
  if (!request_path.starts_with('/')) return {"/", 1};
  std::size_t end = request_path.size();
  while (request_path[end - 1] != '/') --end;
  return slice(request_path, 0, end > 1 ? end - 1 : 1);
}

}  // namespace metrofax::consent::cookies
