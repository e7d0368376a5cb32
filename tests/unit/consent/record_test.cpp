// The consent record: what is written is read back; what was changed in any way is not read.
#include "consent/record.h"

#include <array>
#include <string>

#include "catch.h"
#include "gate/fixture.h"

using namespace metrofax::consent;
using metrofax::consent::test::kNow;
using metrofax::consent::test::Random;

namespace {

ConsentRecord example() {
  ConsentRecord record;
  record.policy_version = "2013-12-01";
  record.regime = "us-optout";
  record.time = kNow;
  record.granted = 0x0010'00C7;
  record.denied = 0x000F'FF38;
  record.specific = record.granted;
  return record;
}

std::string written(const ConsentRecord& record) {
  std::array<char, kMaxRecordBytes> out{};
  const Result<std::size_t> length = write_record(record, out);
  REQUIRE(length.ok());
  return {out.data(), length.value()};
}

ErrorCode read_error(std::string_view text) { return read_record(text).error().code; }

/// The text of a record with its last field, the sum, made right again (FNV-1a, 32 bits, hexadecimal).
std::string with_sum(std::string text) {
  text.resize(text.rfind('~'));
  std::uint32_t sum = 0x811c9dc5u;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x01000193u;
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[sum % 16]);
    sum /= 16;
  } while (sum != 0);
  return text + '~' + digits;
}

}  // namespace

TEST_CASE("a record says what was chosen", "[consent][cookies.persistent]") {
  const std::string text = written(example());
  CHECK(text.substr(0, 33) == "1~2013-12-01~us-optout~6955b900~1");
  const Result<ConsentRecord> read = read_record(text);
  REQUIRE(read.ok());
  CHECK(read.value().policy_version == "2013-12-01");
  CHECK(read.value().regime == "us-optout");
  CHECK(read.value().time == kNow);
  CHECK(read.value().granted == example().granted);
  CHECK(read.value().denied == example().denied);
  CHECK(read.value().specific == example().granted);
  CHECK(read.value().older == 0);
}

TEST_CASE("older forms of a record say what they always said",
          "[consent][cookies.persistent][changes.non-material]") {
  // A specific consent was one flag: of all that is granted, and of a refusal, where it means nothing.
  const std::string granted = with_sum("1~2013-12-01~eu~6955b900~5~2~1~x");
  REQUIRE(read_record(granted).ok());
  CHECK(read_record(granted).value().specific == 5);
  CHECK(written(read_record(granted).value()) == granted);
  const std::string refused = with_sum("1~2013-12-01~eu~6955b900~0~7~1~x");
  REQUIRE(read_record(refused).ok());
  CHECK(read_record(refused).value().specific == 0);
  CHECK(read_record(refused).value().denied == 7);
  // Of some only, and with grants of different age.
  const std::string some = with_sum("2~2013-12-01~eu~6955b900~5~2~8~15180~x");
  REQUIRE(read_record(some).ok());
  CHECK(read_record(some).value().specific == 4);
  CHECK(read_record(some).value().older == 86'400);
  for (const std::string& text : {granted, refused, some})
    CHECK(read_record(text).value().refused == VendorSet{});
}

TEST_CASE("a record says which vendors were refused one by one", "[consent][cookies.persistent][W2]") {
  ConsentRecord record = example();
  record.refused[0] = 1u << 2 | 1u << 11;  // numbers 2 and 11
  record.refused[7] = 1u << 31;            // the last there is
  const std::string text = written(record);
  CHECK(text.substr(0, 2) == "3~");
  CHECK(text.find("~0~8" + std::string(60, '0') + "804~") != std::string::npos);
  CHECK(text.size() <= kMaxRecordBytes);
  REQUIRE(read_record(text).ok());
  CHECK(read_record(text).value().refused == record.refused);
  CHECK(read_record(text).value().older == 0);
  // Without them it is the record that it was before there were any.
  record.refused = {};
  CHECK(written(record).substr(0, 2) == "1~");
}

TEST_CASE("records round-trip", "[consent][property][cookies.persistent]") {
  Random random(0x7265636f);
  const std::string_view versions[] = {"2013-12-01", "1", "a.b-c", "2026-01-01.2"};
  const std::string_view regimes[] = {"eu", "us-ca", "none", "x"};
  for (unsigned round = 0; round < 20'000; ++round) {
    ConsentRecord record;
    record.policy_version = random.pick(versions);
    record.regime = random.pick(regimes);
    record.time = static_cast<std::int64_t>(random.below(0xFFFFFFFF)) << random.below(15);
    record.granted = random.below(0xFFFFFFFF) + random.below(2);
    record.denied = random.chance(10) ? ~PurposeSet{0} : random.below(0xFFFFFFFF);
    record.specific = random.chance(50) ? record.granted : random.below(0xFFFFFFFF) & record.granted;
    record.older = random.chance(50) ? 0 : random.below(0xFFFFFFFF);
    if (random.chance(50)) record.refused[random.below(kVendorWords)] = random.below(0xFFFFFFFF);
    const std::string text = written(record);
    const Result<ConsentRecord> read = read_record(text);
    REQUIRE(read.ok());
    REQUIRE(read.value().policy_version == record.policy_version);
    REQUIRE(read.value().regime == record.regime);
    REQUIRE(read.value().time == record.time);
    REQUIRE(read.value().granted == record.granted);
    REQUIRE(read.value().denied == record.denied);
    REQUIRE(read.value().specific == record.specific);
    REQUIRE(read.value().older == record.older);
    REQUIRE(read.value().refused == record.refused);
  }
}

TEST_CASE("every changed, missing or added byte means asking again", "[consent][cookies.persistent]") {
  ConsentRecord with_vendors = example();
  with_vendors.refused[1] = 0x10;
  const std::string text = GENERATE_COPY(written(example()), written(with_vendors));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string changed = text;
      changed[at] = static_cast<char>(value);
      if (changed == text) continue;
      INFO("byte " << at << " as " << value);
      REQUIRE_FALSE(read_record(changed).ok());
    }
    std::string without = text;
    without.erase(at, 1);
    REQUIRE_FALSE(read_record(without).ok());
    REQUIRE_FALSE(read_record(text.substr(0, at)).ok());
    for (const char added : {'0', '~', ' ', '\0', 'a'}) {
      std::string more = text;
      more.insert(at, 1, added);
      REQUIRE_FALSE(read_record(more).ok());
      REQUIRE_FALSE(read_record(text + added).ok());
    }
  }
}

