// The hash that orders declared hosts in a compiled policy.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace metrofax::consent {

/// Hash of a host name that can be taken at every label boundary of one walk from the right: feed the bytes
/// from the last to the first; value() after `com`, after `example.com` and so on is the hash of that suffix.
/// Two cheap steps a byte and a final mix, because slots are chosen by the low bits and told apart by the top
/// ones. Not a defence: whoever looks up compares the name.
class HostHash {
 public:
  constexpr void push(char byte) { state_ = std::rotl(state_, 5) ^ static_cast<std::uint8_t>(byte); }

  [[nodiscard]] constexpr std::uint32_t value() const {
    std::uint32_t mixed = (state_ ^ (state_ >> 15)) * 0x2c1b3c6du;
    return mixed ^ (mixed >> 13);
  }

  /// The hash of a whole lower-case host name.
  [[nodiscard]] static constexpr std::uint32_t of(std::string_view host) {
    HostHash hash;
    for (std::size_t i = host.size(); i > 0; --i) hash.push(host[i - 1]);
    return hash.value();
  }

 private:
  std::uint32_t state_ = 0x811c9dc5u;
};

/// A slot of the host table: in the low bits the host's index and one, in the others those of its hash.
inline constexpr unsigned kSlotIndexBits = 20;
inline constexpr std::uint32_t kSlotIndexMask = (std::uint32_t{1} << kSlotIndexBits) - 1;

/// What follows the FlatBuffer in a compiled policy: FNV-1a (64 bits, little-endian) over every byte before
/// it. Each step is a bijection of the state, so a single damaged byte always changes the sum.
inline constexpr std::size_t kPolicyTrailerBytes = 8;

[[nodiscard]] constexpr std::uint64_t policy_checksum(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < size; ++i) sum = (sum ^ bytes[i]) * 0x100000001b3u;
  return sum;
}

}  // namespace metrofax::consent
