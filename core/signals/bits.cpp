#include "signals/bits.h"

namespace metrofax::consent {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Places of a Fibonacci code: 1, 2, 3, 5, … The last that an id of 16 bits needs is 46368.
constexpr unsigned kPlaces = 23;
struct Fibonacci {
  std::uint32_t at[kPlaces] = {1, 2};
  constexpr Fibonacci() {
    for (unsigned i = 2; i < kPlaces; ++i) at[i] = at[i - 1] + at[i - 2];
  }
};
constexpr Fibonacci kFibonacci;

std::uint32_t value_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 52;
  return c == '-' ? 62 : c == '_' ? 63 : 64;
}

// A table of 128 costs less time than comparisons and is filled once, at compile time.
struct Values {
  std::uint8_t of[128] = {};
  constexpr Values() {
    for (auto& value : of) value = 64;
    for (unsigned i = 0; i < 64; ++i)
      of[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
};

unsigned highest_place(std::uint32_t value) {
  unsigned place = kPlaces - 1;
  while (place > 0 && kFibonacci.at[place] > value) --place;
  return place;
}

}  // namespace

bool BitReader::open(std::string_view text, Arena& arena, std::uint32_t& bad) {
  static constexpr Values values;
  *this = BitReader();
  const auto length = static_cast<std::uint32_t>(text.size());
  auto* bytes = arena.take<std::uint8_t>(length / 4 * 3 + 12);
  bad = length;
  if (bytes == nullptr) return false;
  bytes_ = bytes;
  size_ = length * 6;
  std::uint32_t held = 0;
  std::uint32_t wrong = 0;
  std::uint32_t i = 0;
  for (; i + 4 <= length; i += 4) {
    std::uint32_t four = 0;
    for (std::uint32_t j = 0; j < 4; ++j) {
      const auto c = static_cast<unsigned char>(text[i + j]);
      const std::uint32_t value = values.of[c & 127] | (c & 128);
      wrong |= value;
      four = four << 6 | (value & 63);
    }
    *bytes++ = static_cast<std::uint8_t>(four >> 16);
    *bytes++ = static_cast<std::uint8_t>(four >> 8);
    *bytes++ = static_cast<std::uint8_t>(four);
  }
  for (std::uint32_t j = 0; j < 4; ++j) {
    const std::uint32_t value = i + j < length ? value_of(text[i + j]) : 0;
    wrong |= value;
    held = held << 6 | (value & 63);
  }
  *bytes++ = static_cast<std::uint8_t>(held >> 16);
  *bytes++ = static_cast<std::uint8_t>(held >> 8);
  *bytes++ = static_cast<std::uint8_t>(held);
  for (unsigned j = 0; j < 6; ++j) *bytes++ = 0;  // read() looks five bytes ahead
  if (wrong < 64) return true;
  bad = 0;
  while (value_of(text[bad]) < 64) ++bad;
  return false;
}

std::uint32_t BitReader::read_fibonacci() {
  std::uint32_t value = 0;
  bool before = false;
  for (unsigned place = 0; place <= kPlaces; ++place) {
    const bool bit = read(1) != 0;
    if (failed_) return 0;
    if (bit && before) return value <= 0xFFFF ? value : fail();
    if (place == kPlaces) break;
    if (bit) value += kFibonacci.at[place];
    before = bit;
  }
  return fail();
}

bool BitReader::rest_is_zero() {
  std::uint32_t any = 0;
  while (left() >= 32) any |= read(32);
  any |= read(left());
  return any == 0;
}

void BitWriter::character(unsigned six) { put(kAlphabet[six]); }

void BitWriter::write_fibonacci(std::uint32_t value) {
  const unsigned highest = highest_place(value);
  std::uint64_t code = 1;  // the closing 1; the places lie before it, least first
  for (unsigned place = highest + 1; place-- > 0;) {
    if (kFibonacci.at[place] > value) continue;
    value -= kFibonacci.at[place];
    code |= std::uint64_t{1} << (highest + 1 - place);
  }
  write(code, highest + 2);
}

std::uint32_t fibonacci_bits(std::uint32_t value) { return highest_place(value) + 2; }

std::uint32_t characters_of(std::uint32_t bits, Padding padding) {
  if (padding == Padding::eight) bits = (bits + 7) / 8 * 8;
  if (padding == Padding::quantum) bits = (bits + 23) / 24 * 24;
  return (bits + 5) / 6;
}

std::uint32_t BitWriter::end(Padding padding, std::uint32_t characters) {
  std::uint32_t length = characters_of(bits_, padding);
  if (characters > 0) length = characters;
  std::uint32_t written = bits_ / 6;
  if (have_ > 0) {
    character(static_cast<unsigned>(held_ << (6 - have_) & 63));
    ++written;
  }
  for (; written < length && !failed_; ++written) character(0);
  held_ = 0;
  have_ = 0;
  bits_ = 0;
  return written;
}

}  // namespace metrofax::consent
