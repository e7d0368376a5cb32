// Wrong policies: every error, in one run, with the place where it stands.
#include <algorithm>
#include <chrono>

#include "catch.h"
#include "consent/record.h"
#include "gate/choice.h"
#include "gate/fixture.h"
#include "policy/compiler.h"
#include "policy/fixture.h"
#include "policy/json_text.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

std::string all(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) out += format_finding("p", finding) + "\n";
  return out;
}

/// The small policy with one thing changed; `mark` is the text whose first byte the error must point at, the
/// first one at or behind the change. No mark: the error may stand anywhere.
struct Wrong {
  const char* from;
  const char* to;
  const char* mark;
  const char* message;
};

void check(const Wrong& wrong) {
  const std::string good = small_policy_json();
  const std::string json = replaced(good, wrong.from, wrong.to);
  const bool anywhere = *wrong.mark == '\0';
  const std::size_t at = json.find(wrong.mark, good.find(wrong.from));
  REQUIRE(at != std::string::npos);
  const json::Position expected = json::LineIndex(json).at(at);
  const CompileOutput output = compile_policy(json);
  INFO(wrong.message << "\nexpected at " << expected.line << ":" << expected.column << "\n"
                     << all(output.findings));
  REQUIRE(output.blob.empty());
  REQUIRE(std::any_of(output.findings.begin(), output.findings.end(), [&](const Finding& finding) {
    return finding.severity == Severity::error &&
           (anywhere || (finding.line == expected.line && finding.column == expected.column)) &&
           finding.message.find(wrong.message) != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("keys, types and words are checked", "[policy]") {
  check(GENERATE(values<Wrong>({
      {R"("format": 1)", R"("format": 2)", "2",
       "expected a whole number from 1 to 1 for \"format\", found the number 2"},
      {R"("format": 1)", R"("format": 1.5)", "1.5", "found a number that is no whole one"},
      {R"("id": "small",)", "", "", "the policy lacks the key \"id\""},
      {R"("id": "small")", R"("id": "Small")", "\"Small\"", "expected an identifier for \"id\""},
      {R"("id": "small")", R"("id": "a--b")", "\"a--b\"", "expected an identifier"},
      {R"("id": "small")", R"("id": 7)", "7", "found the number 7"},
      {R"("url": "https://optout.example/")", R"("url": "javascript:0")", "\"javascript:0\"", ""},
      {R"("where": "United States")", R"("place": "US")", "\"place\"",
       "unknown key \"place\" in an opt-out page"},
      {R"("policyUrl": "/privacy")", R"("policyURL": "/privacy")", "\"policyURL\"",
       "unknown key \"policyURL\" in the policy (did you mean \"policyUrl\"?)"},
      {R"("policyUrl": "/privacy")", R"("policyUrl": "javascript:alert")", "\"javascript",
       "http or https address"},
      {R"("policyUrl": "/privacy")", R"("policyUrl": "//evil.example/x")", "\"//evil",
       "http or https address"},
      {R"("currentUsers": "2013-12-01")", R"("currentUsers": "2013-02-29")", "\"2013-02-29\"",
       "expected a date"},
      {R"("newUsers": "on-acceptance")", R"("newUsers": "later")", "\"later\"",
       "expected \"on-acceptance\" or a date"},
      {R"("version": "2012-05-01")", R"("version": "2013-12-01")", "\"2013-12-01\"",
       "the version \"2013-12-01\" stands twice: first at line 5"},
      {R"("material": true, "purposes": ["measurement"])", R"("material": true, "purposes": ["mesurement"])",
       "\"mesurement\"", "(did you mean \"measurement\"?)"},
      {R"({"version": "2012-05-01", "material": true,)", R"({"version": "2012-05-01",)", "{\"version\"",
       "lacks the key \"material\""},
      {R"("role": "controller")", R"("role": "boss")", "\"boss\"", "one of controller, joint"},
      {R"("beacons": [{)", R"("beacons": [7, {)", "7, {",
       "expected a first-party beacon (an object), found the number 7"},
      {R"("beacons": [{"path": "/b/", "purpose": "measurement"}])", R"("beacons": {})", "{}",
       "expected a list for \"beacons\", found an object"},
  })));
}

TEST_CASE("purposes and clauses are checked", "[policy]") {
  check(GENERATE(values<Wrong>({
      {R"("number": 1,)", R"("number": 32,)", "32", "a whole number from 0 to 31"},
      {R"("number": 1,)", R"("number": 0,)", "0,", "the purpose number \"0\" stands twice"},
      {R"("id": "security", "number")", R"("id": "service", "number")", "\"service\"",
       "the purpose id \"service\" stands"},
      {R"("necessary": true,)", R"("necessary": false,)", "",
       "the purpose with number 0 must exist and be necessary"},
      {R"("uses": ["sale", "share", "targeted", "profiling"])", R"("uses": ["sale", "sale"])", "\"sale\"]",
       "\"sale\" stands twice in \"uses\""},
      {R"("uses": ["sale", "share", "targeted", "profiling"])", R"("uses": ["sales"])", "\"sales\"",
       "(did you mean \"sale\"?)"},
      {R"("mode": "pseudonymous", "retention")", R"("mode": "pseudonym", "retention")", "\"pseudonym\"",
       "one of off, anonymous, pseudonymous, identified"},
      {R"("retention": "P6M")", R"("retention": "P0D")", "\"P0D\"", "duration above zero"},
      {R"("retention": "P6M")", R"("retention": "6 months")", "\"6 months\"",
       "expected an ISO 8601 duration"},
      {R"("retention": "P6M")", R"("retention": "P1D2M")", "\"P1D2M\"", "expected an ISO 8601 duration"},
      {R"("retention": "P6M")", R"("retention": "P200Y")", "\"P200Y\"", "under 136 years"},
      {R"("clause": "abuse.load")", R"("clause": "abuse.laod")", "\"abuse.laod\"",
       "no clause has the id \"abuse.laod\" (did you mean \"abuse.load\"?)"},
      {R"({"id": "scope.links")", R"({"id": "scope.site")", "\"scope.site\"",
       "the clause \"scope.site\" stands twice"},
      {R"("says": "It says so.")", R"("says": "")", "\"\"", "expected a text that is not empty for \"says\""},
  })));
}

TEST_CASE("vendors, hosts and storage are checked", "[policy][cookies.third-party]") {
  check(GENERATE(values<Wrong>({
      {R"("id": "adharbor", "number": 2)", R"("id": "adharbor", "number": 1)", "1,",
       "the vendor number \"1\" stands twice"},
      {R"("id": "adharbor", "number": 2)", R"("id": "adharbor", "number": 65001)", "65001",
       "from 1 to 65000"},
      {R"("id": "adharbor", "number")", R"("id": "northlight", "number")", "\"northlight\"",
       "the vendor id \"northlight\""},
      {R"("id": "adharbor", "number")", R"("id": "self", "number")", "\"self\"", "is ourselves"},
      {R"("host": "circlet.localhost")", R"("host": "Circlet.localhost")", "\"Circlet",
       "write \"circlet.localhost\""},
      {R"("host": "circlet.localhost")", R"("host": "https://circlet.localhost/x")", "\"https",
       "write \"circlet.localhost\""},
      {R"("host": "circlet.localhost")", R"("host": "circlet.localhost:8080")", "\"circlet", "without port"},
      {R"("host": "circlet.localhost")", R"("host": "circlet.localhost/x")", "\"circlet", "without path"},
      {R"("host": "circlet.localhost")", R"("host": "*.circlet.localhost")", "\"*.", "\"subdomains\": true"},
      {R"("host": "circlet.localhost")", R"("host": ".circlet.localhost")", "\".c", "without leading dot"},
      {R"("host": "circlet.localhost")", R"("host": "circlet.localhost.")", "\"circ", "without final dot"},
      {R"("host": "circlet.localhost")", R"("host": "a..b")", "\"a..b\"", "empty label"},
      {R"("host": "circlet.localhost")", R"("host": "-a.b")", "\"-a.b\"", "begins or ends with '-'"},
      {R"("host": "circlet.localhost")", R"("host": "a b.c")", "\"a b.c\"", "the character ' ' cannot stand"},
      {R"("host": "circlet.localhost")", R"("host": "MÜNCHEN.example")", "\"MÜN",
       "write its A-label \"xn--mnchen-3ya.example\""},
      {R"("host": "circlet.localhost")", R"("host": "127.0.0.1")", "\"127",
       "an IPv4 address has no subdomains"},
      {R"("host": "circlet.localhost")", R"("host": "0x7f.1")", "\"0x7f",
       "browsers read \"0x7f.1\" as an IPv4 address"},
      {R"("host": "circlet.localhost")", R"("host": "1.2.3.0x4")", "\"1.2", "as an IPv4 address"},
      {R"("host": "circlet.localhost")", R"("host": "010.0.0.1")", "\"010", "as an IPv4 address"},
      {R"("host": "circlet.localhost")", R"("host": "[::1]")", "\"[::1]", "IPv6"},
      {R"("host": "circlet.localhost")", R"("host": "com")", "\"com\"", "whole top-level domain"},
      {R"("host": "circlet.localhost")", R"("host": "northlight.localhost")", "\"northlight",
       "the host \"northlight.localhost\" stands twice: first at line"},
      {R"("host": "circlet.localhost")", R"("host": "metrofax.com")", "\"metrofax",
       "the host \"metrofax.com\" stands twice"},
      {R"("path": "/px.gif/both")", R"("path": "/px.gif")",
       "\"/px.gif\", \"purposes\": [\"advertising\", \"m", "the path"},
      {R"("path": "/collect")", R"("path": "collect")", "\"collect\"", "expected a path that begins with"},
      {R"("path": "/collect")", R"("path": "/collect?x")", "\"/coll", "expected a path that begins with"},
      {R"("api": ["localStorage"])", R"("api": ["localstorage"])", "\"localstorage\"",
       "(did you mean \"localStorage\"?)"},
      {R"("api": ["localStorage"])", R"("api": [])", "[]", "a list that is not empty for \"api\""},
      {R"({"name": "_ah", "match": "prefix", "kind": "persistent", "lifetime": "P90D", )",
       R"({"name": "_ah", "match": "prefix", "kind": "persistent", )", "{\"name\": \"_ah\"",
       "lacks the key \"lifetime\""},
      {R"("lifetime": "session")", R"("lifetime": "P1D")", "\"P1D\"", "expected no \"lifetime\""},
      {R"("name": "mf_session")", R"("name": "mf_consent")", "\"mf_consent\"",
       "the storage name \"mf_consent\" stands twice"},
      {R"("name": "cl_sess")", R"("name": "_nl")", "\"_nl\"", "the storage name \"_nl\" stands twice"},
      {R"("purpose": "social", "party")", R"("purpose": "socal", "party")", "\"socal\"",
       "(did you mean \"social\"?)"},
      {R"("inEmail": true)", R"("inMail": true)", "\"inMail\"", "(did you mean \"inEmail\"?)"},
  })));
}

TEST_CASE("regimes, rules and reasons are checked", "[policy]") {
  check(GENERATE(values<Wrong>({
      {R"("places": ["US"])", R"("places": ["UK"])", "\"UK\"", "the United Kingdom is \"GB\""},
      {R"("places": ["US"])", R"("places": ["us"])", "\"us\"", "ISO 3166-1"},
      {R"("places": ["US"])", R"("places": ["US-KA"])", "\"US-KA\"", "no region \"US-KA\""},
      {R"("places": ["US"])", R"("places": ["FR-"])", "\"FR-\"", "expected a region of FR"},
      {R"("places": ["US"])", R"("places": ["FR"])", "\"FR\"", "the place \"FR\" stands twice"},
      {R"("reask": "P6M", "strict": true)", R"("reask": "P6M")", "", "no regime is \"strict\""},
      {R"("places": ["US"],)", R"("places": ["US"], "strict": true,)", "",
       "only one regime may be \"strict\": \"eu\" at line"},
      {R"("reask": "P1Y", "elsewhere": true)", R"("reask": "P1Y")", "", "no regime is \"elsewhere\""},
      {R"("forbids": ["cookieless-ping"])", R"("forbids": ["cookieless"])", "\"cookieless\"",
       "expected a word in \"forbids\""},
      {R"("dnt": ["targeted"])", R"("dtn": ["targeted"])", "\"dtn\"", "(did you mean \"dnt\"?)"},
      {R"({"id": "remember", "clause": "cookies.remember-me", )", R"({"id": "remember", )",
       "{\"id\": \"remember\"", "a rule lacks the key \"clause\""},
      {R"("kinds": ["web.handoff"])", R"("kinds": ["web_handoff"])", "\"web_handoff\"",
       "(did you mean \"web.handoff\"?)"},
      {R"("kinds": ["web.handoff"])", R"("kinds": [])", "[]", "a list that is not empty for \"kinds\""},
      {R"("topics": ["class-service"])", R"("topics": ["class_service"])", "\"class_service\"",
       "(did you mean \"class-service\"?)"},
      {R"("needs": "active-account")", R"("needs": "account")", "\"account\"",
       "expected a word for \"needs\""},
      {R"("purposes": ["handoff"], "needs")", R"("purposes": ["nope"], "needs")", "\"nope\"",
       "expected the id of a purpose of this policy in \"purposes\""},
      {R"("purposes": ["handoff"], "needs")", R"("purposes": [], "needs")", "[]",
       "a list that is not empty for \"purposes\""},
      {R"("id": "clicks")", R"("id": "opens")", "\"opens\"", "the rule id \"opens\" stands twice"},
      {R"("child": "children.none")", R"("childs": "children.none")", "\"childs\"",
       "(did you mean \"child\"?)"},
      {R"("child": "children.none")", R"("child": 1)", "1",
       "expected the id of a clause, found the number 1"},
  })));
}

TEST_CASE("every error is reported in one run", "[policy]") {
  std::string json = small_policy_json();
  json = replaced(json, R"("id": "small")", R"("id": "Small")");
  json = replaced(json, R"("number": 1, "name": "Security")", R"("number": 99, "name": "Security")");
  json = replaced(json, R"("host": "circlet.localhost")", R"("host": "*.circlet.localhost")");
  json = replaced(json, R"("places": ["US"])", R"("places": ["UK"])");
  json = replaced(json, R"("needs": "promotional")", R"("need": "promotional")");
  const CompileOutput output = compile_policy(json);
  INFO(all(output.findings));
  REQUIRE(output.findings.size() == 6);  // the unknown key and the missing one are two
  REQUIRE(
      std::is_sorted(output.findings.begin(), output.findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.line, a.column) < std::pair(b.line, b.column);
      }));
}

TEST_CASE("texts that are no JSON say where and why", "[policy][json]") {
  struct Row {
    std::string text;
    unsigned line;
    unsigned column;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"", 1, 1, "the text is empty"},
      {"  \n", 2, 1, "the text is empty"},
      {"{\n  \"a\": 1,\n}", 2, 9, "a comma stands before '}'"},
      {"[1,2,]", 1, 5, "a comma stands before ']'"},
      {"{\"a\": // x\n1}", 1, 7, "comments are not part of JSON"},
      {"/* x */ {}", 1, 1, "comments are not part of JSON"},
      {"{\"a\": 1, \"b\": 2, \"a\": 3}", 1, 18, "the key \"a\" stands twice"},
      {"{\"é\": 1, \"é\": 3}", 1, 10, "the key \"é\" stands twice"},
      {"\xEF\xBB\xBF{}", 1, 1, "byte order mark"},
      {"{} {}", 1, 4, "text follows the end"},
      {"{\"a\": \"x\xFFy\"}", 1, 9, "not well-formed UTF-8"},
      {"{\"a\": \"\xC0\xAF\"}", 1, 8, "not well-formed UTF-8"},
      {"{\"a\": \"\xED\xA0\x80\"}", 1, 8, "not well-formed UTF-8"},
      {std::string("{}\0", 3), 1, 3, "a NUL byte"},
      {"{'a': 1}", 1, 2, "double quotes"},
      {"{\"a\": \"abc", 1, 7, "never closed"},
      {"{\"a\": [1, 2", 1, 12, "ends too early"},
      {"{\"a\" 1}", 1, 6, "expected"},
      {"{\"a\": 1 \"b\": 2}", 1, 9, "expected"},
      {"[1,,2]", 1, 4, "unexpected ','"},
      {"{\"a\": tru}", 1, 7, "invalid literal"},
      {"{\"a\": 01}", 1, 8, "expected"},
      {"{\"a\": NaN}", 1, 7, "invalid literal"},
      {"{\"a\": 1e999}", 1, 7, "the number is out of range"},
      {"{\"a\": \"tab\there\"}", 1, 11, "control character"},
      {"{\"a\": \"\\q\"}", 1, 9, "forbidden character after backslash"},
      {"{\"a\": \"\\ud800\"}", 1, 14, "surrogate"},
  }));
  const CompileOutput output = compile_policy(row.text);
  INFO(row.text << "\n" << row.message << "\n" << all(output.findings));
  REQUIRE(output.blob.empty());
  REQUIRE_FALSE(output.findings.empty());
  const auto hit = std::find_if(output.findings.begin(), output.findings.end(), [&](const Finding& finding) {
    return finding.message.find(row.message) != std::string::npos;
  });
  REQUIRE(hit != output.findings.end());
  CHECK(hit->line == row.line);
  CHECK(hit->column == row.column);
}

