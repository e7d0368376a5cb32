// The parts that consent strings are made of, and what is wrong with one and where.
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "signals/codec.h"
#include "signals/ids.h"
#include "signals/light.h"

using namespace metrofax::consent;

namespace {

std::string bits_of(BitWriter&& out, const char* text, std::uint32_t bits) {
  static_cast<void>(out.end(Padding::six, 0));
  std::string digits;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    const char c = text[i];
    const int value = c >= 'a'               ? c - 'a' + 26
                      : c >= 'A' && c <= 'Z' ? c - 'A'
                      : c == '-'             ? 62
                      : c == '_'             ? 63
                                             : c - '0' + 52;
    for (int bit = 5; bit >= 0; --bit) digits += (value >> bit & 1) != 0 ? '1' : '0';
  }
  return digits.substr(0, bits);
}

struct Coder {
  std::vector<std::uint64_t> memory = std::vector<std::uint64_t>(kCodecArenaBytes / 8);
  std::vector<char> room = std::vector<char>(kCodecRoomBytes);

  CodecAnswer decode(Codec codec, std::string_view text, Strictness strictness = Strictness::lenient) {
    Arena arena(memory);
    return decode_signal(codec, strictness, text, arena, room);
  }
  CodecAnswer encode(Codec codec, std::string_view json, Strictness strictness = Strictness::strict) {
    Arena arena(memory);
    return encode_signal(codec, strictness, json, arena, room);
  }
};

}  // namespace

TEST_CASE("Fibonacci codes of the GPP specification, and every id", "[signals]") {
  const struct {
    std::uint32_t value;
    const char* code;
  } rows[] = {{1, "11"},    {2, "011"},   {3, "0011"},  {4, "1011"},
              {5, "00011"}, {6, "10011"}, {7, "01011"}, {8, "000011"}};
  for (const auto& row : rows) {
    char text[8];
    BitWriter out(text, sizeof text);
    out.write_fibonacci(row.value);
    CHECK(out.bits() == fibonacci_bits(row.value));
    CHECK(bits_of(std::move(out), text, fibonacci_bits(row.value)) == row.code);
  }
  std::vector<std::uint64_t> memory(64);
  for (std::uint32_t value = 1; value <= 65535; ++value) {
    char text[8];
    BitWriter out(text, sizeof text);
    out.write_fibonacci(value);
    const std::uint32_t length = out.end(Padding::six, 0);
    Arena arena(memory);
    BitReader in;
    std::uint32_t bad = 0;
    REQUIRE(in.open({text, length}, arena, bad));
    REQUIRE(in.read_fibonacci() == value);
  }
}

TEST_CASE("a Fibonacci number above any id is one, wherever it ends; one that is cut off is none",
          "[signals]") {
  std::vector<std::uint64_t> memory(64);
  for (const std::string text : {"AAAAAAAA", "AAAAAA", "qqqqqqqq", "AAAAB_"}) {
    Arena arena(memory);
    BitReader in;
    std::uint32_t bad = 0;
    REQUIRE(in.open(text, arena, bad));
    CHECK(in.read_fibonacci() > 65535);
    CHECK_FALSE(in.failed());
  }
}

TEST_CASE(
    "a Fibonacci number that is cut off fails, in a list of ranges as truncated, one above any id as a bad "
    "range",
    "[signals]") {
  std::vector<std::uint64_t> memory(64);
  // Twelve bits say one range, one bit that it is a single id; then the number.
  for (const auto& [text, code] : {std::pair{"ABAAA", ErrorCode::signal_truncated},
                                   std::pair{"ABAAAAAAA", ErrorCode::signal_bad_range}}) {
    Arena arena(memory);
    BitReader in;
    std::uint32_t bad = 0;
    REQUIRE(in.open(text, arena, bad));
    std::span<IdRange> ranges;
    CHECK(read_fibonacci_ranges(in, arena, ranges).code == code);
  }
}

TEST_CASE("a set of ids is the same as bits and as ranges", "[signals]") {
  const std::string texts[] = {"",
                               "1",
                               "1-5,7",
                               "32",
                               "33",
                               "1-64",
                               "31-34,64-65,96",
                               "65535",
                               "1-65535",
                               "2,4,6,8,100-200,65000-65535"};
  for (const std::string& text : texts) {
    INFO(text);
    std::vector<std::uint64_t> memory(16384);
    Arena arena(memory);
    const Result<std::span<IdRange>> ranges = read_ranges(text, arena);
    REQUIRE(ranges.ok());
    IdSet set;
    REQUIRE(make_ids(ranges.value(), arena, false, set).code == ErrorCode::ok);
    for (const IdForm form : {IdForm::shortest, IdForm::bits, IdForm::ranges}) {
      for (const IdCoding coding : {IdCoding::legacy, IdCoding::current, IdCoding::spec}) {
        set.form = form;
        set.coding = coding;
        std::vector<char> chars(12000);
        BitWriter out(chars.data(), static_cast<std::uint32_t>(chars.size()));
        write_ids(out, set);
        const std::uint32_t length = out.end(Padding::eight, 0);
        REQUIRE_FALSE(out.failed());
        BitReader in;
        std::uint32_t bad = 0;
        REQUIRE(in.open({chars.data(), length}, arena, bad));
        IdSet again;
        IdFindings found;
        REQUIRE(read_ids(in, coding, arena, false, again, found).code == ErrorCode::ok);
        char round[64];
        std::uint32_t size = 0;
        REQUIRE(write_ranges(again, round, sizeof round, size));
        CHECK(std::string(round, size) == text);
        CHECK_FALSE(found.unordered);
        CHECK_FALSE(found.beyond_max);
      }
    }
    CHECK(set.contains(65535) == (text.size() > 4 && text.substr(text.size() - 5) == "65535"));
    CHECK_FALSE(set.contains(0));
  }
}

