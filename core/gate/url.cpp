#include "gate/url.h"

#include "gate/plain.h"
#include "policy/view.h"

namespace metrofax::consent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
bool is_slash(char c) { return c == '/' || c == '\\'; }

// `word` is lower case.
bool equals_ignoring_case(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

Scheme scheme_of(std::string_view name) {
  struct Row {
    std::string_view name;
    Scheme scheme;
  };
  static constexpr Row kRows[] = {
      {"https", Scheme::https}, {"http", Scheme::http},        {"wss", Scheme::https},
      {"ws", Scheme::http},     {"data", Scheme::local},       {"blob", Scheme::local},
      {"about", Scheme::local}, {"javascript", Scheme::local}, {"mailto", Scheme::handoff},
      {"tel", Scheme::handoff}, {"sms", Scheme::handoff},      {"stun", Scheme::peer},
      {"stuns", Scheme::peer},  {"turn", Scheme::peer},        {"turns", Scheme::peer},
  };
  for (const Row& row : kRows) {
    if (equals_ignoring_case(name, row.name)) return row.scheme;
  }
  return Scheme::other;
}

// Length of the scheme in front of ':', 0 if the URL is relative (RFC 3986 §3.1).
std::size_t scheme_length(std::string_view url) {
  if (url.empty() || !is_letter(url.front())) return 0;
  for (std::size_t i = 1; i < url.size(); ++i) {
    const char c = url[i];
    if (c == ':') return i;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

// "%2e" counts as a dot (WHATWG URL §4.4, single- and double-dot path segments). Returns 0, 1 or 2 dots; 3 =
// a name.
unsigned dots_in(std::string_view segment) {
  unsigned dots = 0;
  for (std::size_t i = 0; i < segment.size(); ++dots) {
    if (segment[i] == '.') {
      ++i;
    } else if (segment.size() - i >= 3 && segment[i] == '%' && segment[i + 1] == '2' &&
               lower(segment[i + 2]) == 'e') {
      i += 3;
    } else {
      return 3;
    }
    if (dots == 2) return 3;
  }
  return dots;
}

unsigned hex_value(char c) { return static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10); }

// The character at `at`, which moves behind it. An unreserved one that is percent-encoded is the same as its
// plain spelling (RFC 3986 §6.2.2.2), and servers read it so; once, as they do.
char take_character(std::string_view text, std::size_t& at) {
  if (text[at] == '%' && text.size() - at >= 3 && is_hex(text[at + 1]) && is_hex(text[at + 2])) {
    const auto c = static_cast<char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      at += 3;
      return c;
    }
  }
  return text[at++];
}

}  // namespace

// WHATWG URL §4.4 step 1: C0 controls and spaces at either end do not count.
fb::Reason UrlHead::read(std::string_view url, const UrlHead* base) {
  host_length_ = path_length_ = 0;
  host_is_address_ = false;
  raw_path_ = {};
  host_at_ = path_at_ = nullptr;
  base_ = nullptr;
  if (read_plain(url)) return fb::Reason::none;
  std::size_t end = 0;
  bool has_controls = false;
  for (; end < url.size() && url[end] != '?' && url[end] != '#'; ++end) {
    has_controls = has_controls || static_cast<unsigned char>(url[end]) < ' ';
  }
  url = url.substr(0, end);
  while (!url.empty() && static_cast<unsigned char>(url.front()) <= ' ') url.remove_prefix(1);
  const std::size_t head = url.size();
  const std::size_t length = scheme_length(url);
  scheme_ = length > 0 ? scheme_of(url.substr(0, length)) : base != nullptr ? base->scheme_ : Scheme::none;
  if (length > 0 && (scheme_ == Scheme::local || scheme_ == Scheme::handoff)) {
    return fb::Reason::none;  // nothing behind it decides
  }
  if (head > kMaxUrlHead) return fb::Reason::url_too_long;
  if (length > 0 && scheme_ == Scheme::other) return fb::Reason::none;
  while (!url.empty() && static_cast<unsigned char>(url.back()) <= ' ') url.remove_suffix(1);
  if (has_controls) {
    // Tabs and line ends vanish in a URL parser: "/t<tab>r" is "/tr", and a host can hide behind them.
    for (const char c : url) {
      if (c == '\t' || c == '\n' || c == '\r') return fb::Reason::url_invalid;
    }
  }
  if (length > 0) url.remove_prefix(length + 1);
  return read_network(url, length > 0, base) ? fb::Reason::none : fb::Reason::url_invalid;
}

