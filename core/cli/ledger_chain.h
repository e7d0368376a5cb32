// A ledger, checked entry by entry in constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/signing.h"
#include "consent/ledger.h"

namespace metrofax::consent::cli {

/// The end of a chain: how many entries there are, and the SHA-256 of the last.
struct ChainHead {
  std::uint64_t entries = 0;
  std::string sha256 = std::string(kNoEntry);
};

/// Takes entries in their order and stops at the first that cannot be trusted.
class Chain {
 public:
  /// keys: public keys that seals may be by. Without any, seals are counted and not checked.
  explicit Chain(std::vector<SigningKey> keys = {}) : keys_(std::move(keys)) {}

  /// Empty if the entry follows; else what is wrong with it, and the chain stays where it was.
  [[nodiscard]] std::string add(std::string_view line);

  [[nodiscard]] const ChainHead& head() const { return head_; }
  /// What the entry last added said; views into its line.
  [[nodiscard]] const LedgerEntry& entry() const { return entry_; }
  [[nodiscard]] std::uint64_t seals() const { return seals_; }
  [[nodiscard]] std::uint64_t sealed() const { return sealed_; }  ///< entries that a seal stands behind
  [[nodiscard]] std::uint64_t unsealed() const {                  ///< entries after the last seal
    return seals_ == 0 ? head_.entries : head_.entries - sealed_ - 1;
  }
  [[nodiscard]] std::uint64_t backwards() const { return backwards_; }  ///< entries older than the one before

 private:
  [[nodiscard]] std::string check_seal(const LedgerEntry& entry);

  std::vector<SigningKey> keys_;
  Sha256 sha256_;
  ChainHead head_;
  LedgerEntry entry_;
  std::int64_t latest_ = 0;
  std::uint64_t seals_ = 0;
  std::uint64_t sealed_ = 0;
  std::uint64_t backwards_ = 0;
};

}  // namespace metrofax::consent::cli
