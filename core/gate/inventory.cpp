#include "gate/inventory.h"

namespace metrofax::consent {
namespace {

constexpr std::uint8_t kPrefix = 1;

unsigned beginning(char first, char second) {
  return (static_cast<unsigned char>(first) * 5u + static_cast<unsigned char>(second)) & 0xFFu;
}

}  // namespace

StorageIndex::StorageIndex(const PolicyView& policy) : policy_(&policy), beginnings_{} {
  const Rows<fb::Pattern> rows = policy.patterns();
  while (exact_ < rows.count && (rows[exact_].flags() & kPrefix) == 0) ++exact_;
  for (std::uint32_t i = exact_; i < rows.count; ++i) {
    const std::string_view name = policy.name_of(rows[i]);
    if (name.size() < 2) {  // begins whatever has its first byte, or anything
      for (std::uint64_t& word : beginnings_) word = ~std::uint64_t{0};
      break;
    }
    const unsigned bit = beginning(name[0], name[1]);
    beginnings_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
}

bool StorageIndex::may_be_prefixed(std::string_view name) const {
  if (name.size() < 2) return beginnings_[0] == ~std::uint64_t{0};
  const unsigned bit = beginning(name[0], name[1]);
  return (beginnings_[bit >> 6] >> (bit & 63) & 1u) != 0;
}

const fb::Pattern* StorageIndex::find(std::string_view name, fb::StorageApi api) const {
  if (policy_ == nullptr) return nullptr;
  const Rows<fb::Pattern> rows = policy_->patterns();
  const unsigned api_bit = 1u << static_cast<unsigned>(api);
  // Exact names lie sorted; one may stand there several times, for different kinds of storage.
  std::uint32_t low = 0;
  for (std::uint32_t high = exact_; low < high;) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (policy_->name_of(rows[middle]) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < exact_ && policy_->name_of(rows[low]) == name; ++low) {
    if ((rows[low].apis() & api_bit) != 0) return &rows[low];
  }
  if (!may_be_prefixed(name)) return nullptr;
  for (std::uint32_t i = exact_; i < rows.count; ++i) {
    if ((rows[i].apis() & api_bit) != 0 && name.starts_with(policy_->name_of(rows[i]))) return &rows[i];
  }
  return nullptr;
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
