// A compiled policy is data from outside: damaged, it is refused, or decides exactly as before.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"
#include "policy/host_hash.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

/// Eight-byte aligned bytes of exactly the size given, so that a sanitizer sees one byte too far.
struct Blob {
  explicit Blob(const std::vector<std::uint8_t>& bytes, std::size_t size)
      : words((size + 7) / 8), length(size) {
    std::copy_n(bytes.begin(), size, data());
  }
  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(words.data()); }
  std::span<const std::uint8_t> span() { return {data(), length}; }

  std::vector<std::uint64_t> words;
  std::size_t length;
};

void fix_checksum(std::vector<std::uint8_t>& blob) {
  const std::size_t size = blob.size() - kPolicyTrailerBytes;
  const std::uint64_t sum = policy_checksum(blob.data(), size);
  for (unsigned i = 0; i < kPolicyTrailerBytes; ++i)
    blob[size + i] = static_cast<std::uint8_t>(sum >> (8 * i));
}

/// One request of every kind and party.
std::vector<Request> questions() {
  std::vector<Request> all;
  for (const char* url :
       {"/x", "/b/x.gif", "https://northlight.localhost/collect", "https://a.adharbor.localhost/px.gif/both",
        "https://circlet.localhost/", "https://tracker.example/", "https://fax.example-partner.test/"}) {
    all.push_back(web_request(url));
    all.push_back(web_request(url));
    all.back().kind = fb::Kind::web_handoff;
  }
  all.push_back(web_storage(fb::StorageApi::cookie, "_ah_x=1; Max-Age=60"));
  all.push_back(web_storage(fb::StorageApi::cookie, "mf_session=1"));
  all.push_back(web_storage(fb::StorageApi::localStorage, "nl_visitor"));
  all.push_back(web_storage(fb::StorageApi::sessionStorage, "nobody"));
  for (unsigned kind = static_cast<unsigned>(fb::Kind::email_send);
       kind <= static_cast<unsigned>(fb::Kind::MAX); ++kind) {
    for (unsigned bit = 0; bit < 28; bit += 3) {
      Request request;
      request.kind = static_cast<fb::Kind>(kind);
      request.topics = static_cast<fb::Topic>(std::uint32_t{1} << bit);
      request.asked = fb::Mode::identified;
      request.identified = true;
      request.party = static_cast<std::uint16_t>(bit % 5);
      request.purpose = static_cast<std::uint8_t>(bit);
      all.push_back(request);
    }
  }
  return all;
}

std::vector<Subject> people() {
  std::vector<Subject> all;
  for (std::uint16_t regime = 0; regime < 5; ++regime) {
    Subject subject;
    subject.now = kNow;
    subject.regime = regime;
    all.push_back(subject);
    subject.consent = {true, 0x55555555u, 0x00008000u, kNow - 60, static_cast<std::uint16_t>(regime % 4),
                       false};
    subject.account = fb::AccountState::active;
    subject.promotional = fb::Promotional::opted_in;
    all.push_back(subject);
  }
  return all;
}

/// Everything a policy can be asked: verdicts, with their traces, and every look-up.
std::string everything(const PolicyView& policy) {
  static const std::vector<Request> kQuestions = questions();
  static const std::vector<Subject> kPeople = people();
  std::string all;
  Trace trace;
  for (const Subject& subject : kPeople) {
    for (const Request& request : kQuestions) {
      trace.size = 0;
      const Verdict verdict = decide(policy, subject, request, &trace);
      for (const unsigned part :
           {static_cast<unsigned>(verdict.outcome), static_cast<unsigned>(verdict.mode),
            static_cast<unsigned>(verdict.reason), unsigned{verdict.clause}, unsigned{verdict.vendor},
            unsigned{verdict.retention}, unsigned{verdict.purpose}, trace.size}) {
        all += std::to_string(part) + ' ';
      }
      if (verdict.clause != kNoIndex) all += PolicyView::id_at(policy.clause_ids, verdict.clause);
      if (verdict.vendor != kNoIndex) all += PolicyView::id_at(policy.vendor_ids, verdict.vendor);
    }
  }
  for (const char* country : {"DE", "US", "JP", "XX", "", "U"}) {
    for (const char* region : {"", "CA", "NY", "long"})
      all += std::to_string(policy.regime_of_place(country, region)) + ' ';
  }
  for (const char* version : {"2013-12-01", "2012-05-01", "2011-01-01", "", "nonsense"}) {
    all += std::to_string(policy.revision_of(version)) + ' ';
  }
  for (const Ids ids :
       {policy.purpose_ids, policy.vendor_ids, policy.regime_ids, policy.clause_ids, policy.area_ids}) {
    all += ids;
    for (unsigned i = 0; i < 40; ++i) all += PolicyView::id_at(ids, i);
    all += std::to_string(PolicyView::index_of(ids, "nobody"));
  }
  return all + std::string(policy.version);
}

