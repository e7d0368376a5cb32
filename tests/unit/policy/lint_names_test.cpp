// What a public list of cookie names adds to `policy check`: hints, and never a permission.
#include <string>

#include "catch.h"
#include "policy/fixture.h"
#include "policy/lint.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

constexpr const char* kList = R"({"notice": "n", "names": [
  ["_hjid", "Hotjar", "Hotjar", "Analytics", "measurement", 365, 0],
  ["_hj", "Hotjar", "Hotjar", "Analytics", "measurement", 365, 1],
  ["_hjSession", "Hotjar", "Hotjar", "Marketing", "advertising", 1, 1],
  ["_pk", "Matomo", "", "Analytics", "measurement", 400, 1],
  ["csrf", "Any", "", "Necessary", "", 0, 0],
  ["mf_session", "Tracker Inc", "Tracker", "Marketing", "advertising", 400, 0]]})";

KnownNames known() {
  std::string error;
  KnownNames names = KnownNames::read(kList, error);
  REQUIRE(error.empty());
  return names;
}

std::string warnings(const std::vector<std::string>& seen) {
  const KnownNames names = known();
  std::string text;
  for (const Finding& finding : check_policy(small_policy_json(), &names, seen)) {
    CHECK(finding.severity == Severity::warning);
    text += finding.message + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("an exact name first, then the longest prefix; short prefixes need the platform",
          "[policy][lint]") {
  const KnownNames names = known();
  CHECK(names.find("_hjid")->prefix == false);
  CHECK(names.find("_hjSession_123")->category == "Marketing");
  CHECK(names.find("_hjOther") == nullptr);
  CHECK(names.find("_hjOther", "Hotjar")->name == "_hj");
  CHECK(names.find("_pk_id") == nullptr);
  CHECK(names.find("_pk_id", "Matomo")->name == "_pk");
  CHECK(names.find("zzz") == nullptr);
}

TEST_CASE("names that were seen and nobody declares are findings with a hint",
          "[policy][lint][cookies.third-party]") {
  const std::string text = warnings({"_hjid", "csrf", "zzz", "_nl", "", "_hjid"});
  CHECK(text.find(
            "nobody declares \"_hjid\", so it is denied; Open Cookie Database: Hotjar, Hotjar, Analytics; a "
            "suggestion: purpose \"measurement\"") != std::string::npos);
  CHECK(text.find("\"zzz\", so it is denied; Open Cookie Database does not know it") != std::string::npos);
  CHECK(text.find("_nl") == std::string::npos);
  // The list may call it necessary; that is no suggestion.
  CHECK(text.find("\"csrf\", so it is denied; Open Cookie Database: Any, Necessary\n") != std::string::npos);
}

TEST_CASE("what is declared necessary and known as marketing is a finding",
          "[policy][lint][cookies.session]") {
  CHECK(warnings({}).find(
            "\"mf_session\" is declared necessary; Open Cookie Database: Tracker Inc, Tracker, Marketing") !=
        std::string::npos);
}

TEST_CASE("a list that is none is refused by what it lacks", "[policy][lint]") {
  for (const char* text :
       {"", "[]", "{}", R"({"names": 1})", R"({"names": [["a"]]})",
        R"({"names": [[1, "", "", "", "", 0, 0]]})", R"({"names": [["a", "", "", "", "", 0, "x"]]})"}) {
    std::string error;
    CHECK(KnownNames::read(text, error).empty());
    CHECK(error.find("expected") != std::string::npos);
  }
}
