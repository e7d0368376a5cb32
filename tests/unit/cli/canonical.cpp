// RFC 8785: the examples of its appendices, and the corners that JSON libraries get wrong.
#include "cli/canonical.h"

#include <cstring>
#include <limits>

#include "catch.h"

using metrofax::consent::cli::canonical;
using nlohmann::json;

namespace {

double from_bits(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

TEST_CASE("numbers are printed as ECMAScript prints them", "[cli][canonical]") {
  struct Row {
    std::uint64_t bits;
    const char* text;
  };
  // RFC 8785, appendix B.
  const auto row = GENERATE(values<Row>({
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  }));
  CAPTURE(row.text);
  CHECK(canonical(json(from_bits(row.bits))) == row.text);
}

TEST_CASE("whole numbers beyond 2^53 are the nearest double", "[cli][canonical]") {
  CHECK(canonical(json(std::int64_t{9007199254740992})) == "9007199254740992");
  CHECK(canonical(json(std::int64_t{9007199254740993})) == "9007199254740992");
  CHECK(canonical(json(std::numeric_limits<std::int64_t>::min())) == "-9223372036854776000");
  CHECK(canonical(json(std::numeric_limits<std::uint64_t>::max())) == "18446744073709552000");
  CHECK(canonical(json(-1)) == "-1");
}

TEST_CASE("keys are sorted by UTF-16 code units", "[cli][canonical]") {
  // RFC 8785, section 3.2.3.
  const json value = json::parse(
      R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
          "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})");
  CHECK(
      canonical(value) ==
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
      "\"\xC3\xB6\":\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\","
      "\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
  CHECK(canonical(json::parse(R"({"a\ud83d\ude00":1,"a\ue000":2,"a":3,"a\ud7ff":4})")) ==
        "{\"a\":3,\"a\xED\x9F\xBF\":4,\"a\xF0\x9F\x98\x80\":1,\"a\xEE\x80\x80\":2}");
}

TEST_CASE("strings have the shortest escapes", "[cli][canonical]") {
  // RFC 8785, section 3.2.2.
  const json value = json::parse(
      R"({"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]})");
  CHECK(canonical(value) ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  CHECK(canonical(json("\b\t\n\f\r\x1f\x7f")) == "\"\\b\\t\\n\\f\\r\\u001f\x7f\"");
  CHECK(canonical(json(std::string("a\0b", 3))) == "\"a\\u0000b\"");
}

TEST_CASE("what is no UTF-8 does not make the answer no JSON", "[cli][canonical]") {
  CHECK(canonical(json("a\xFF"
                       "b\xC3")) ==
        "\"a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\"");
  CHECK(canonical(json(std::numeric_limits<double>::infinity())) == "null");
  CHECK(canonical(json::array()) == "[]");
  CHECK(canonical(json::object()) == "{}");
}
