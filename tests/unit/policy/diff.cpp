// What `policy diff` calls material, narrowing, or words only.
#include "policy/compiler_diff.h"

#include "catch.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

PolicyModel read(const std::string& source) {
  Findings findings;
  PolicyModel model = read_policy(source, findings);
  REQUIRE_FALSE(findings.has_errors());
  return model;
}

}  // namespace

TEST_CASE("each change has its weight", "[policy][diff][changes.material][changes.non-material]") {
  struct Row {
    const char* from;
    const char* to;
    Weight weight;
    const char* what;
  };
  const auto row = GENERATE(values<Row>({
      {R"("retention": "P6M")", R"("retention": "P7M")", Weight::material,
       "purpose \"security\" retention in seconds"},
      {R"("retention": "P6M")", R"("retention": "P5M")", Weight::narrows,
       "purpose \"security\" retention in seconds"},
      {R"("name": "Social")", R"("name": "Networks")", Weight::text, "purpose \"social\" name"},
      {R"("uses": ["cookieless"])", R"("uses": [])", Weight::material,
       "purpose \"cookieless-ping\" has other uses"},
      {R"("mode": "pseudonymous", "retention")", R"("mode": "identified", "retention")", Weight::material,
       "purpose \"measurement\" mode"},
      {R"("number": 19)", R"("number": 18)", Weight::material, "people's records now say something else"},
      {R"("controller": "Circlet Social")", R"("controller": "Octagon")", Weight::material,
       "now run by \"Octagon\""},
      {R"("onSite": true, "inEmail": false)", R"("onSite": true, "inEmail": true)", Weight::material,
       "vendor \"northlight\" is now placed in-email"},
      {R"("onSite": true, "inEmail": true, "offSite": true)",
       R"("onSite": true, "inEmail": true, "offSite": false)", Weight::narrows, "no longer placed off-site"},
      {R"({"host": "circlet.localhost", "subdomains": true,)",
       R"({"host": "circlet.localhost", "subdomains": false,)", Weight::narrows, "no longer with subdomains"},
      {R"("sockets": true)", R"("sockets": false)", Weight::narrows, "no longer with sockets"},
      {R"([{"host": "circlet.localhost")",
       R"([{"host": "new.test", "subdomains": false}, {"host": "circlet.localhost")", Weight::material,
       "host \"new.test\" is new"},
      {R"("path": "/collect")", R"("path": "/collected")", Weight::material, "path \"/collected\" is new"},
      {R"("lifetime": "P90D")", R"("lifetime": "P91D")", Weight::material, "storage \"_ah*\" lifetime"},
      {R"(, "linked": true)", "", Weight::narrows, "no longer linked to the account"},
      {R"("name": "nl_visitor")", R"("name": "nl_visit")", Weight::material, "storage \"nl_visit\" is new"},
      {R"("model": "opt-in")", R"("model": "opt-out")", Weight::material, "silence now allows"},
      {R"("forbids": ["cookieless-ping"])", R"("forbids": [])", Weight::material,
       "no longer denies \"cookieless-ping\""},
      {R"("dnt": ["targeted"])", R"("dnt": [])", Weight::material,
       "the signal dnt no longer denies \"interest\""},
      {R"("consentLifetime": "P6M")", R"("consentLifetime": "P7M")", Weight::material, "consentLifetime"},
      {R"("refusalLifetime": "P6M")", R"("refusalLifetime": "P7M")", Weight::narrows, "refusalLifetime"},
      {R"("places": ["AT", "DE")", R"("places": ["AT", "CH", "DE")", Weight::material, "now holds in CH"},
      {R"("needs": "promotional")", R"("needs": "never")", Weight::narrows,
       "rule \"promotional-mail\" needs"},
      {R"("needs": "explicit-grant")", R"("needs": "consent")", Weight::material, "rule \"remember\" needs"},
      {R"("id": "pings")", R"("id": "pinging")", Weight::material, "rule \"pinging\" is new"},
      {R"("says": "It says so.")", R"("says": "So it says.")", Weight::text, "says it in other words"},
      {R"("name": "Example Fax")", R"("name": "Other Fax")", Weight::material,
       "controller \"Other Fax\" is new"},
      {R"("policyUrl": "/privacy")", R"("policyUrl": "/policy")", Weight::text, "policyUrl changed"},
  }));
  const PolicyModel before = read(small_policy_json());
  const PolicyModel after = read(replaced(small_policy_json(), row.from, row.to));
  std::string all;
  bool found = false;
  for (const Change& change : diff_policies(before, after)) {
    all += std::string(weight_name(change.weight)) + " " + change.what + "\n";
    found = found || (change.weight == row.weight && change.what.find(row.what) != std::string::npos);
  }
  INFO(row.what << "\n" << all);
  REQUIRE(found);
}

TEST_CASE("two readings of one policy do not differ", "[policy][diff]") {
  const PolicyModel model = read(small_policy_json());
  CHECK(diff_policies(model, model).empty());
  CHECK(advise_revision(model, model, {}).problem.empty());
}

TEST_CASE("the order of rules is material", "[policy][diff]") {
  const std::string source = small_policy_json();
  const auto first = source.find("    {\"id\": \"gifs\"");
  const auto second = source.find("    {\"id\": \"requests\"");
  const auto third = source.find("    {\"id\": \"handoff\", \"clause\"");
  REQUIRE(first < second);
  REQUIRE(second < third);
  const std::string swapped = source.substr(0, first) + source.substr(second, third - second) +
                              source.substr(first, second - first) + source.substr(third);
  const auto changes = diff_policies(read(source), read(swapped));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].weight == Weight::material);
  CHECK(changes[0].all_purposes);
}

TEST_CASE("the row of supersedes follows from the changes", "[policy][diff][changes.material]") {
  const PolicyModel before = read(small_policy_json());
  std::string next =
      replaced(small_policy_json(), R"("version": "2013-12-01")", R"("version": "2014-06-01")");
  next = replaced(next, R"("lifetime": "P90D")", R"("lifetime": "P91D")");
  const auto advise = [&](const std::string& source) {
    const PolicyModel after = read(source);
    return advise_revision(before, after, diff_policies(before, after));
  };
  const char* row = R"({"version": "2013-12-01", "material": true, "purposes": ["advertising"]})";
  CHECK(advise(next).row == row);
  CHECK(advise(next).problem == "the new policy does not list \"2013-12-01\" in \"supersedes\"");
  const auto with = [&](const std::string& text) {
    return replaced(next, R"("supersedes": [)", R"("supersedes": [)" + text + ", ");
  };
  CHECK(advise(with(row)).problem.empty());
  CHECK(advise(with(R"({"version": "2013-12-01", "material": true})")).problem.empty());
  CHECK(advise(with(R"({"version": "2013-12-01", "material": false})")).problem ==
        "\"supersedes\" calls the change from \"2013-12-01\" not material");
  CHECK(advise(with(R"({"version": "2013-12-01", "material": true, "purposes": ["social"]})")).problem ==
        "\"supersedes\" leaves out the purpose \"advertising\" in the change from \"2013-12-01\"");
}
