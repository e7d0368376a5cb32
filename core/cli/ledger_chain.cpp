#include "cli/ledger_chain.h"

#include <algorithm>

namespace metrofax::consent::cli {

std::string Chain::add(std::string_view line) {
  const Result<LedgerEntry> read = read_entry(line);
  if (!read.ok()) {
    return "not an entry in canonical form (" + std::string(fb::EnumNameErrorCode(read.error().code)) +
           " at byte " + std::to_string(read.error().offset) + ")";
  }
  const LedgerEntry& entry = read.value();
  const std::uint64_t expected = head_.entries;
  if (entry.seq != expected) {
    const std::string both =
        "entry " + std::to_string(entry.seq) + " stands where " + std::to_string(expected) + " belongs: ";
    return both + (entry.seq > expected
                       ? "entries between them are missing, or the order was changed"
                       : "a fork (two entries of one number), a repetition, or the order was changed");
  }
  if (entry.prev != head_.sha256) {
    if (expected == 0) return "the first entry names one before it: the ledger does not begin here";
    return "entry " + std::to_string(expected) +
           " does not name the entry before it as that is: one of the two was "
           "changed, or belongs to another history";
  }
  if (entry.kind == kSealKind) {
    if (std::string problem = check_seal(entry); !problem.empty()) return problem;
    ++seals_;
    sealed_ = entry.seq;
  }
  if (entry.at < latest_) ++backwards_;
  latest_ = std::max(latest_, entry.at);
  head_.sha256 = sha256_.hex(line);
  ++head_.entries;
  entry_ = entry;
  return {};
}

std::string Chain::check_seal(const LedgerEntry& entry) {
  const Result<Seal> seal = read_seal(entry);
  if (!seal.ok()) return "a seal that cannot be read";
  if (keys_.empty()) return {};
  const auto key = std::find_if(keys_.begin(), keys_.end(),
                                [&](const SigningKey& one) { return one.id() == seal.value().key; });
  if (key == keys_.end()) return "a seal by key " + std::string(seal.value().key) + ", which was not given";
  char text[kMaxSealText];
  const std::size_t length = seal_text(entry.prev, entry.seq, text);
  if (key->verify({text, length}, seal.value().signature)) return {};
  return "the seal's signature does not fit: the seal or something before it was changed";
}

}  // namespace metrofax::consent::cli
