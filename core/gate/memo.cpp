#include "gate/memo.h"

#include <bit>
#include <cstring>
#include <type_traits>

#include "gate/plain.h"

namespace metrofax::consent {
namespace {

static_assert(std::is_trivially_copyable_v<Subject> && std::is_trivially_copyable_v<Verdict> &&
              sizeof(Subject) % sizeof(std::uint64_t) == 0);

// At least a word each.
bool same_text(const char* a, const char* b, std::size_t length) {
  const std::size_t last = length - sizeof(std::uint64_t);
  std::uint64_t difference = load_word(a + last) ^ load_word(b + last);
  for (std::size_t i = 0; i < last; i += sizeof(std::uint64_t))
    difference |= load_word(a + i) ^ load_word(b + i);
  return difference == 0;
}

bool is_navigation(const Request& request) { return request.initiator == fb::Initiator::navigation; }

}  // namespace

void Memo::begin(const PolicyView& policy, const Subject& subject) {
  const auto* const bytes = reinterpret_cast<const char*>(&subject);
  const void* const policy_at = policy.rules.data;  // of the same bytes elsewhere the rows are others
  if (generation_ != 0 && policy_ == policy.checksum() && policy_at_ == policy_at &&
      same_text(subject_, bytes, sizeof subject_)) {
    return;
  }
  policy_ = policy.checksum();
  policy_at_ = policy_at;
  std::memcpy(subject_, bytes, sizeof subject_);
  if (++generation_ != 0) return;
  for (Entry& entry : entries_) entry.generation = 0;
  generation_ = 1;
}

// The sixteen bytes at the end tell most hosts apart, the length most of the others.
std::size_t Memo::place_of(std::string_view head) {
  const char* const end = head.data() + head.size();
  const std::uint64_t near = load_word(end - sizeof near);
  const std::uint64_t far = load_word(head.size() < 2 * sizeof near ? head.data() : end - 2 * sizeof near);
  return ((std::rotl(far, 29) ^ near) + head.size()) * 0x9E3779B97F4A7C15u >> (64 - kPlaceBits);
}

const Memo::Entry* Memo::find(std::string_view head, const Request& request) const {
  if (head.size() < sizeof(std::uint64_t) || head.size() > kMaxHead ||
      static_cast<std::uint32_t>(request.topics) != 0) {
    return nullptr;
  }
  const Entry& entry = entries_[place_of(head)];
  const bool same = entry.generation == generation_ && entry.length == head.size() &&
                    entry.purpose == request.purpose && entry.navigation == is_navigation(request) &&
                    same_text(entry.head, head.data(), head.size());
  return same ? &entry : nullptr;
}

void Memo::keep(std::string_view head, const Request& request, const fb::Host* row, const Target& target,
                const Verdict& verdict) {
  if (head.size() < sizeof(std::uint64_t) || head.size() > kMaxHead ||
      static_cast<std::uint32_t>(request.topics) != 0) {
    return;
  }
  Entry& entry = entries_[place_of(head)];
  entry.generation = generation_;
  entry.length = static_cast<std::uint8_t>(head.size());
  entry.purpose = request.purpose;
  entry.navigation = is_navigation(request);
  entry.row = row;
  entry.purposes = target.purposes;
  entry.beacon = target.beacon;
  std::memcpy(entry.verdict, &verdict, sizeof verdict);
  std::memcpy(entry.head, head.data(), head.size());
}

}  // namespace metrofax::consent
