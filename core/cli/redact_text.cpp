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
constexpr unsigned kIdentifierRun = 5;
constexpr std::size_t kTokenLength = 12;
constexpr unsigned kTokenChanges = 6;
constexpr std::size_t kMixedLength = 8;
constexpr unsigned kMixedChanges = 2;
constexpr unsigned kMixedDigits = 3;
constexpr unsigned kHexRun = 8;

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

bool is_ipv6(std::string_view text, in6_addr& address) {
  char copy[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof copy || text.find(':') == std::string_view::npos) return false;
  std::memcpy(copy, text.data(), text.size());
  return ::inet_pton(AF_INET6, copy, &address) == 1;
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  for (const char c : text) {
    if (class_of(c) != digit) return false;
  }
  return true;
}

// The address alone of "address", "address:port" and "[address]:port"; empty if it is none of these.
std::string_view bare_address(std::string_view text) {
  std::size_t last = 0;
  in6_addr address{};
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view behind = text.substr(end + 1);
    const bool ends = behind.empty() || (behind.front() == ':' && is_port(behind.substr(1)));
    text = text.substr(1, end - 1);
    return ends && is_ipv6(text, address) ? text : std::string_view{};
  }
  if (is_ipv4(text, last) || is_ipv6(text, address)) return text;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return {};
  text = text.substr(0, colon);
  return is_ipv4(text, last) ? text : std::string_view{};
}

void append_ipv6_network(std::string& out, in6_addr address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    address.s6_addr[15] = 0;
  } else {
    std::memset(address.s6_addr + 6, 0, 10);
  }
  char network[INET6_ADDRSTRLEN];
  out += ::inet_ntop(AF_INET6, &address, network, sizeof network);
}

// A percent sign's worth of '@', however often it was escaped: "%40", "%2540", …
bool is_escaped_at(std::string_view text) {
  text.remove_prefix(1);
  while (text.substr(0, 2) == "25") text.remove_prefix(2);
  return text.substr(0, 2) == "40";
}

bool is_hex(char c) { return class_of(c) == digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

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
    out += looks_like_identifier(name) || is_address(name) ? kNothing : name;
  }
}

}  // namespace

bool looks_like_identifier(std::string_view text) {
  unsigned digits = 0;
  unsigned digits_here = 0;  // without anything between them
  unsigned changes = 0;
  unsigned mixed = 0;  // changes between letters and digits
  unsigned hex_here = 0;
  Class before = other;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Class now = class_of(text[i]);
    if (now == at || (text[i] == '%' && is_escaped_at(text.substr(i)))) return true;
    digits += now == digit ? 1u : 0u;
    digits_here = now == digit ? digits_here + 1 : 0;
    if (digits_here >= kIdentifierRun) return true;
    const bool letter_or_digit = now != other && now <= digit;
    if (letter_or_digit && before != other && before <= digit && now != before) {
      ++changes;
      if (now == digit || before == digit) ++mixed;
    }
    // A run that other letters begin, go on with or end is a word.
    const bool begins = before == other || before > digit;
    hex_here = is_hex(text[i]) && (begins || hex_here > 0) ? hex_here + 1 : 0;
    const bool ends = i + 1 == text.size() || class_of(text[i + 1]) == other || class_of(text[i + 1]) > digit;
    if (hex_here >= kHexRun && ends) return true;
    before = now;
  }
  return digits >= kIdentifierDigits || (text.size() >= kTokenLength && changes >= kTokenChanges) ||
         (text.size() >= kMixedLength && mixed >= kMixedChanges && digits >= kMixedDigits);
}

bool is_address(std::string_view text) { return !bare_address(text.substr(0, text.find('%'))).empty(); }

void append_network(std::string& out, std::string_view address) {
  std::size_t last = 0;
  in6_addr six{};
  // Nearly all of them are bare already.
  if (!is_ipv4(address, last)) {
    last = 0;
    address = bare_address(address);
    if (!is_ipv4(address, last)) last = 0;
  }
  if (last > 0) {
    out.append(address.substr(0, last)).push_back('0');
  } else if (is_ipv6(address, six)) {
    append_ipv6_network(out, six);
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
