#include "consent/canonical_json.h"

#include <cstring>

namespace metrofax::consent {
namespace {

// Eight bytes at once: whether each of them stands for itself in a string. A byte from 0x80 on, a control, a
// quote or a backslash leaves its top bit.
bool all_plain(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t tops = ones * 0x80u;
  const auto has = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };  // a byte of 0
  const std::uint64_t odd =
      word | ((word - ones * 0x20u) & ~word) | has(word ^ ones * '"') | has(word ^ ones * '\\');
  return (odd & tops) == 0;
}

constexpr std::uint64_t kMaxWhole = (std::uint64_t{1} << 53) - 1;

/// Walks through a text; the first thing wrong ends it.
class Walk {
 public:
  Walk(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  bool value(unsigned depth) {
    if (depth > kMaxCanonicalDepth) return fail(ErrorCode::too_long);
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return list(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] Error error() const { return {code_, static_cast<std::uint32_t>(at_)}; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] unsigned byte(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0;
  }

  bool fail(ErrorCode code) {
    code_ = code;
    return false;
  }
  bool take(char c) {
    if (peek() != c) return fail(ErrorCode::bad_json);
    ++at_;
    return true;
  }
  bool word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) return fail(ErrorCode::bad_json);
    at_ += wanted.size();
    return true;
  }

  bool number() {
    if (peek() == '-') {
      ++at_;
      if (peek() == '0') return fail(ErrorCode::bad_json);  // minus zero is written 0
    }
    if (peek() == '0') {
      ++at_;
      return true;
    }
    std::uint64_t whole = 0;
    const std::size_t from = at_;
    while (peek() >= '0' && peek() <= '9') {
      whole = whole * 10 + static_cast<unsigned>(peek() - '0');
      if (whole > kMaxWhole) return fail(ErrorCode::bad_json);
      ++at_;
    }
    return at_ > from || fail(ErrorCode::bad_json);
  }

  bool key(std::string_view& name) {
    if (!take('"')) return false;
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const unsigned c = byte(0);
      if (c < 0x20 || c > 0x7E || c == '\\') return fail(ErrorCode::bad_json);
      ++at_;
    }
    name = text_.substr(from, at_ - from);
    return take('"');
  }

  bool object(unsigned depth) {
    ++at_;
    if (peek() == '}') return take('}');
    std::string_view before;
    for (bool first = true;; first = false) {
      std::string_view name;
      const std::size_t from = at_;
      if (!key(name)) return false;
      if (!first && before >= name) {
        at_ = from;
        return fail(ErrorCode::bad_json);
      }
      before = name;
      if (!take(':') || !value(depth + 1)) return false;
      if (peek() != ',') return take('}');
      ++at_;
    }
  }

  bool list(unsigned depth) {
    ++at_;
    if (peek() == ']') return take(']');
    for (;;) {
      if (!value(depth + 1)) return false;
      if (peek() != ',') return take(']');
      ++at_;
    }
  }

  // RFC 8785 §3.2.2.2: two-character escapes where there are some, \u00xx for other controls, nothing else.
  bool escape() {
    const unsigned c = byte(1);
    if (c == '"' || c == '\\' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't') {
      at_ += 2;
      return true;
    }
    if (text_.substr(at_, 5) != "\\u000" && text_.substr(at_, 5) != "\\u001")
      return fail(ErrorCode::bad_json);
    const bool high = byte(4) == '1';
    const unsigned low = byte(5);
    const bool hex = (low >= '0' && low <= '9') || (low >= 'a' && low <= 'f');
    const bool shorter = !high && (low == '8' || low == '9' || low == 'a' || low == 'c' || low == 'd');
    if (!hex || shorter) return fail(ErrorCode::bad_json);
    at_ += 6;
    return true;
  }

  // One character of more than one byte (RFC 3629 §4).
  bool wide() {
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    unsigned length = 0;
    unsigned lowest = 0x80;
    unsigned highest = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 3;
      if (lead == 0xE0) lowest = 0xA0;
      if (lead == 0xED) highest = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
      if (lead == 0xF0) lowest = 0x90;
      if (lead == 0xF4) highest = 0x8F;
    }
    if (length == 0 || second < lowest || second > highest) return fail(ErrorCode::bad_utf8);
    for (unsigned i = 2; i < length; ++i) {
      if (byte(i) < 0x80 || byte(i) > 0xBF) return fail(ErrorCode::bad_utf8);
    }
    at_ += length;
    return true;
  }

  bool string() {
    ++at_;
    for (;;) {
      // The plain run is nearly all of it.
      while (at_ + 8 <= text_.size() && all_plain(text_.data() + at_)) at_ += 8;
      while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
      if (at_ >= text_.size()) return fail(ErrorCode::bad_json);
      const char c = text_[at_];
      if (c == '"') return take('"');
      if (c == '\\') {
        if (!escape()) return false;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return fail(ErrorCode::bad_json);
      } else if (!wide()) {
        return false;
      }
    }
  }

  static bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  }

  std::string_view text_;
  std::size_t at_;
  ErrorCode code_ = ErrorCode::ok;
};

}  // namespace

Result<std::size_t> canonical_end(std::string_view text, std::size_t from) {
  Walk walk(text, from);
  if (!walk.value(0)) return walk.error();
  return walk.at();
}

}  // namespace metrofax::consent
