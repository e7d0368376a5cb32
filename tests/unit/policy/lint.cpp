// What `policy check` says beyond the compiler's errors.
#include "policy/lint.h"

#include <algorithm>

#include "catch.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

std::string all(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) out += format_finding("p", finding) + "\n";
  return out;
}

}  // namespace

TEST_CASE("the small policy is clean", "[policy][lint]") {
  INFO(all(check_policy(small_policy_json())));
  REQUIRE(check_policy(small_policy_json()).empty());
}

TEST_CASE("each flaw is found where it stands", "[policy][lint]") {
  struct Row {
    const char* from;
    const char* to;
    Severity severity;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {R"(, "declarative": "Superseded.")", "", Severity::error,
       "nothing enforces the clause \"safe-harbor\""},
      {R"("id": "cookies.session", "says")", R"("id": "cookies.session", "declarative": "No.", "says")",
       Severity::warning, "is called declarative and yet is cited"},
      {R"("child": "children.none",)", "", Severity::error, "\"reasons\" names no clause for \"child\""},
      {R"("first_party": "scope.site",)", "", Severity::error,
       "\"reasons\" names no clause for \"first_party\", which no rule explains"},
      {R"(["web.request"], "purposes": ["cookieless-ping"], "needs": "consent", "mode": "anonymous")",
       R"(["web.request"], "needs": "never")", Severity::warning, "no request reaches the rule \"gifs\""},
      {R"("party": ["third"], "purposes": ["interest", "measurement", "advertising", "social"], "beacon": false)",
       R"("party": ["third"], "purposes": ["interest", "measurement", "advertising", "social", "remember-me"])",
       Severity::warning, "the rules \"gifs\" and \"requests\" overlap for web.request"},
      {R"("purposes": ["handoff"], "needs")", R"("needs")", Severity::warning,
       "the rule \"handoff\" is for web.handoff, which is judged by the purposes of its row, and names none"},
      {R"("purposes": ["social"],
     "hosts")",
       R"("purposes": [],
     "hosts")",
       Severity::warning, "the vendor \"circlet\" has no purpose"},
      {R"([{"host": "circlet.localhost", "subdomains": true, "sockets": true}])", "[]", Severity::warning,
       "the vendor \"circlet\" has no host"},
      {R"("onSite": true, "inEmail": false, "offSite": false)",
       R"("onSite": false, "inEmail": false, "offSite": false)", Severity::warning,
       "the vendor \"northlight\" is placed nowhere"},
      {R"("forbids": ["cookieless-ping"],)", R"("forbids": ["cookieless-ping"], "elsewhere": false,)",
       Severity::warning, ""},
      {R"("model": "opt-in", )", "", Severity::warning, "the regime \"eu\" has no \"model\""},
      {R"("consentLifetime": "P6M", )", "", Severity::warning,
       "the regime \"eu\" has no \"consentLifetime\""},
      {R"("model": "opt-in")", R"("model": "opt-out")", Severity::warning, "stands for unknown places"},
      {R"("lifetime": "P90D")", R"("lifetime": "P401D")", Severity::warning,
       "browsers keep no cookie longer than 400"},
      {R"("host": "circlet.localhost")", R"("host": "like.northlight.localhost")", Severity::warning,
       "\"like.northlight.localhost\" of \"circlet\" lies under \"northlight.localhost\" of \"northlight\""},
      {R"("purpose": "social", "party": "third")", R"("purpose": "interest", "party": "third")",
       Severity::warning, "does not list the purpose \"interest\" of this entry"},
      {R"("necessary": true, "uses": [])", R"("necessary": true, "uses": ["sale"])", Severity::warning,
       "is necessary and yet has uses"},
      {R"("purposes": ["profile-pii"], "needs")", R"("purposes": ["interest"], "needs")", Severity::warning,
       "nothing uses the purpose \"profile-pii\""},
  }));
  const auto findings = check_policy(replaced(small_policy_json(), row.from, row.to));
  INFO(row.message << "\n" << all(findings));
  if (*row.message == '\0') {
    REQUIRE(findings.empty());
    return;
  }
  REQUIRE(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.severity == row.severity && finding.message.find(row.message) != std::string::npos;
  }));
}

TEST_CASE("an exception before the general row is no overlap", "[policy][lint]") {
  const auto json = replaced(
      small_policy_json(), R"({"id": "storage", "clause": "cookies.persistent")",
      R"({"id": "no-interest", "clause": "cookies.interest", "kinds": ["web.storage"], "purposes": ["interest"], "needs": "never"},
    {"id": "storage", "clause": "cookies.persistent")");
  INFO(all(check_policy(json)));
  REQUIRE(check_policy(json).empty());
}