TEST_CASE("a sum that fits does not make another spelling right", "[consent][cookies.persistent]") {
  REQUIRE(with_sum(written(example())) == written(example()));
  for (const char* text : {
           "1~2013-12-01~eu~06955b900~1~2~0~x",         // leading zero
           "1~2013-12-01~eu~6955B900~1~2~0~x",          // upper case
           "1~2013-12-01~eu~6955b900~1~2~2~x",          // a flag there is not
           "1~2013-12-01~eu~6955b900~1~2~~x",           // an empty number
           "1~2013-12-01~~6955b900~1~2~0~x",            // no regime
           "1~~eu~6955b900~1~2~0~x",                    // no version
           "1~2013_12_01~eu~6955b900~1~2~0~x",          // odd characters
           "1~2013-12-01~eu~6955b900~100000000~2~0~x",  // 33 purposes
           "1~2013-12-01~eu~ffffffffffffffff~1~2~0~x",  // before 1970
           "1~2013-12-01~eu~10000000000000000~1~2~0~x",
           "1~2013-12-01~eu~6955b900~1~2~0~0~x",  // one more field
           "1~2013-12-01~eu~6955b900~1~2~x",      // one less
           "1~2013-12-01~eu~-1~1~2~0~x",
           "1~2013-12-01~eu~ 1~1~2~0~x",
           "1~2013-12-01~eu~6955b900~1~2~5~x",    // specific beyond what is granted
           "2~2013-12-01~eu~6955b900~1~2~0~0~x",  // older by nothing is the first form
           "2~2013-12-01~eu~6955b900~1~2~0~x",
           "3~2013-12-01~eu~6955b900~1~2~0~0~0~x",  // no vendor is one of the other forms
           "3~2013-12-01~eu~6955b900~1~2~0~0~~x",
           "3~2013-12-01~eu~6955b900~1~2~0~0~04~x",  // leading zero
           "3~2013-12-01~eu~6955b900~1~2~0~0~g~x",
           "3~2013-12-01~eu~6955b900~1~2~0~4~x",  // no `older`
           "3~2013-12-01~eu~6955b900~1~2~0~800000000000~4~x",
           "3~2013-12-01~eu~6955b900~1~2~0~0~"
           "10000000000000000000000000000000000000000000000000000000000000000~x",
       }) {
    INFO(text);
    CHECK_FALSE(read_record(with_sum(text)).ok());
  }
  CHECK(read_record(with_sum("1~2013-12-01~eu~6955b900~1~2~0~x")).ok());
  CHECK(read_record(with_sum("1~2013-12-01~eu~0~0~0~0~x")).ok());
  CHECK(read_record(with_sum("3~2013-12-01~eu~6955b900~1~2~0~0~4~x")).ok());
}

TEST_CASE("what is wrong with a record is said", "[consent][changes.material]") {
  CHECK(read_error("") == ErrorCode::record_bad_form);
  CHECK(read_error("1") == ErrorCode::record_bad_form);
  CHECK(read_error("{\"__proto__\":{}}") == ErrorCode::record_bad_form);
  CHECK(read_error("0~x") == ErrorCode::record_bad_form);
  CHECK(read_error("4~whatever comes") == ErrorCode::record_future_version);
  CHECK(read_error("9~") == ErrorCode::record_future_version);
  CHECK(read_error(":~") == ErrorCode::record_bad_form);
  CHECK(read_error(std::string(kMaxRecordBytes + 1, '1')) == ErrorCode::record_too_long);
  CHECK(read_error(std::string(1 << 20, '~')) == ErrorCode::record_too_long);
  std::string damaged = written(example());
  damaged[3] = damaged[3] == '0' ? '1' : '0';
  CHECK(read_error(damaged) == ErrorCode::record_bad_checksum);
  CHECK(read_record(damaged).error().offset == damaged.rfind('~') + 1);
}