// Nearly every request's URL is absolute, spelt as a browser spells it and without a port: then its host is
// read where it lies, and the rest waits until somebody asks for the path. False: read it the long way.
bool UrlHead::read_plain(std::string_view url) {
  const std::size_t start = plain_start(url);
  if (start == 0 || url.size() > kMaxUrlHead || has_blank(url)) return false;
  std::size_t label = start;
  std::size_t end = start;
  for (; end < url.size(); ++end) {
    const char c = url[end];
    if (c == '.') {
      if (end == label) return false;
      label = end + 1;
    } else if (!is_plain_host_byte(c)) {
      break;
    }
  }
  // A last label that begins with a digit may be an address, and a last dot is none of the name.
  if (end == label || end - start > kMaxHostLength || is_digit(url[label])) return false;
  if (end < url.size() && url[end] != '/' && url[end] != '?' && url[end] != '#') return false;
  scheme_ = start == kHttps.size() ? Scheme::https : Scheme::http;
  host_at_ = url.data() + start;
  host_length_ = static_cast<std::uint16_t>(end - start);
  raw_path_ = url.substr(end);
  return true;
}

bool UrlHead::read_network(std::string_view url, bool absolute, const UrlHead* base) {
  if (scheme_ == Scheme::peer) return read_authority(url);
  if (scheme_ != Scheme::http && scheme_ != Scheme::https) return false;  // relative to nothing
  const bool has_authority = url.size() >= 2 && is_slash(url[0]) && is_slash(url[1]);
  if (!has_authority) {
    // "https:x" and "https:/x" depend on the page's scheme, "https:///x" skips slashes: not read alike
    // everywhere.
    if (absolute) return false;
    host_at_ = base->host().data();
    host_length_ = base->host_length_;
    host_is_address_ = base->host_is_address_;
    base_ = !url.empty() && is_slash(url[0]) ? nullptr : base;
    raw_path_ = url;
    return true;
  }
  url.remove_prefix(2);
  std::size_t end = 0;
  while (end < url.size() && !is_slash(url[end])) ++end;
  raw_path_ = url.substr(end);
  return read_authority(url.substr(0, end));
}

bool UrlHead::resolve_path() {
  path_length_ = 0;
  path_at_ = nullptr;
  raw_path_ = raw_path_.substr(0, path_end(raw_path_));
  if (base_ == nullptr && raw_path_.size() <= kMaxPathBytes && is_settled_path(raw_path_)) {
    path_at_ = raw_path_.data();
    path_length_ = static_cast<std::uint16_t>(raw_path_.size());
    return true;
  }
  if (base_ != nullptr) copy_path_of(*base_, !raw_path_.empty());
  return append_path(raw_path_);
}

bool UrlHead::read_authority(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::size_t end = authority.size();
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    end = close + 1;
  } else {
    end = authority.substr(0, end).find(':');
    if (end == std::string_view::npos) end = authority.size();
  }
  const std::string_view port = authority.substr(end);
  unsigned number = 0;
  for (std::size_t i = 0; i < port.size(); ++i) {
    if (i == 0 ? port[i] != ':' : !is_digit(port[i])) return false;
    if (i > 0) number = number * 10 + static_cast<unsigned>(port[i] - '0');
    if (number > 65535) return false;
  }
  return read_host(authority.substr(0, end));
}

