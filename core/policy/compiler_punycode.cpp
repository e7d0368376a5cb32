#include "policy/compiler_punycode.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace metrofax::consent {
namespace {

// RFC 3492, section 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kTMin = 1;
constexpr std::uint32_t kTMax = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kInitialBias = 72;
constexpr std::uint32_t kInitialN = 128;

char digit(std::uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26)); }

std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  while (delta > ((kBase - kTMin) * kTMax) / 2) {
    delta /= kBase - kTMin;
    k += kBase;
  }
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

std::vector<std::uint32_t> code_points(std::string_view text) {
  std::vector<std::uint32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    points.push_back(point);
    i += length;
  }
  return points;
}

std::string encode(const std::vector<std::uint32_t>& points) {
  if (points.empty() || points.size() > 63) return "";
  std::string out;
  for (const std::uint32_t point : points) {
    if (point < 0x80) out += static_cast<char>(point);
  }
  const auto basic = static_cast<std::uint32_t>(out.size());
  if (basic > 0) out += '-';
  std::uint32_t n = kInitialN;
  std::uint32_t delta = 0;
  std::uint32_t bias = kInitialBias;
  std::uint32_t handled = basic;
  while (handled < points.size()) {
    std::uint32_t next = UINT32_MAX;
    for (const std::uint32_t point : points) {
      if (point >= n) next = std::min(next, point);
    }
    // 63 code points below 0x110000 keep delta below 2^32: (0x10FFFF - 0x80) * 63 is about 70 million.
    delta += (next - n) * (handled + 1);
    n = next;
    for (const std::uint32_t point : points) {
      if (point < n) ++delta;
      if (point != n) continue;
      std::uint32_t q = delta;
      for (std::uint32_t k = kBase;; k += kBase) {
        const std::uint32_t t = k <= bias ? kTMin : std::min(k - bias, kTMax);
        if (q < t) break;
        out += digit(t + (q - t) % (kBase - t));
        q = (q - t) / (kBase - t);
      }
      out += digit(q);
      bias = adapt(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

/// Simple lower case of one code point, by the C library's Unicode tables.
std::uint32_t lower(std::uint32_t point) {
  static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (point < 0x80) return point >= 'A' && point <= 'Z' ? point + 32 : point;
  if (unicode == nullptr) return point;
  return static_cast<std::uint32_t>(towlower_l(static_cast<wint_t>(point), unicode));
}

}  // namespace

std::string punycode(std::string_view label) { return encode(code_points(label)); }

std::string a_label_hint(std::string_view host) {
  std::string out;
  while (true) {
    const auto dot = host.find('.');
    auto points = code_points(host.substr(0, dot));
    bool ascii = true;
    for (std::uint32_t& point : points) {
      if (point >= 0x300 && point <= 0x36F) return "";
      point = lower(point);
      ascii = ascii && point < 0x80;
    }
    const std::string encoded = ascii ? "" : encode(points);
    if (ascii) {
      for (const std::uint32_t point : points) out += static_cast<char>(point);
    } else if (encoded.empty()) {
      return "";
    } else {
      out += "xn--" + encoded;
    }
    if (dot == std::string_view::npos) return out;
    out += '.';
    host.remove_prefix(dot + 1);
  }
}

}  // namespace metrofax::consent
