#include "gate/fixture.h"

#include "catch.h"
#include "policy/fixture.h"

namespace metrofax::consent::test {

OpenPolicy::OpenPolicy(std::string_view json) : blob_(compile_or_die(json)) {
  const Result<PolicyView> opened = PolicyView::open(blob_);
  REQUIRE(opened.ok());
  view_ = opened.value();
}

PurposeSet OpenPolicy::purpose(std::string_view id) const {
  const std::uint16_t number = PolicyView::index_of(view_.purpose_ids, id);
  REQUIRE(number < 32);
  return PurposeSet{1} << number;
}

std::uint16_t OpenPolicy::regime(std::string_view id) const {
  const std::uint16_t index = PolicyView::index_of(view_.regime_ids, id);
  REQUIRE(index != kNoIndex);
  return index;
}

std::uint16_t OpenPolicy::vendor(std::string_view id) const {
  const std::uint16_t index = PolicyView::index_of(view_.vendor_ids, id);
  REQUIRE(index != kNoIndex);
  return index;
}

std::string OpenPolicy::clause(const Verdict& verdict) const {
  if (verdict.clause == kNoIndex) return {};
  return std::string(PolicyView::id_at(view_.clause_ids, verdict.clause));
}

const OpenPolicy& small_policy() {
  static const OpenPolicy policy(small_policy_json());
  return policy;
}

Subject visitor(std::string_view regime, const OpenPolicy& policy) {
  Subject subject;
  subject.now = kNow;
  subject.regime = policy.regime(regime);
  return subject;
}

Request web_request(std::string_view url, fb::Initiator initiator) {
  Request request;
  request.kind = fb::Kind::web_request;
  request.page = "https://www.metrofax.com/pricing";
  request.url = url;
  request.initiator = initiator;
  return request;
}

Request web_storage(fb::StorageApi api, std::string_view key) {
  Request request;
  request.kind = fb::Kind::web_storage;
  request.page = "https://www.metrofax.com/pricing";
  request.api = api;
  request.key = key;
  return request;
}

bool same(const Verdict& a, const Verdict& b) {
  return a.outcome == b.outcome && a.mode == b.mode && a.reason == b.reason && a.clause == b.clause &&
         a.vendor == b.vendor && a.retention == b.retention && a.purpose == b.purpose;
}

std::uint32_t Random::below(std::uint32_t bound) {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1Du) >> 32) % bound;
}

}  // namespace metrofax::consent::test