TEST_CASE("ten megabytes of brackets are refused at once", "[policy][json]") {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string deep;
    while (deep.size() < 10'000'000) deep += open;
    const auto start = std::chrono::steady_clock::now();
    const CompileOutput output = compile_policy(deep);
    const auto took = std::chrono::steady_clock::now() - start;
    REQUIRE(output.blob.empty());
    REQUIRE(output.findings.size() == 1);
    REQUIRE(output.findings[0].message == "nested deeper than 64 levels");
    // The generous bound is for sanitizers on a busy machine; unhindered it is some ten milliseconds.
    REQUIRE(took < std::chrono::seconds(5));
  }
}

TEST_CASE("names that leave a choice no room in its cookie are refused",
          "[policy][consent][cookies.persistent]") {
  // Each of the two may have 48 bytes, and 255 vendors take 64 more.
  const std::string regime(30, 'r');
  const auto policy = [&](std::size_t version, int vendor) {
    std::string json = small_policy_json();
    for (std::size_t at; (at = json.find("\"us-ca\"")) != std::string::npos;)
      json.replace(at, 7, "\"" + regime + "\"");
    json = replaced(json, R"("version": "2)", R"("version": ")" + std::string(version, 'v') + "2");
    return replaced(json, R"("northlight", "number": 1,)",
                    R"("northlight", "number": )" + std::to_string(vendor) + ",");
  };
  const auto is_refused = [&](const std::string& json, std::string_view said) {
    const CompileOutput output = compile_policy(json);
    INFO(all(output.findings));
    return output.blob.empty() && all(output.findings).find(said) != std::string::npos;
  };
  std::size_t fits = 0;
  while (compile_policy(policy(fits + 1, 255)).ok()) ++fits;
  const std::string refused = policy(fits + 1, 255);
  CHECK(is_refused(refused, "a visitor's choice could not be kept"));
  const json::Position at = json::LineIndex(refused).at(refused.find("\"vv"));
  CHECK(is_refused(
      refused, "p:" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": error: the version"));
  // With fewer vendors there is more room; and what compiles can be written whatever is chosen.
  CHECK(compile_policy(policy(fits + 1, 200)).ok());
  const OpenPolicy open(policy(fits, 255));
  ConsentRecord record;
  record.policy_version = open.view().version;
  record.regime = regime;
  record.time = record.older = 0xFFFFFFFF;
  record.granted = record.denied = purpose_kinds(open.view()).used;
  record.specific = record.granted & (record.granted - 1);
  for (std::uint32_t& word : record.refused) word = ~std::uint32_t{0};
  char text[kMaxRecordBytes];
  for (unsigned i = 0; i < 64; ++i) {  // each has another sum
    --record.time;
    CHECK(write_record(record, text).ok());
  }
}
