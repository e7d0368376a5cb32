// Signals of a character or four: only what the specification calls an opt-out is one, and nothing is a
// consent.
#include <string>

#include "catch.h"
#include "signals/headers.h"
#include "signals/usp.h"

using namespace metrofax::consent;
using fb::Tri;

TEST_CASE("Sec-GPC: 1 or nothing", "[signals][choice.third-party-ads]") {
  CHECK(read_gpc("1") == Tri::on);
  for (const char* value : {"", "0", "true", "01", "1 ", " 1", "11", "?1", "\"1\"", "1,1", "1;x"}) {
    INFO(value);
    CHECK(read_gpc(value) == Tri::unset);
  }
  CHECK(read_gpc({"1\0", 2}) == Tri::unset);
}

TEST_CASE("DNT: the first character decides", "[signals][choice.third-party-ads]") {
  CHECK(read_dnt("1") == Tri::on);
  CHECK(read_dnt("1xyz") == Tri::on);
  CHECK(read_dnt("0") == Tri::off);
  CHECK(read_dnt("0abc") == Tri::off);
  for (const char* value : {"", "null", "unspecified", " 1", "2", "yes"}) {
    INFO(value);
    CHECK(read_dnt(value) == Tri::unset);
  }
}

TEST_CASE("US Privacy: every string of four characters", "[signals][choice.third-party-ads]") {
  const std::string letters = "YN-";
  for (const char notice : letters) {
    for (const char sale : letters) {
      for (const char lspa : letters) {
        const std::string text{'1', notice, sale, lspa};
        INFO(text);
        const Result<UspString> read = read_usp(text);
        REQUIRE(read.ok());
        CHECK(read.value().version == '1');
        CHECK(read.value().notice == notice);
        CHECK(read.value().opt_out_sale == sale);
        CHECK(read.value().lspa_covered == lspa);
        const Tri expected = sale == 'Y'      ? Tri::on
                             : sale == 'N'    ? Tri::off
                             : text == "1---" ? Tri::unset
                                              : Tri::on;
        CHECK(usp_opt_out(read.value()) == expected);
      }
    }
  }
}

TEST_CASE("US Privacy: what is wrong, and where", "[signals][choice.third-party-ads]") {
  const struct {
    const char* text;
    ErrorCode code;
    std::uint32_t offset;
  } rows[] = {{"", ErrorCode::signal_truncated, 0},           {"1", ErrorCode::signal_truncated, 1},
              {"1YN", ErrorCode::signal_truncated, 3},        {"2YNN", ErrorCode::signal_bad_version, 0},
              {"YYNN", ErrorCode::signal_bad_version, 0},     {"1yNN", ErrorCode::signal_bad_value, 1},
              {"1YXN", ErrorCode::signal_bad_value, 2},       {"1YN ", ErrorCode::signal_bad_value, 3},
              {"1YNNN", ErrorCode::signal_bad_value, 4},      {"1YNN ", ErrorCode::signal_bad_value, 4},
              {"1Y\xC3\x91N", ErrorCode::signal_bad_value, 2}};
  for (const auto& row : rows) {
    INFO(row.text);
    const Result<UspString> read = read_usp(row.text);
    CHECK_FALSE(read.ok());
    CHECK(read.error().code == row.code);
    CHECK(read.error().offset == row.offset);
  }
}

TEST_CASE("US Privacy: any byte anywhere is read or refused", "[signals][choice.third-party-ads]") {
  for (std::size_t at = 0; at < 4; ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string text = "1YNN";
      text[at] = static_cast<char>(value);
      const bool legal = at == 0 ? value == '1' : value == 'Y' || value == 'N' || value == '-';
      REQUIRE(read_usp(text).ok() == legal);
    }
  }
}
