#include "cookies/match.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {

bool is_ip_address(std::string_view host) {
  if (find_or_end(host, ':') < host.size()) return true;
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  // The URL standard reads any host whose last label is a number (0x.. too) as IPv4, and no top-level domain
  // is one.
  std::size_t start = host.size();
  while (start > 0 && host[start - 1] != '.') --start;
  std::string_view label = host.substr(start);
  if (starts_with_ignoring_case(label, "0x")) {
    label.remove_prefix(2);
    for (const char c : label) {
      if (!is_digit(c) && (to_lower(c) < 'a' || to_lower(c) > 'f')) return false;
    }
    return true;
  }
  for (const char c : label) {
    if (!is_digit(c)) return false;
  }
  return !label.empty();
}

bool domain_match(std::string_view host, std::string_view domain) {
  if (domain.size() > host.size()) return false;
  const std::size_t before = host.size() - domain.size();
  if (!equal_ignoring_case(host.substr(before), domain)) return false;
  return before == 0 || (!domain.empty() && host[before - 1] == '.' && !is_ip_address(host));
}

bool path_match(std::string_view request_path, std::string_view cookie_path) {
  if (!request_path.starts_with(cookie_path)) return false;
  return request_path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         request_path[cookie_path.size()] == '/';
}

std::string_view default_path(std::string_view request_path) {
  if (!request_path.starts_with('/')) return "/";
  std::size_t end = request_path.size();
  while (request_path[end - 1] != '/') --end;
  return request_path.substr(0, end > 1 ? end - 1 : 1);
}

}  // namespace metrofax::consent::cookies
