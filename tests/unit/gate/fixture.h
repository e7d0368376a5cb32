// The small policy, open, and the subjects and requests that tests of the gate start from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gate/gate.h"
#include "policy/view.h"

namespace metrofax::consent::test {

/// 2026-01-01T00:00:00Z.
inline constexpr std::int64_t kNow = 1'767'225'600;

/// A compiled policy and the view into it. Aborts the test when the source does not compile or open.
class OpenPolicy {
 public:
  explicit OpenPolicy(std::string_view json);
  OpenPolicy(const OpenPolicy&) = delete;
  OpenPolicy& operator=(const OpenPolicy&) = delete;

  [[nodiscard]] const PolicyView& view() const { return view_; }
  [[nodiscard]] const std::vector<std::uint8_t>& blob() const { return blob_; }
  /// The bit of a purpose, the index of a regime or vendor, the clause id of a verdict.
  [[nodiscard]] PurposeSet purpose(std::string_view id) const;
  [[nodiscard]] std::uint16_t regime(std::string_view id) const;
  [[nodiscard]] std::uint16_t vendor(std::string_view id) const;
  [[nodiscard]] std::string clause(const Verdict& verdict) const;

 private:
  std::vector<std::uint8_t> blob_;
  PolicyView view_;
};

/// The small policy of tests/unit/policy/fixture.h, compiled once.
[[nodiscard]] const OpenPolicy& small_policy();

/// A visitor at kNow in a regime ("us" unless told: what is not refused is allowed).
[[nodiscard]] Subject visitor(std::string_view regime = "us", const OpenPolicy& policy = small_policy());

/// A request that our page makes.
[[nodiscard]] Request web_request(std::string_view url, fb::Initiator initiator = fb::Initiator::script);

/// A cookie line or key that our page writes.
[[nodiscard]] Request web_storage(fb::StorageApi api, std::string_view key);

/// The same sixteen bytes, member by member.
[[nodiscard]] bool same(const Verdict& a, const Verdict& b);

/// A small generator with a seed, the same on every machine (xorshift64*).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint32_t below(std::uint32_t bound);
  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
  template <class Range>
  [[nodiscard]] auto pick(const Range& range) {
    return range[below(static_cast<std::uint32_t>(std::size(range)))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace metrofax::consent::test
