#include "gate/log_text.h"

#include <array>
#include <cstdint>

namespace metrofax::consent::logs {
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

/// The eight groups of an IPv6 address (RFC 4291 §2.2).
using Groups = std::array<std::uint16_t, 8>;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Takes up to four hexadecimal digits; how many.
std::size_t take_group(std::string_view text, std::uint16_t& group) {
  std::size_t length = 0;
  unsigned value = 0;
  while (length < text.size() && length < 4 && hex_value(text[length]) >= 0)
    value = value << 4 | static_cast<unsigned>(hex_value(text[length++]));
  group = static_cast<std::uint16_t>(value);
  return length;
}

// Takes four decimal numbers without leading zeros, as the last two groups of an IPv6 address may be spelt.
bool take_ipv4(std::string_view text, std::uint16_t* groups) {
  std::size_t last = 0;
  if (!is_ipv4(text, last)) return false;
  for (unsigned byte = 0; byte < 4; ++byte) {
    const std::size_t end = byte < 3 ? text.find('.') : text.size();
    const std::string_view digits = text.substr(0, end);
    if (digits.size() > 1 && digits.front() == '0') return false;
    unsigned value = 0;
    for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
    groups[byte / 2] = static_cast<std::uint16_t>(byte % 2 == 0 ? value << 8 : groups[byte / 2] | value);
    text.remove_prefix(byte < 3 ? end + 1 : end);
  }
  return true;
}

// Every spelling of RFC 4291 §2.2 and no other: one "::" at most, which stands for a group or more.
bool is_ipv6(std::string_view text, Groups& address) {
  constexpr std::size_t longest = 45;
  if (text.size() < 2 || text.size() > longest || text.find(':') == std::string_view::npos) return false;
  Groups read{};
  std::size_t count = 0;
  std::size_t gap = read.size() + 1;  // none yet
  if (text.substr(0, 2) == "::") {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == read.size()) return false;
    const std::size_t length = take_group(text, read[count]);
    if (length == 0) return false;
    if (text.size() > length && text[length] == '.') {
      if (count > 6 || !take_ipv4(text, &read[count])) return false;
      count += 2;
      break;
    }
    ++count;
    text.remove_prefix(length);
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return false;
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (gap <= read.size()) return false;
      gap = count;
      text.remove_prefix(1);
    }
  }
  if (gap > read.size()) {
    if (count != read.size()) return false;
    address = read;
    return true;
  }
  if (count == read.size()) return false;
  address = Groups{};
  for (std::size_t i = 0; i < gap; ++i) address[i] = read[i];
  for (std::size_t i = gap; i < count; ++i) address[read.size() - count + i] = read[i];
  return true;
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
  Groups address{};
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

// A number without leading zeros.
void add_number(Out& out, unsigned value, unsigned base) {
  char digits[8];
  std::size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value > 0);
  out.add({digits + at, sizeof digits - at});
}

// The first 48 bits as RFC 5952 spells them; of an IPv4-mapped address all but the last byte.
void append_ipv6_network(Out& out, const Groups& address) {
  bool mapped = address[5] == 0xFFFF;
  for (std::size_t i = 0; i < 5; ++i) mapped = mapped && address[i] == 0;
  if (mapped) {
    out.add("::ffff:");
    for (const int byte : {address[6] >> 8, address[6] & 0xFF, address[7] >> 8}) {
      add_number(out, static_cast<unsigned>(byte), 10);
      out.add('.');
    }
    out.add('0');
    return;
  }
  constexpr std::size_t kept = 3;
  std::size_t last = kept;
  while (last > 0 && address[last - 1] == 0) --last;
  for (std::size_t i = 0; i < last; ++i) {
    if (i > 0) out.add(':');
    add_number(out, address[i], 16);
  }
  out.add("::");
}

// A percent sign's worth of '@', however often it was escaped: "%40", "%2540", …
bool is_escaped_at(std::string_view text) {
  text.remove_prefix(1);
  while (text.substr(0, 2) == "25") text.remove_prefix(2);
  return text.substr(0, 2) == "40";
}

// The routes whose next segment is a token of ours (README, "On a server").
bool holds_token(std::string_view path) {
  return path.size() > 3 && path[0] == '/' && path[2] == '/' &&
         (path[1] == 'b' || path[1] == 'c' || path[1] == 'u' || path[1] == 't');
}

void append_clean_path(Out& out, std::string_view path) {
  if (holds_token(path)) {
    out.add(path.substr(0, 3));
    out.add(kNothing);
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
    if (slash) out.add('/');
    out.add(looks_like_identifier(name) || is_address(name) ? kNothing : name);
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
    hex_here = hex_value(text[i]) >= 0 && (begins || hex_here > 0) ? hex_here + 1 : 0;
    const bool ends = i + 1 == text.size() || class_of(text[i + 1]) == other || class_of(text[i + 1]) > digit;
    if (hex_here >= kHexRun && ends) return true;
    before = now;
  }
  return digits >= kIdentifierDigits || (text.size() >= kTokenLength && changes >= kTokenChanges) ||
         (text.size() >= kMixedLength && mixed >= kMixedChanges && digits >= kMixedDigits);
}

bool is_address(std::string_view text) { return !bare_address(text.substr(0, text.find('%'))).empty(); }

void append_network(Out& out, std::string_view address) {
  std::size_t last = 0;
  Groups six{};
  // Nearly all of them are bare already.
  if (!is_ipv4(address, last)) {
    last = 0;
    address = bare_address(address);
    if (!is_ipv4(address, last)) last = 0;
  }
  if (last > 0) {
    out.add(address.substr(0, last));
    out.add('0');
  } else if (is_ipv6(address, six)) {
    append_ipv6_network(out, six);
  } else {
    out.add(kNothing);
  }
}

void append_clean_query(Out& out, std::string_view query) {
  bool first = true;
  while (!query.empty()) {
    const std::size_t end = query.find_first_of("&;");
    const std::string_view piece = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) continue;  // a value without a name
    const std::string_view name = piece.substr(0, equals);
    if (!is_plain_name(name)) continue;
    if (!first) out.add('&');
    first = false;
    out.add(name);
    out.add('=');
  }
}

void append_clean_target(Out& out, std::string_view target) {
  target = target.substr(0, target.find('#'));
  const std::size_t query = target.find('?');
  std::string_view path = target.substr(0, query);
  if (const std::size_t scheme = path.find("://"); scheme != std::string_view::npos) {
    const std::size_t from = scheme + 3;
    const std::size_t slash = path.find('/', from);
    std::string_view authority = path.substr(from, slash == std::string_view::npos ? slash : slash - from);
    if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos)
      authority.remove_prefix(user + 1);
    out.add(path.substr(0, from));
    out.add(authority);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  append_clean_path(out, path);
  if (query == std::string_view::npos) return;
  const std::size_t at_query = out.size();
  out.add('?');
  append_clean_query(out, target.substr(query + 1));
  if (out.size() == at_query + 1) out.shorten(at_query);
}

}  // namespace metrofax::consent::logs
