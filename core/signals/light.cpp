#include "signals/light.h"

#include "signals/usp.h"

namespace metrofax::consent {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;  // as the codecs': longer is not read

// Bit by bit out of the text: nothing is copied, nothing here is long enough for that to matter.
struct Bits {
  std::string_view text;
  std::uint32_t at = 0;
  bool bad = false;

  std::uint32_t six(std::size_t index) {
    const char c = index < text.size() ? text[index] : '\0';
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    if (c == '-' || c == '_') return c == '-' ? 62 : 63;
    bad = true;
    return 0;
  }
  std::uint32_t read(unsigned count) {
    std::uint32_t value = 0;
    for (; count > 0; --count, ++at) value = value << 1 | (six(at / 6) >> (5 - at % 6) & 1u);
    return value;
  }
  std::uint32_t fibonacci() {
    std::uint32_t value = 0;
    std::uint32_t before = 1;
    std::uint32_t place = 1;
    for (std::uint32_t last = 0; place < 0x20000 && !bad;) {
      const std::uint32_t bit = read(1);
      if ((bit & last) != 0) return value;
      if (bit != 0) value += place;
      last = bit;
      const std::uint32_t next = place + before;
      before = place;
      place = next;
    }
    bad = true;
    return 0;
  }
};

// Sections 7 to 27 begin with notices of two bits; where the opt-outs stand behind them, and how many there
// are, is all that differs (layout.cpp has the fields).
Light us_opts_out(std::uint32_t id, std::string_view text) {
  Bits in{text};
  const std::uint32_t version = in.read(6);
  if (version == 0 || version > (id == 7 ? 2u : 1u)) return Light::unreadable;
  in.at = id == 7 ? 18 : id >= 24 ? 16 : id == 11 || id == 18 ? 14 : 12;
  bool out = false;
  for (unsigned left = id == 7 ? 3 : 2; left > 0; --left) out |= in.read(2) == 1;
  // Subsections: type 1 is Gpc, the bit behind the type its value. The last three sections' has no type.
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos && id < 25;
       dot = text.find('.', dot + 1)) {
    out |= in.six(dot + 1) >> 3 == 3;
  }
  if (in.bad) return Light::unreadable;
  return out ? Light::on : Light::off;
}

/// Bits of purposes 3 and 4 of 24.
constexpr std::uint32_t kPersonalised = 3u << 20;
constexpr std::uint32_t kStorage = 1u << 23;

Light canada_denies(std::string_view text) {
  Bits in{text};
  if (in.read(6) != 1) return Light::unreadable;
  in.at = 151;
  const std::uint32_t consent = in.read(24) | in.read(24);  // express or implied
  if (in.bad) return Light::unreadable;
  return (consent & kPersonalised) == kPersonalised ? Light::off : Light::on;
}

Light section_denies(std::uint32_t id, std::string_view text) {
  if (id == 2) return tcf_denies(text);
  if (id == 5) return canada_denies(text);
  if (id == 6) return usp_opts_out(text);
  return id >= 7 && id <= 27 ? us_opts_out(id, text) : Light::unreadable;
}

}  // namespace

Light usp_opts_out(std::string_view text) {
  const Result<UspString> usp = read_usp(text);
  return usp.ok() ? static_cast<Light>(usp_opt_out(usp.value())) : Light::unreadable;
}

Light tcf_denies(std::string_view text) {
  Bits in{text};
  if (text.size() > kMaxText || in.read(6) != 2) return Light::unreadable;
  in.at = 152;
  std::uint32_t consent = in.read(24);
  in.at = 200;
  if (in.read(1) != 0) consent |= kStorage;
  if (in.bad) return Light::unreadable;
  constexpr std::uint32_t kNeeded = kPersonalised | kStorage;
  return (consent & kNeeded) == kNeeded ? Light::off : Light::on;
}

Light gpp_opts_out(std::string_view text) {
  if (text.size() > kMaxText) return Light::unreadable;
  if (text.find('~') == std::string_view::npos && !text.starts_with('D')) return tcf_denies(text);
  Bits in{text.substr(0, text.find('~'))};
  if (in.read(6) != 3 || in.read(6) != 1) return Light::unreadable;
  Light all = Light::unset;
  std::uint32_t id = 0;
  std::size_t at = in.text.size();
  for (std::uint32_t entries = in.read(12); entries > 0 && !in.bad; --entries) {
    const bool group = in.read(1) != 0;
    std::uint32_t last = id += in.fibonacci();
    if (group) last += in.fibonacci();
    // Each id takes a section: however long a range claims to be, the text ends it.
    for (; id <= last && !in.bad; ++id) {
      if (at >= text.size()) return Light::unreadable;
      const std::string_view rest = text.substr(at + 1);
      const Light one = section_denies(id, rest.substr(0, rest.find('~')));
      if (one == Light::unreadable) return one;
      if (one > all) all = one;
      at += 1 + (rest.find('~') == std::string_view::npos ? rest.size() : rest.find('~'));
    }
    id = last;
  }
  return in.bad || at != text.size() ? Light::unreadable : all;
}

}  // namespace metrofax::consent