const std::string& sound() {
  static const std::string answers = everything(small_policy().view());
  return answers;
}

}  // namespace

TEST_CASE("a changed byte is refused, or nothing is decided differently", "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  unsigned refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const std::uint8_t flip : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xFF}}) {
      Blob blob(good, good.size());
      blob.data()[at] ^= flip;
      const Result<PolicyView> opened = PolicyView::open(blob.span());
      if (!opened.ok()) {
        ++refused;
        continue;
      }
      INFO("byte " << at);
      REQUIRE(everything(opened.value()) == sound());
    }
  }
  CHECK(refused == 3 * good.size());  // the checksum finds every one
}

TEST_CASE("every single bit of the checksum counts", "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  for (std::size_t bit = 0; bit < 8 * kPolicyTrailerBytes; ++bit) {
    Blob blob(good, good.size());
    blob.data()[good.size() - kPolicyTrailerBytes + bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    CHECK(PolicyView::open(blob.span()).error().code == ErrorCode::policy_bad_checksum);
  }
}

TEST_CASE("a blob cut short is refused", "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  for (std::size_t size = 0; size < good.size(); ++size) {
    Blob blob(good, size);
    const Result<PolicyView> opened = PolicyView::open(blob.span());
    INFO(size << " bytes");
    REQUIRE_FALSE(opened.ok());
    const ErrorCode code = opened.error().code;
    REQUIRE((size < 20 ? code == ErrorCode::policy_truncated : code == ErrorCode::policy_bad_checksum));
  }
}

TEST_CASE("with a checksum that fits, damage is refused or decides something, and never reads outside",
          "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  Random random(0x64616d61);
  unsigned refused = 0;
  unsigned opened_changed = 0;
  for (std::size_t at = 0; at < good.size() - kPolicyTrailerBytes; ++at) {
    std::vector<std::uint8_t> bytes = good;
    const std::uint8_t values[] = {0x00, 0xFF,
                                   static_cast<std::uint8_t>(bytes[at] ^ (1u << random.below(8)))};
    const std::uint8_t value = values[at % 3];
    if (value == bytes[at]) continue;
    bytes[at] = value;
    fix_checksum(bytes);
    Blob blob(bytes, bytes.size());
    const Result<PolicyView> opened = PolicyView::open(blob.span());
    if (!opened.ok()) {
      ++refused;
    } else if (everything(opened.value()) != sound()) {
      ++opened_changed;
    }
  }
  CHECK(refused > 100);
  CHECK(opened_changed > 100);
}

TEST_CASE("cut short with a checksum that fits: never reads outside", "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  for (std::size_t size = 20; size < good.size() - 1; size += 7) {
    std::vector<std::uint8_t> bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    fix_checksum(bytes);
    Blob blob(bytes, bytes.size());
    const Result<PolicyView> opened = PolicyView::open(blob.span());
    if (opened.ok()) everything(opened.value());
  }
  SUCCEED();
}

TEST_CASE("several damaged bytes with a checksum that fits", "[policy][view][scope.site]") {
  const std::vector<std::uint8_t>& good = small_policy().blob();
  Random random(0x626c6f62);
  for (unsigned round = 0; round < 2'000; ++round) {
    std::vector<std::uint8_t> bytes = good;
    for (std::uint32_t n = 1 + random.below(8); n > 0; --n) {
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<std::uint8_t>(random.below(256));
    }
    fix_checksum(bytes);
    Blob blob(bytes, bytes.size());
    const Result<PolicyView> opened = PolicyView::open(blob.span());
    if (opened.ok()) everything(opened.value());
  }
  SUCCEED();
}

TEST_CASE("what is wrong with a blob is said", "[policy][view][scope.site]") {
  std::vector<std::uint8_t> bytes = small_policy().blob();
  bytes[4] = 'X';  // the file identifier
  fix_checksum(bytes);
  Blob magic(bytes, bytes.size());
  CHECK(PolicyView::open(magic.span()).error().code == ErrorCode::policy_bad_magic);

  bytes = small_policy().blob();
  Blob shifted(bytes, bytes.size());
  std::vector<std::uint64_t> room(bytes.size() / 8 + 2);
  auto* odd = reinterpret_cast<std::uint8_t*>(room.data()) + 4;
  std::copy(bytes.begin(), bytes.end(), odd);
  CHECK(PolicyView::open({odd, bytes.size()}).error().code == ErrorCode::policy_bad_structure);

  bytes.assign(28, 0);
  fix_checksum(bytes);
  Blob zeros(bytes, bytes.size());
  CHECK(PolicyView::open(zeros.span()).error().code == ErrorCode::policy_bad_magic);
  CHECK(PolicyView::open({}).error().code == ErrorCode::policy_truncated);
  CHECK_FALSE(PolicyView{}.loaded());
}
