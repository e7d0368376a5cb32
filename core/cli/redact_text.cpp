#include "cli/redact_text.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace metrofax::consent::cli {
namespace {

constexpr std::string_view kNothing = "-";
constexpr std::size_t kMaxName = 32;
constexpr unsigned kIdentifierDigits = 7;
constexpr std::size_t kTokenLength = 12;
constexpr unsigned kTokenChanges = 6;

// What a byte is to the scan of a path or name: one look-up instead of comparisons.
enum Class : std::uint8_t { other = 0, lower = 1, upper = 2, digit = 3, mark = 4, at = 5 };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = lower;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = upper;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = digit;
  for (const char c : {'-', '_', '.', '[', ']'}) table[static_cast<unsigned char>(c)] = mark;
  table['@'] = at;
  return table;
}
constexpr std::array<Class, 256> kClasses = make_classes();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (const char c : name) {
    const Class kind = class_of(c);
    if (kind == other || kind == at) return false;
  }
  return !looks_like_identifier(name);
}

// Four numbers of up to three digits, none above 255, nothing else. `last` is where the fourth begins.
bool is_ipv4(std::string_view text, std::size_t& last) {
  unsigned dots = 0;
  unsigned value = 0;
  unsigned digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      value = value * 10 + static_cast<unsigned>(c - '0');
      if (++digits > 3 || value > 255) return false;
    } else if (c == '.' && digits > 0 && dots < 3) {
      ++dots;
      value = digits = 0;
      last = i + 1;
    } else {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

void append_ipv6_network(std::string& out, std::string_view text) {
  char copy[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof copy) {
    out += kNothing;
    return;
  }
  std::memcpy(copy, text.data(), text.size());
  in6_addr address{};
  if (::inet_pton(AF_INET6, copy, &address) != 1) {
    out += kNothing;
    return;
  }
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    address.s6_addr[15] = 0;
  } else {
    std::memset(address.s6_addr + 6, 0, 10);
  }
  char network[INET6_ADDRSTRLEN];
  out += ::inet_ntop(AF_INET6, &address, network, sizeof network);
}

// The routes whose next segment is a token of ours (README, "On a server").
bool holds_token(std::string_view path) {
  return path.size() > 3 && path[0] == '/' && path[2] == '/' &&
         (path[1] == 'b' || path[1] == 'c' || path[1] == 'u' || path[1] == 't');
}

void append_clean_path(std::string& out, std::string_view path) {
  if (holds_token(path)) {
    out.append(path.substr(0, 3)).append(kNothing);
    return;
  }
  while (!path.empty()) {
    std::size_t end = path.find('/', 1);
    if (end == std::string_view::npos) end = path.size();
    std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    segment = segment.substr(0, segment.find(';'));
    const bool slash = !segment.empty() && segment.front() == '/';
    const std::string_view name = segment.substr(slash ? 1 : 0);
    if (slash) out += '/';
    out += looks_like_identifier(name) ? kNothing : name;
  }
}

}  // namespace

bool looks_like_identifier(std::string_view text) {
  unsigned digits = 0;
  unsigned changes = 0;
  Class before = other;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Class now = class_of(text[i]);
    if (now == at) return true;
    if (text[i] == '%' && text.substr(i, 3) == "%40") return true;
    digits += now == digit ? 1u : 0u;
    // A capital at the start of a word is a spelling; every other change counts.
    if (now <= digit && before <= digit && now != other && before != other && now != before) ++changes;
    before = now;
  }
  return digits >= kIdentifierDigits || (text.size() >= kTokenLength && changes >= kTokenChanges);
}

void append_network(std::string& out, std::string_view address) {
  std::size_t last = 0;
  if (is_ipv4(address, last)) {
    out.append(address.substr(0, last)).append("0");
  } else if (address.find(':') != std::string_view::npos) {
    append_ipv6_network(out, address);
  } else {
    out += kNothing;
  }
}

void append_clean_query(std::string& out, std::string_view query) {
  bool first = true;
  while (!query.empty()) {
    const std::size_t end = query.find_first_of("&;");
    const std::string_view piece = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) continue;  // a value without a name
    const std::string_view name = piece.substr(0, equals);
    if (!is_plain_name(name)) continue;
    if (!first) out += '&';
    first = false;
    out.append(name).append("=");
  }
}

void append_clean_target(std::string& out, std::string_view target) {
  target = target.substr(0, target.find('#'));
  const std::size_t query = target.find('?');
  std::string_view path = target.substr(0, query);
  if (const std::size_t scheme = path.find("://"); scheme != std::string_view::npos) {
    const std::size_t from = scheme + 3;
    const std::size_t slash = path.find('/', from);
    std::string_view authority = path.substr(from, slash == std::string_view::npos ? slash : slash - from);
    if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos)
      authority.remove_prefix(user + 1);
    out.append(path.substr(0, from)).append(authority);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  append_clean_path(out, path);
  if (query == std::string_view::npos) return;
  const std::size_t at_query = out.size();
  out += '?';
  append_clean_query(out, target.substr(query + 1));
  if (out.size() == at_query + 1) out.resize(at_query);
}

}  // namespace metrofax::consent::cli
