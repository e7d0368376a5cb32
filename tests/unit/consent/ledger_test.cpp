// The ledger's entries: one spelling only, whatever is damaged is refused at its byte.
#include "consent/ledger.h"

#include <algorithm>
#include <memory>
#include <string>

#include "catch.h"
#include "consent/canonical_json.h"

using namespace metrofax::consent;

namespace {

std::string line_of(std::string_view data, std::uint64_t seq = 7) {
  char out[kMaxEntryBytes];
  const auto length = write_entry({1'790'000'000, data, "e-1", "consent", kNoEntry, seq}, out);
  return length.ok() ? std::string(out, length.value()) : std::string();
}

bool is_canonical(std::string_view text) {
  const auto end = canonical_end(text, 0);
  return end.ok() && end.value() == text.size();
}

}  // namespace

TEST_CASE("canonical JSON has one spelling", "[consent][ledger]") {
  for (const char* text : {"{}", "[]", "0", "-1", "9007199254740991", "true", "false", "null", R"("")",
                           R"({"a":1,"b":[1,"x",{}]})", R"("\"\\\b\f\n\r\t\u0000\u001f")",
                           "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x7F\"", R"({"":1,"A":2,"a":3})"}) {
    INFO(text);
    CHECK(is_canonical(text));
  }
  for (const char* text : {"",
                           " {}",
                           "{ }",
                           "01",
                           "-0",
                           "1.5",
                           "1e3",
                           "9007199254740992",
                           "tru",
                           R"({"b":1,"a":2})",
                           R"({"a":1,"a":1})",
                           R"("\/")",
                           R"("\u0041")",
                           R"("\u000a")",
                           R"("\u001F")",
                           "\"\n\"",
                           R"({"\u00e9":1})",
                           "\"\xC0\xAF\"",
                           "\"\xED\xA0\x80\"",
                           "\"\xF4\x90\x80\x80\"",
                           "\"\xC3\"",
                           "[1,]",
                           "[,1]",
                           R"({"a"})",
                           R"({"a":1,})",
                           "\"",
                           "[",
                           "+1"}) {
    INFO(text);
    CHECK_FALSE(is_canonical(text));
  }
  CHECK(is_canonical(std::string(16, '[') + std::string(16, ']')));
  CHECK(canonical_end(std::string(100'000, '['), 0).error().code == ErrorCode::too_long);
}

TEST_CASE("an entry is read as it was written", "[consent][ledger]") {
  const std::string line = line_of(R"({"granted":["measurement"],"note":"é"})");
  REQUIRE(line.substr(0, 19) == R"({"at":1790000000,"d)");
  const auto entry = read_entry(line);
  REQUIRE(entry.ok());
  CHECK(entry.value().at == 1'790'000'000);
  CHECK(entry.value().seq == 7);
  CHECK(entry.value().id == "e-1");
  CHECK(entry.value().kind == "consent");
  CHECK(entry.value().prev == kNoEntry);
  CHECK(line_of(entry.value().data) == line);
  CHECK(line_of("[]").empty());
  CHECK(line_of("{}x").empty());
  CHECK(line_of("{}", std::uint64_t{1} << 53).empty());
  CHECK(line_of(R"({"x":")" + std::string(kMaxEntryBytes, 'x') + "\"}").empty());
  char small[64];
  CHECK(write_entry(entry.value(), small).error().code == ErrorCode::record_too_long);
}

TEST_CASE("every changed byte of an entry is refused or seen", "[consent][ledger]") {
  const std::string line = line_of(R"({"a":[1,{"b":"é\n"}],"signals":{"gpc":true}})");
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string damaged = line;
      damaged[at] = static_cast<char>(value);
      // Exactly its size: the sanitizers see the first byte read too far.
      const std::unique_ptr<char[]> copy(new char[damaged.size()]);
      std::copy(damaged.begin(), damaged.end(), copy.get());
      const auto entry = read_entry({copy.get(), damaged.size()});
      if (!entry.ok()) {
        REQUIRE(entry.error().offset <= damaged.size());
        continue;
      }
      char again[kMaxEntryBytes];
      const auto length = write_entry(entry.value(), again);
      REQUIRE((length.ok() && std::string(again, length.value()) == damaged));
    }
  }
  for (std::size_t length = 0; length < line.size(); ++length)
    CHECK_FALSE(read_entry(line.substr(0, length)).ok());
}

TEST_CASE("a seal is Ed25519 by a named key", "[consent][ledger]") {
  const std::string good =
      R"({"alg":"Ed25519","key":"0123456789abcdef","signature":")" + std::string(128, 'a') + "\"}";
  LedgerEntry entry;
  entry.data = good;
  REQUIRE(read_seal(entry).ok());
  CHECK(read_seal(entry).value().key == "0123456789abcdef");
  for (const std::string& bad :
       {good + " ", good.substr(1), std::string("{}"), R"({"alg":"RSA")" + good.substr(16)}) {
    entry.data = bad;
    CHECK_FALSE(read_seal(entry).ok());
  }
  char text[kMaxSealText];
  CHECK(std::string(text, seal_text(kNoEntry, 12, text)) ==
        "metrofax-ledger-seal-1\n" + std::string(kNoEntry) + "\n12");
}
