#include "cli/canonical.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "policy/json_text.h"

namespace metrofax::consent::cli {
namespace {

/// ECMA-262, Number::toString, from the shortest digits that read back as the same double.
void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  if (value == 0) {
    out += '0';  // minus zero as well
    return;
  }
  if (value < 0) out += '-';
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific).ptr;
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  const auto e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  int exponent = 0;
  const char* from = text + e + 1;
  if (*from == '+') ++from;
  std::from_chars(from, end, exponent);

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the value is 0.digits * 10^point
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(1, '.');
    out.append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(point > 0 ? "e+" : "e-").append(std::to_string(std::abs(point - 1)));
  }
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  // JSON numbers are doubles here (RFC 8785 follows I-JSON): beyond 2^53 the nearest double is what a reader
  // sees.
  constexpr auto limit = static_cast<Integer>(std::int64_t{1} << 53);
  bool exact = value <= limit;
  if constexpr (std::is_signed_v<Integer>) exact = exact && value >= -limit;
  if (!exact) {
    append_double(out, static_cast<double>(value));
    return;
  }
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (byte) {
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out.append("u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  out.append(text, plain);
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (;;) {
    const std::size_t bad = json::first_bad_utf8(text);
    append_escaped(out, text.substr(0, bad));
    if (bad == std::string_view::npos) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(bad + 1);
  }
  out += '"';
}

/// UTF-16 order differs from the order of UTF-8 bytes in one thing: what lies above U+FFFF is written with
/// surrogates (from U+D800), so it comes before U+E000 and above.
unsigned rank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xF0) return byte - 2u;
  return byte >= 0xEE ? byte + 5u : byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differ.second == b.end()) return false;
  if (differ.first == a.end()) return true;
  return rank(*differ.first) < rank(*differ.second);
}

void append_object(std::string& out, const nlohmann::json::object_t& members) {
  std::vector<const nlohmann::json::object_t::value_type*> order;
  order.reserve(members.size());
  bool above = false;  // nlohmann's own order, by bytes, is right as long as no key has a byte from 0xEE
  for (const auto& member : members) {
    order.push_back(&member);
    above = above || std::any_of(member.first.begin(), member.first.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= 0xEE; });
  }
  if (above) {
    std::sort(order.begin(), order.end(),
              [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  }
  out += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, order[i]->first);
    out += ':';
    append_canonical(out, order[i]->second);
  }
  out += '}';
}

}  // namespace

void append_canonical(std::string& out, const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::object:
      append_object(out, value.get_ref<const nlohmann::json::object_t&>());
      break;
    case nlohmann::json::value_t::array: {
      out += '[';
      bool first = true;
      for (const auto& item : value) {
        if (!first) out += ',';
        first = false;
        append_canonical(out, item);
      }
      out += ']';
      break;
    }
    case nlohmann::json::value_t::string:
      append_string(out, value.get_ref<const std::string&>());
      break;
    case nlohmann::json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      break;
    case nlohmann::json::value_t::number_integer:
      append_integer(out, value.get<std::int64_t>());
      break;
    case nlohmann::json::value_t::number_unsigned:
      append_integer(out, value.get<std::uint64_t>());
      break;
    case nlohmann::json::value_t::number_float:
      append_double(out, value.get<double>());
      break;
    case nlohmann::json::value_t::null:
    case nlohmann::json::value_t::binary:
    case nlohmann::json::value_t::discarded:
      out += "null";
      break;
  }
}

std::string canonical(const nlohmann::json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace metrofax::consent::cli
