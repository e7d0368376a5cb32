#include "signals/bits.h"

#include <bit>

namespace metrofax::consent {
namespace {

// A table of these would cost more bytes than this, and no time is lost.
constexpr char character_of(unsigned six) {
  const unsigned code = six < 26    ? six + 'A'
                        : six < 52  ? six + ('a' - 26)
                        : six < 62  ? six + '0' - 52
                        : six == 62 ? '-'
                                    : '_';
  return static_cast<char>(code);
}

// Places of a Fibonacci code: 1, 2, 3, 5, … Of 23 the last is 46368, which is what an id of 16 bits needs at
// most.
constexpr unsigned kPlaces = 23;

// A place's number, and the one's before it: from place to place either way without a table.
struct Place {
  std::uint32_t value = 1;
  std::uint32_t before = 1;

  void up() {
    value += before;
    before = value - before;
  }
  void down() {
    before = value - before;
    value -= before;
  }
};

// A table costs less time than comparisons and is filled once, at compile time. 64: what the alphabet does
// not have.
struct Values {
  std::uint8_t of[256] = {};
  constexpr Values() {
    for (auto& value : of) value = 64;
    for (unsigned i = 0; i < 64; ++i)
      of[static_cast<unsigned char>(character_of(i))] = static_cast<std::uint8_t>(i);
  }
};

constexpr Values kValues;

std::uint32_t value_of(char c) { return kValues.of[static_cast<unsigned char>(c)]; }

unsigned highest_place(std::uint32_t value, Place& place) {
  unsigned number = 0;
  for (; place.value + place.before <= value; ++number) place.up();
  return number;
}

}  // namespace

bool BitReader::open(std::string_view text, Arena& arena, std::uint32_t& bad) {
  *this = BitReader();
  const auto length = static_cast<std::uint32_t>(text.size());
  auto* words = arena.take<std::uint32_t>(length * 6 / 32 + 3);
  bad = length;
  if (words == nullptr) return false;
  words_ = words;
  size_ = length * 6;
  std::uint32_t wrong = 0;
  std::uint64_t held = 0;
  unsigned have = 0;
  for (const char c : text) {
    const std::uint32_t six = value_of(c);
    wrong |= six;
    held = held << 6 | six;
    have += 6;
    if (have < 32) continue;
    have -= 32;
    *words++ = static_cast<std::uint32_t>(held >> have);
  }
  *words++ = static_cast<std::uint32_t>(held << (32 - have));
  *words++ = 0;  // ahead() looks at two
  *words = 0;
  if (wrong < 64) return true;
  bad = 0;
  while (value_of(text[bad]) < 64) ++bad;
  return false;
}

std::uint32_t BitReader::read(unsigned count) {
  const std::uint64_t bits = ahead();
  return skip(count) ? static_cast<std::uint32_t>(bits >> (63 - count) >> 1) : 0;
}

bool BitReader::skip(unsigned count) {
  failed_ |= count > left();
  at_ = failed_ ? size_ : at_ + count;
  return !failed_;
}

std::uint32_t BitReader::read_fibonacci() {
  const auto code = static_cast<std::uint32_t>(ahead() >> 32);
  // The second of the first two that are set side by side ends it.
  const auto end = static_cast<unsigned>(std::countl_zero(code & code >> 1));
  if (!skip(end > kPlaces ? kPlaces + 1 : end + 1)) return 0;
  if (end > kPlaces) return 0x10000;
  std::uint32_t value = 0;
  Place place;
  for (unsigned number = 0; number < end; ++number, place.up()) {
    if ((code << number & 0x80000000u) != 0) value += place.value;
  }
  return value;
}

bool BitReader::rest_is_zero() {
  std::uint32_t any = 0;
  while (left() >= 32) any |= read(32);
  any |= read(left());
  return any == 0;
}

void BitWriter::character(unsigned six) { put(character_of(six)); }

void BitWriter::write_fibonacci(std::uint32_t value) {
  Place place;
  const unsigned highest = highest_place(value, place);
  std::uint32_t code = 1;  // the closing 1; the places lie before it, least first
  for (unsigned bit = 1; bit <= highest + 1; ++bit, place.down()) {
    if (place.value > value) continue;
    value -= place.value;
    code |= std::uint32_t{1} << bit;
  }
  write(code, highest + 2);
}

std::uint32_t fibonacci_bits(std::uint32_t value) {
  Place place;
  return highest_place(value, place) + 2;
}

std::size_t count_of(std::string_view text, char c) {
  std::size_t count = 0;
  for (const char one : text) count += one == c ? 1 : 0;
  return count;
}

std::string_view up_to(std::string_view text, char end) {
  std::size_t length = 0;
  while (length < text.size() && text[length] != end) ++length;
  return text.substr(0, length);
}

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