TEST_CASE("what cannot be read back is not written", "[consent][cookies.persistent]") {
  std::array<char, kMaxRecordBytes> out{};
  const auto error = [&out](const ConsentRecord& record) { return write_record(record, out).error().code; };
  ConsentRecord record = example();
  for (const char* bad : {"", "a b", "a~b", "a;b", "a=b", "\xC3\xA4", "a_b"}) {
    record.regime = bad;
    CHECK(error(record) == ErrorCode::record_bad_form);
    record.regime = "eu";
    record.policy_version = bad;
    CHECK(error(record) == ErrorCode::record_bad_form);
    record.policy_version = "1";
  }
  const std::string longest(48, 'x');
  const std::string longer(49, 'x');
  record.policy_version = longer;
  CHECK(error(record) == ErrorCode::record_bad_form);
  record.policy_version = longest;
  CHECK(error(record) == ErrorCode::ok);
  record.time = -1;
  CHECK(error(record) == ErrorCode::record_bad_form);
  const std::string whole = written(example());
  for (std::size_t room = 0; room < whole.size(); ++room) {
    CHECK(write_record(example(), std::span<char>(out).first(room)).error().code ==
          ErrorCode::record_too_long);
  }
  CHECK(write_record(example(), std::span<char>(out).first(whole.size())).ok());
}

TEST_CASE("the consent cookie is found among the others", "[consent][cookies.persistent]") {
  std::string_view text;
  CHECK(find_record("", text) == Found::nothing);
  CHECK(find_record("a=1; b=2", text) == Found::nothing);
  CHECK(find_record("mf_consent", text) == Found::nothing);
  CHECK(find_record("mf_consent2=x; xmf_consent=y; MF_CONSENT=z", text) == Found::nothing);
  CHECK(find_record("mf_consent=x", text) == Found::one);
  CHECK(text == "x");
  CHECK(find_record("a=1;mf_consent=x=y;b=2", text) == Found::one);
  CHECK(text == "x=y");
  CHECK(find_record("a=1;   mf_consent=", text) == Found::one);
  CHECK(text.empty());
  CHECK(find_record("a=mf_consent=x", text) == Found::nothing);
}

TEST_CASE("two copies that differ are nobody's choice", "[consent][cookies.persistent]") {
  std::string_view text;
  CHECK(find_record("mf_consent=x; a=1; mf_consent=x", text) == Found::one);
  CHECK(find_record("mf_consent=x; mf_consent=y", text) == Found::conflict);
  CHECK(find_record("mf_consent=x; a=1; mf_consent=x; mf_consent=", text) == Found::conflict);
}

TEST_CASE("the cookie's text", "[consent][cookies.persistent][retention.necessary][security.tls]") {
  const fb::Regime& eu = test::small_policy().view().regimes[test::small_policy().regime("eu")];
  std::array<char, 400> out{};
  const auto text = [&](const ConsentRecord& record, bool secure) {
    const Result<std::size_t> length = write_consent_cookie(record, eu, secure, out);
    REQUIRE(length.ok());
    return std::string(out.data(), length.value());
  };
  ConsentRecord record = example();
  CHECK(text(record, true) == "mf_consent=" + written(record) + "; Path=/; Max-Age=" +
                                  std::to_string(eu.consent_lifetime()) + "; SameSite=Lax; Secure");
  CHECK(text(record, false) == "mf_consent=" + written(record) + "; Path=/; Max-Age=" +
                                   std::to_string(eu.consent_lifetime()) + "; SameSite=Lax");
  CHECK(text(record, true).size() < 200);
  record.granted = 0;  // a refusal lives as long as the regime says for refusals (W8)
  CHECK(text(record, true).find("; Max-Age=" + std::to_string(eu.refusal_lifetime()) + ";") !=
        std::string::npos);

  // cookies.md: name and value under 200 bytes, whatever is chosen.
  const std::string longest(48, 'x');
  record = {longest, longest, 0x7FFF'FFFF'FFFF, ~PurposeSet{0}, ~PurposeSet{0}, true};
  const std::string value = written(record);
  CHECK(value.size() <= kMaxRecordBytes);
  CHECK(kConsentCookie.size() + 1 + value.size() < 200);
  CHECK(read_record(value).ok());
  const std::size_t size = text(record, true).size();
  CHECK(write_consent_cookie(record, eu, true, std::span<char>(out).first(size - 1)).error().code ==
        ErrorCode::record_too_long);
  record.regime = "a;b";
  CHECK(write_consent_cookie(record, eu, true, out).error().code == ErrorCode::record_bad_form);
}
