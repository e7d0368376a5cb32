// Looking for a byte eight at a time: what makes a long Cookie header cost little more than reading it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace metrofax::consent::cookies {

/// Where one of the bytes first lies in [at, end), or end. Reads nothing outside it, whatever the alignment.
/// Give one byte twice where there is only one to look for.
[[gnu::always_inline]] inline const char* find_either(const char* at, const char* end, char first,
                                                      char second) {
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    constexpr std::uint64_t kTops = 0x8080808080808080u;
    const std::uint64_t firsts = kOnes * static_cast<unsigned char>(first);
    const std::uint64_t seconds = kOnes * static_cast<unsigned char>(second);
    for (; end - at >= 8; at += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at, sizeof bytes);
      // A byte that is zero after the XOR borrows into its top bit. The lowest such bit is always a true one;
      // what lies above it does not matter.
      const std::uint64_t a = bytes ^ firsts;
      const std::uint64_t b = bytes ^ seconds;
      const std::uint64_t found = (((a - kOnes) & ~a) | ((b - kOnes) & ~b)) & kTops;
      if (found != 0) return at + std::countr_zero(found) / 8;
    }
  }
  while (at != end && *at != first && *at != second) ++at;
  return at;
}

}  // namespace metrofax::consent::cookies