bool UrlHead::read_host(std::string_view host) {
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > kMaxHostLength) return false;
  host_length_ = static_cast<std::uint16_t>(host.size());
  host_is_address_ = host.front() == '[';
  if (host_is_address_) {
    for (std::size_t i = 0; i < host.size(); ++i) {
      const char c = host[i];
      const bool bracket = (i == 0 && c == '[') || (i + 1 == host.size() && c == ']');
      if (!bracket && !is_hex(c) && c != ':' && c != '.') return false;
      host_[i] = lower(c);
    }
    return true;
  }
  // Only letters, digits, '-' and '_' pass as they are: percent signs, non-ASCII and everything else that a
  // URL parser maps to another host is its business. Empty labels are nobody's.
  std::size_t label = 0;
  bool label_is_number = true;
  unsigned numbers = 0;
  for (std::size_t i = 0; i < host.size(); ++i) {
    const char c = lower(host[i]);
    host_[i] = c;
    if (c == '.') {
      if (label == 0) return false;
      numbers += label_is_number ? 1u : 0u;
      label = 0;
      label_is_number = true;
      continue;
    }
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') return false;
    label_is_number = label_is_number && is_digit(c) && !(label == 1 && host_[i - 1] == '0');
    ++label;
  }
  if (label == 0) return false;
  // WHATWG URL §3.5: a host whose last label is a number is an IPv4 address in one of many spellings. Only
  // the plain one, four decimal numbers, is read here. A last label of hexadecimal digits behind 0x is a
  // number too.
  const std::size_t last = host_length_ - label;
  const bool hexadecimal = label >= 2 && host_[last] == '0' && host_[last + 1] == 'x';
  bool all_digits = true;
  for (std::size_t i = last; i < host_length_; ++i) all_digits = all_digits && is_digit(host_[i]);
  if (!all_digits && !hexadecimal) return true;
  numbers += label_is_number ? 1u : 0u;
  if (hexadecimal || numbers != 4) return false;
  unsigned dots = 0;
  unsigned value = 0;
  for (std::size_t i = 0; i < host_length_; ++i) {
    if (host_[i] == '.') {
      ++dots;
      value = 0;
      continue;
    }
    value = value * 10 + static_cast<unsigned>(host_[i] - '0');
    if (value > 255) return false;
  }
  host_is_address_ = true;
  return dots == 3;
}

void UrlHead::copy_path_of(const UrlHead& base, bool directory_only) {
  const std::string_view path = base.path();
  std::uint16_t length = base.path_length_;
  if (directory_only) {
    while (length > 0 && path[length - 1] != '/') --length;
    if (length > 0) --length;  // append_path() puts a slash in front of each segment
  }
  for (std::uint16_t i = 0; i < length; ++i) path_[i] = path[i];
  path_length_ = length;
}

// Appends segment by segment, removing dot segments on the way. What does not fit any more can only matter if
// a later
// ".." would bring an earlier part back, so that is called unreadable.
bool UrlHead::append_path(std::string_view path) {
  if (path.empty()) {
    if (path_length_ == 0) path_[path_length_++] = '/';
    return true;
  }
  if (is_slash(path.front())) path.remove_prefix(1);
  bool full = false;
  for (;;) {
    std::size_t end = 0;
    while (end < path.size() && !is_slash(path[end])) ++end;
    const std::string_view segment = path.substr(0, end);
    const bool last = end == path.size();
    const unsigned dots = segment.empty() ? 3 : dots_in(segment);
    if (dots == 2) {
      if (full) return false;
      while (path_length_ > 0 && path_[--path_length_] != '/') {
      }
    }
    if (dots == 3 || last) {
      const std::size_t length = dots == 3 ? segment.size() : 0;
      full = full || path_length_ == kMaxPathBytes;
      if (!full) path_[path_length_++] = '/';
      for (std::size_t i = 0; i < length && !full;) {
        full = path_length_ == kMaxPathBytes;
        if (!full) path_[path_length_++] = take_character(segment, i);
      }
    }
    if (last) return true;
    path.remove_prefix(end + 1);
  }
}

bool UrlHead::is_secure() const {
  if (scheme_ == Scheme::https) return true;
  constexpr std::string_view kLocal = "localhost";
  const std::string_view name = host();
  if (name == kLocal || name == "[::1]") return true;
  if (host_is_address_) return name.substr(0, 4) == "127.";
  return name.size() > kLocal.size() && name.substr(name.size() - kLocal.size()) == kLocal &&
         name[name.size() - kLocal.size() - 1] == '.';
}

}  // namespace metrofax::consent
