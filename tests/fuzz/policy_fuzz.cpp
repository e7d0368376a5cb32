// Fuzz target: a compiled policy is data from outside. Any bytes are refused or can be asked anything;
// nothing reads outside.
//
// The first byte says how the rest becomes a blob: even, it is one, as it stands; odd, it is damage to the
// demo's policy (build/fuzz/policy.bin), three bytes each: place and value. The checksum is then set right,
// or hardly anything would open.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "beacons/opens.h"
#include "cookies/classify.h"
#include "gate/gate.h"
#include "policy/host_hash.h"
#include "policy/view.h"

using namespace metrofax::consent;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

const std::vector<std::uint8_t>& sound_policy() {
  static const std::vector<std::uint8_t> bytes = [] {
    std::vector<std::uint8_t> read(1u << 20);
    std::FILE* file = std::fopen("build/fuzz/policy.bin", "rb");
    require(file != nullptr, "build/fuzz/policy.bin is there (tests/fuzz/run makes it)");
    read.resize(std::fread(read.data(), 1, read.size(), file));
    std::fclose(file);
    return read;
  }();
  return bytes;
}

std::vector<std::uint8_t> blob_of(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return {};
  std::vector<std::uint8_t> blob;
  if (bytes[0] % 2 == 0) {
    blob.assign(bytes + 1, bytes + size);
    const std::uint8_t identifier[] = {'M', 'F', 'C', 'P'};
    if (blob.size() >= 8) std::copy(std::begin(identifier), std::end(identifier), blob.begin() + 4);
    blob.resize(blob.size() + kPolicyTrailerBytes);
  } else {
    blob = sound_policy();
    for (std::size_t i = 1; i + 3 <= size; i += 3) {
      blob[static_cast<std::size_t>(bytes[i] << 8 | bytes[i + 1]) % (blob.size() - kPolicyTrailerBytes)] =
          bytes[i + 2];
    }
  }
  const std::size_t body = blob.size() - kPolicyTrailerBytes;
  const std::uint64_t sum = policy_checksum(blob.data(), body);
  for (unsigned i = 0; i < kPolicyTrailerBytes; ++i)
    blob[body + i] = static_cast<std::uint8_t>(sum >> (8 * i));
  return blob;
}

void ask_everything(const PolicyView& policy) {
  static const auto memo = std::make_unique<Memo>();
  Subject subject;
  subject.now = 1'767'225'600;
  subject.account = fb::AccountState::active;
  subject.consent = {true, 0x55555555u, 0x00808000u, subject.now - 60, 1, true};
  Request request;
  request.page = "https://www.metrofax.com/pricing";
  for (const char* url :
       {"/x", "/b/x.gif", "https://www.google-analytics.com/collect?v=1", "https://a.facebook.com/tr",
        "https://metrofax.com/b/p.gif", "https://tracker.example/", "stun:x.example"}) {
    request.url = url;
    for (const fb::Kind kind : {fb::Kind::web_request, fb::Kind::web_handoff}) {
      request.kind = kind;
      const Verdict verdict = decide(policy, subject, request);
      require(verdict.outcome <= fb::Outcome::MAX, "an outcome");
      const Verdict again = decide(policy, subject, request, nullptr, memo.get());
      require(verdict.outcome == again.outcome && verdict.reason == again.reason, "a memo changes nothing");
    }
  }
  request.kind = fb::Kind::web_storage;
  for (const char* key : {"_ga=1; Max-Age=60", "mf_session=1", "_fbp", ""}) {
    request.key = key;
    for (const fb::StorageApi api : {fb::StorageApi::cookie, fb::StorageApi::localStorage}) {
      request.api = api;
      (void)decide(policy, subject, request);
    }
  }
  for (const fb::Kind kind : fb::EnumValuesKind()) {
    request.kind = kind;
    for (unsigned bit = 0; bit < 28; bit += 3) {
      request.topics = static_cast<fb::Topic>(std::uint32_t{1} << bit);
      request.purpose = static_cast<std::uint8_t>(bit);
      request.party = static_cast<std::uint16_t>(bit);
      (void)decide(policy, subject, request);
    }
  }
  (void)policy.regime_of_place("US", "CA");
  (void)policy.revision_of("2013-12-01");
  for (const Ids ids :
       {policy.purpose_ids, policy.vendor_ids, policy.regime_ids, policy.clause_ids, policy.area_ids}) {
    (void)PolicyView::id_at(ids, 3);
    (void)PolicyView::index_of(ids, "nobody");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::vector<std::uint8_t> blob = blob_of(bytes, size);
  // Of exactly its size, so that the sanitizer sees one byte too far; read in place, it must lie on eight
  // bytes.
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[blob.size()]);
  std::copy(blob.begin(), blob.end(), exact.get());
  const Result<PolicyView> opened = PolicyView::open({exact.get(), blob.size()});
  if (opened.ok()) ask_everything(opened.value());
  return 0;
}
