// Bits in text: six a character, most significant first, characters of base64url without padding (GPP Consent
// String Specification, "Encoding"; TCF Consent String, "What are the components of a TC String").
#pragma once

#include <cstdint>
#include <string_view>

#include "signals/arena.h"

namespace metrofax::consent {

/// Longest string any codec reads: what a request line or a cookie never reaches.
inline constexpr std::uint32_t kMaxSignalText = 64 * 1024;

/// Reads fields one behind the other. Once something is missing, `failed` stays and every field is 0.
class BitReader {
 public:
  BitReader() = default;

  /// The characters of `text` as bits, unpacked into the arena. False if a character is none of the
  /// alphabet's
  /// (`bad` is its index) or the arena is full (`bad` is text.size()).
  bool open(std::string_view text, Arena& arena, std::uint32_t& bad);

  /// `count` bits, 32 at most, as an unsigned number.
  [[gnu::noinline]] std::uint32_t read(unsigned count);
  /// The 33 bits ahead and perhaps more, the next one highest; behind the end they are 0.
  [[nodiscard]] std::uint64_t ahead() const {
    const std::uint32_t* from = words_ + at_ / 32;
    return (std::uint64_t{from[0]} << 32 | from[1]) << (at_ & 31);
  }
  /// Passes `count` bits; false where there are not so many left.
  bool skip(unsigned count);
  /// `count` bits, 63 at most.
  std::uint64_t read_long(unsigned count) {
    if (count <= 32) return read(count);
    const std::uint64_t high = read(count - 32);
    return high << 32 | read(32);
  }
  /// A Fibonacci number (GPP, "Fibonacci coding"): 1 to 65535, more than that for anything larger; fails
  /// where it has no end.
  std::uint32_t read_fibonacci();

  [[nodiscard]] std::uint32_t at() const { return at_; }
  [[nodiscard]] std::uint32_t left() const { return size_ - at_; }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Whether all bits from here on are 0. Reads them.
  [[nodiscard]] bool rest_is_zero();

 private:
  const std::uint32_t* words_ = nullptr;  // one more than size_ says
  std::uint32_t size_ = 0;
  std::uint32_t at_ = 0;
  bool failed_ = false;
};

/// How a segment's bits become whole characters. See requirements of each specification: GPP's text pads to
/// six bits, every implementation of it to eight and then to six, TCF's reference to 24.
enum class Padding : std::uint8_t { six, eight, quantum };

/// Writes fields as characters. Once the room is used up `failed` stays.
class BitWriter {
 public:
  BitWriter(char* to, std::uint32_t room) : to_(to), room_(room) {}

  void write(std::uint64_t value, unsigned count) {
    if (count > 32) {
      write(value >> 32, count - 32);
      count = 32;
      value &= 0xFFFFFFFFu;
    }
    held_ = held_ << count | value;
    have_ += count;
    bits_ += count;
    while (have_ >= 6) {
      have_ -= 6;
      character(static_cast<unsigned>(held_ >> have_ & 63));
    }
  }
  void write_fibonacci(std::uint32_t value);

  /// Ends the segment: zeros up to the padding, or up to `characters` if that is more than 0. Returns its
  /// length.
  std::uint32_t end(Padding padding, std::uint32_t characters);
  /// A character as it is, between segments.
  void plain(char c) { put(c); }
  void plain(std::string_view text) {
    for (const char c : text) put(c);
  }

  /// Bits written of the segment that is not ended yet.
  [[nodiscard]] std::uint32_t bits() const { return bits_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::string_view text(std::uint32_t from) const { return {to_ + from, size_ - from}; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void character(unsigned six);
  void put(char c) {
    if (size_ == room_) {
      failed_ = true;
      return;
    }
    to_[size_++] = c;
  }

  char* to_;
  std::uint32_t room_;
  std::uint32_t size_ = 0;
  std::uint64_t held_ = 0;
  unsigned have_ = 0;
  std::uint32_t bits_ = 0;  // of this segment
  bool failed_ = false;
};

/// How often a character stands in a text; and what of a text stands before its first one, all of it where
/// there is none. Small where std::string_view::find is not.
[[nodiscard]] std::size_t count_of(std::string_view text, char c);
[[nodiscard]] std::string_view up_to(std::string_view text, char end);

/// Bits that `value` takes in Fibonacci coding.
[[nodiscard]] std::uint32_t fibonacci_bits(std::uint32_t value);

/// Characters that `bits` take under a padding.
[[nodiscard]] std::uint32_t characters_of(std::uint32_t bits, Padding padding);

}  // namespace metrofax::consent