TEST_CASE("ranges in any order are their union", "[signals]") {
  std::vector<std::uint64_t> memory(16384);
  Arena arena(memory);
  const auto ranges = read_ranges("9,1-3,2-5,5,7-8,6", arena);
  REQUIRE(ranges.ok());
  IdSet set;
  REQUIRE(make_ids(ranges.value(), arena, true, set).code == ErrorCode::ok);
  REQUIRE(set.runs.size() == 1);
  CHECK(set.runs[0].first == 1);
  CHECK(set.runs[0].last == 9);
  for (const char* wrong : {"0", "5-3", "1,", ",1", "1-", "65536", "1 ,2", "x", "1-2-3", "99999999999"}) {
    INFO(wrong);
    CHECK(read_ranges(wrong, arena).error().code == ErrorCode::signal_bad_range);
  }
}

TEST_CASE("a string that is wrong says what and where", "[signals]") {
  Coder coder;
  const struct {
    Codec codec;
    const char* text;
    ErrorCode code;
    std::uint32_t at;
  } rows[] = {
      {Codec::tcf, "", ErrorCode::signal_truncated, 0},
      {Codec::tcf, "C", ErrorCode::signal_truncated, 6},
      {Codec::tcf, "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", ErrorCode::signal_bad_version, 0},
      {Codec::tcf, "CAAAAAAAAAAAAAAAAAENAA!gAAAAAAAAAAAAAAAAAAAA", ErrorCode::signal_bad_character, 132},
      {Codec::tcf, "CAAAAAAAAAAAAAAAAAENAACAAAAAAAAAAAAAAAAAAAAA..IAAA", ErrorCode::signal_bad_segment, 270},
      {Codec::gpp, "DBABMA", ErrorCode::signal_section_count, 12},
      {Codec::gpp, "DBABTA~", ErrorCode::signal_bad_segment, 42},
      {Codec::gpp, "DBABTA~1YNX", ErrorCode::signal_bad_value, 60},
      {Codec::gpp, "DCABTA~1YNN", ErrorCode::signal_bad_version, 6},
      {Codec::gpp, "AAABTA~1YNN", ErrorCode::signal_bad_value, 0},
      {Codec::usp, "1YX-", ErrorCode::signal_bad_value, 2},
      {Codec::ac, "2~1.2", ErrorCode::signal_truncated, 5},
      {Codec::ac, "3~1", ErrorCode::signal_bad_version, 0},
      {Codec::ac, "1~1..2", ErrorCode::signal_bad_value, 4},
      {Codec::ac, "1~4294967296", ErrorCode::signal_bad_value, 2},
      {Codec::ac, "2~1~dv1", ErrorCode::signal_bad_value, 6},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const CodecAnswer answer = coder.decode(row.codec, row.text);
    CHECK(answer.code == row.code);
    CHECK(answer.at == row.at);
    CHECK(std::string(answer.text).substr(0, 17) == "/input: expected ");
  }
  CHECK(coder.decode(Codec::tcf, std::string(65537, 'C')).code == ErrorCode::too_long);
  CHECK(coder.decode(Codec::gpp, std::string(65537, 'D')).code == ErrorCode::too_long);
  CHECK(coder.decode(Codec::ac, std::string(65537, '1')).code == ErrorCode::too_long);
}

