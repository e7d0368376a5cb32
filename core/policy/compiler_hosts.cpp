// Declared host names: only the one spelling that a parsed URL can have.
#include <algorithm>

#include "policy/compiler_names.h"
#include "policy/compiler_punycode.h"

namespace metrofax::consent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Four numbers from 0 to 255 in decimal without leading zeros: how a URL parser writes every IPv4 address.
bool is_plain_ipv4(std::string_view host) {
  int parts = 0;
  while (true) {
    const auto dot = host.find('.');
    const auto part = host.substr(0, dot);
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
    int value = 0;
    for (const char c : part) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value > 255) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    host.remove_prefix(dot + 1);
  }
}

/// Whether a URL parser takes the host for an IPv4 address: the last label is a number, decimal or
/// hexadecimal.
bool ends_in_number(std::string_view host) {
  const auto dot = host.rfind('.');
  const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), is_digit)) return true;
  return last.size() >= 2 && last[0] == '0' && last[1] == 'x' &&
         last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

std::string label_problem(std::string_view host, std::string_view label) {
  if (label.empty()) return in_quotes(host) + " has an empty label: two dots stand together";
  if (label.size() > 63) return in_quotes(host) + " has a label of more than 63 bytes";
  if (label.front() == '-' || label.back() == '-')
    return in_quotes(host) + " has a label that begins or ends with '-'";
  return "";
}

/// What the characters give away: a URL, a pattern, a name in another spelling.
std::string spelling_problem(std::string_view host) {
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) {
    const auto rest = host.substr(scheme + 3);
    return "expected a host name without scheme and path, found " + in_quotes(host) + ": write " +
           in_quotes(rest.substr(0, rest.find_first_of(":/?#")));
  }
  if (host.find('*') != std::string_view::npos) {
    return "expected a host name, found the pattern " + in_quotes(host) +
           ": write the name and \"subdomains\": true";
  }
  if (host.find('/') != std::string_view::npos) {
    return "expected a host name without path, found " + in_quotes(host) + ": paths go into \"paths\"";
  }
  if (host.find('[') != std::string_view::npos || std::count(host.begin(), host.end(), ':') > 1) {
    return "IPv6 addresses cannot be declared: " + in_quotes(host);
  }
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    return "expected a host name without port, found " + in_quotes(host) + ": write " +
           in_quotes(host.substr(0, colon));
  }
  if (host.front() == '.') {
    return "expected a host name without leading dot, found " + in_quotes(host) +
           ": \"subdomains\": true covers the rest";
  }
  if (host.back() == '.') return "expected a host name without final dot, found " + in_quotes(host);
  if (std::any_of(host.begin(), host.end(),
                  [](char c) { return (static_cast<unsigned char>(c) & 0x80u) != 0; })) {
    const std::string hint = a_label_hint(host);
    return "host names are written in ASCII, found " + in_quotes(host) +
           (hint.empty() ? ": write its A-label (xn--…)" : ": write its A-label " + in_quotes(hint));
  }
  if (std::any_of(host.begin(), host.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    std::string lower(host);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return "host names are written in lower case, found " + in_quotes(host) + ": write " + in_quotes(lower);
  }
  const auto odd = host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.");
  if (odd != std::string_view::npos) {
    return "the character '" + std::string(1, host[odd]) + "' cannot stand in the host name " +
           in_quotes(host);
  }
  return "";
}

}  // namespace

std::string host_problem(std::string_view host, bool subdomains) {
  if (host.empty()) return "expected a host name, found an empty string";
  if (std::string problem = spelling_problem(host); !problem.empty()) return problem;
  if (host.size() > 253)
    return "a host name has at most 253 bytes, this one has " + std::to_string(host.size());
  for (std::string_view rest = host;;) {
    const auto dot = rest.find('.');
    if (std::string problem = label_problem(host, rest.substr(0, dot)); !problem.empty()) return problem;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (ends_in_number(host)) {
    if (!is_plain_ipv4(host)) {
      return "browsers read " + in_quotes(host) + " as an IPv4 address: write it as four decimal numbers";
    }
    if (subdomains) return "an IPv4 address has no subdomains: add \"subdomains\": false";
    return "";
  }
  if (subdomains && host.find('.') == std::string_view::npos) {
    return "the single label " + in_quotes(host) +
           " would take in a whole top-level domain: add \"subdomains\": false";
  }
  return "";
}

}  // namespace metrofax::consent
