#include "gate/inventory.h"

#include <cstring>

namespace metrofax::consent {
namespace {

constexpr std::uint8_t kPrefix = 1;
constexpr std::size_t kBeginning = 3;

/// A number below kBuckets for the first three bytes of a name; a byte that is not there counts as 0.
unsigned beginning(std::string_view name) {
  unsigned mixed = 0;
  for (std::size_t i = 0; i < kBeginning; ++i) {
    mixed = mixed * 23u + (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
  }
  return mixed;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::memcmp(text.data(), prefix.data(), prefix.size()) == 0;
}

}  // namespace

StorageIndex::StorageIndex(const PolicyView& policy) : policy_(&policy) {
  const Rows<fb::Pattern> rows = policy.patterns();
  const auto add = [&](Range* ranges, std::uint32_t row) {
    Range& range = ranges[beginning(policy.name_of(rows[row])) % kBuckets];
    if (range.to == 0) range.from = row;
    range.to = row + 1;
  };
  for (; prefixes_ < rows.count && (rows[prefixes_].flags() & kPrefix) == 0; ++prefixes_) {
    add(exact_, prefixes_);
  }
  for (short_ = prefixes_; short_ < rows.count && rows[short_].name_len() >= kBeginning; ++short_) {
    add(prefixed_, short_);
  }
}

const fb::Pattern* StorageIndex::find(std::string_view name, fb::StorageApi api) const {
  if (policy_ == nullptr) return nullptr;
  const fb::Pattern* const rows = policy_->patterns().data;
  const unsigned api_bit = 1u << static_cast<unsigned>(api);
  const unsigned bucket = beginning(name) % kBuckets;
  // Exact names lie sorted; one may stand there several times, for different kinds of storage.
  auto [low, end] = exact_[bucket];
  for (std::uint32_t high = end; low < high;) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (policy_->name_of(rows[middle]) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < end && policy_->name_of(rows[low]) == name; ++low) {
    if ((rows[low].apis() & api_bit) != 0) return &rows[low];
  }
  const auto prefix_in = [&](std::uint32_t from, std::uint32_t to) -> const fb::Pattern* {
    for (std::uint32_t i = from; i < to; ++i) {
      if ((rows[i].apis() & api_bit) != 0 && starts_with(name, policy_->name_of(rows[i]))) return &rows[i];
    }
    return nullptr;
  };
  const fb::Pattern* const found = prefix_in(prefixed_[bucket].from, prefixed_[bucket].to);
  return found != nullptr ? found : prefix_in(short_, policy_->patterns().count);
}

std::size_t classify_header(const StorageIndex& index, std::string_view header, DeclaredPair* out,
                            std::size_t capacity) {
  std::size_t count = 0;
  cookies::CookieReader reader(header);
  cookies::CookiePair pair;
  for (; reader.next(pair); ++count) {
    if (count < capacity) out[count] = {pair, index.find(pair.name, fb::StorageApi::httpCookie)};
  }
  return count;
}

}  // namespace metrofax::consent