TEST_CASE("a value that is wrong says what and where", "[signals]") {
  Coder coder;
  const struct {
    Codec codec;
    const char* json;
    ErrorCode code;
    const char* where;
  } rows[] = {
      {Codec::tcf, R"({"cmpId":4096})", ErrorCode::signal_bad_value, "/value/cmpId: "},
      {Codec::tcf, R"({"cmpid":1})", ErrorCode::unknown_key, "/value/cmpid: "},
      {Codec::tcf, R"({"consentLanguage":"E1"})", ErrorCode::signal_bad_value, "/value/consentLanguage: "},
      {Codec::tcf, R"({"vendorConsents":"0"})", ErrorCode::signal_bad_range, "/value/vendorConsents: "},
      {Codec::tcf, R"({"purposesConsent":"25"})", ErrorCode::signal_bad_value, "/value/purposesConsent: "},
      {Codec::tcf, R"({"pubRestrictions":[{"purposeId":1,"restrictionType":3,"vendors":"1"}]})",
       ErrorCode::signal_bad_value, "/value/pubRestrictions/0/restrictionType: "},
      {Codec::tcf, R"({"version":1})", ErrorCode::signal_bad_version, "/value"},
      {Codec::gpp, R"({"sections":{"usnat":{"SaleOptOut":3}}})", ErrorCode::signal_bad_value,
       "/value/sections/usnat/SaleOptOut: "},
      {Codec::gpp, R"({"sections":{"usnat":{"Gpc":true,"GpcSegmentIncluded":false}}})",
       ErrorCode::signal_bad_value, "/value/sections"},
      {Codec::gpp, R"({"sections":{"usxx":{}}})", ErrorCode::unknown_key, "/value/sections/usxx: "},
      {Codec::gpp, R"({"sections":{"99":"a~b"}})", ErrorCode::signal_bad_value, "/value/sections/99: "},
      {Codec::gpp, R"({"sectionIds":[8],"sections":{"usnat":{}}})", ErrorCode::signal_section_count,
       "/value"},
      {Codec::usp, R"({"Version":1,"Notice":"y","OptOutSale":"N","LspaCovered":"N"})",
       ErrorCode::signal_bad_value, "/value/Notice: "},
      {Codec::usp, R"({"Version":1})", ErrorCode::missing_key, "/value"},
      {Codec::ac, R"({"version":2,"consented":[1],"disclosed":null})", ErrorCode::missing_key, "/value"},
  };
  for (const auto& row : rows) {
    INFO(row.json);
    const CodecAnswer answer = coder.encode(row.codec, row.json);
    CHECK(answer.code == row.code);
    CHECK(std::string(answer.text).substr(0, std::string(row.where).size()) == row.where);
  }
}

TEST_CASE("strict refuses what lenient reads with a warning", "[signals]") {
  Coder coder;
  for (const char* text : {"CAAAAAAAAAAAAAAAAAENAACAAAAAAAAAAAAAAAAAAAAA",
                           "CAAAAAAAAAAAAfAAAAENAACAAAAAAAAAAAAAAAAAAAAA.oAAA"}) {
    INFO(text);
    CHECK(coder.decode(Codec::tcf, text).code == ErrorCode::ok);
    CHECK(coder.decode(Codec::tcf, text, Strictness::strict).code != ErrorCode::ok);
  }
}

TEST_CASE("what nobody knows is kept: sections, segments, their order", "[signals]") {
  Coder coder;
  for (const std::string text :
       {"DBABJDA~anything.at all", "DBABLA~CAAAAAAAAABA.QA.gAAA",
        "DBABMA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAAA.IAAA.oAAA"}) {
    INFO(text);
    const CodecAnswer answer = coder.decode(Codec::gpp, text);
    REQUIRE(answer.code == ErrorCode::ok);
    const std::string json(answer.text);
    const std::string value = json.substr(9, json.rfind(",\"warnings\"") - 9);
    const CodecAnswer again = coder.encode(Codec::gpp, value, Strictness::lenient);
    CHECK(again.text == text);
  }
}

TEST_CASE(
    "a string of Canada's that fits none of its codings is written so that it is read as it was written",
    "[signals]") {
  Coder coder;
  // Found by signals_fuzz: with zeros in the place of what lay behind its ids another coding was read.
  std::string text =
      "DBABDA~BQdWToAQdWToAAfAAAENAACAAAAAAAAAAAXLADEC0k1RMAAAAAADBAB.YAAAAAAAAAA.IAawBAQYAiQBMgChAFdSrnA";
  std::string written;
  for (int round = 0; round < 2; ++round) {
    const CodecAnswer answer = coder.decode(Codec::gpp, text);
    REQUIRE(answer.code == ErrorCode::ok);
    const std::string json(answer.text);
    written =
        coder.encode(Codec::gpp, json.substr(9, json.rfind(",\"warnings\"") - 9), Strictness::lenient).text;
    if (round == 1) CHECK(written == text);
    text = written;
  }
}

TEST_CASE("the gate's reader of strings says what the codec reads", "[signals][choice.third-party-ads]") {
  CHECK(gpp_opts_out("DBABTA~1YYN") == Light::on);
  CHECK(gpp_opts_out("DBABTA~1YNN") == Light::off);
  CHECK(gpp_opts_out("DBABTA~1---") == Light::unset);
  CHECK(gpp_opts_out("DBAA") == Light::unset);
  for (const char* text : {"", "D", "DBAB", "DBABTA", "DBABTA~", "DBABTA~1YYX", "DBABTA~1YYN~1YYN", "AAAA",
                           "DBABJDA~B", "DBABLA~BAA", "DB______"}) {
    INFO(text);
    CHECK(gpp_opts_out(text) == Light::unreadable);
  }
  for (const char* text : {"", "C", "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", "CAAAAAAAAAAAA"})
    CHECK(tcf_denies(text) == Light::unreadable);
}
