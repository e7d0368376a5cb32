// The published JSON Schema says what the compiler takes: the same words, the same keys; and the demo's
// policy is clean.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "catch.h"
#include "policy/compiler.h"
#include "policy/compiler_names.h"
#include "policy/compiler_notice.h"
#include "policy/fixture.h"
#include "policy/json_value.h"
#include "policy/lint.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

constexpr std::size_t kMaxBytes = 1u << 20;

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(METROFAX_SOURCE_DIR) + "/" + path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json schema() {
  nlohmann::json value;
  json::Fault fault;
  REQUIRE(json::parse_value(read_file("demo-site/policy/policy.schema.json"), kMaxBytes, value, fault));
  return value;
}

std::set<std::string> words_of(const Vocabulary& words) {
  std::set<std::string> out;
  for (const Word& word : words) out.insert(word.text);
  return out;
}

/// Calls `visit` for every object schema inside.
template <class Visit>
void walk(const nlohmann::json& node, const std::string& path, Visit visit) {
  if (node.is_object() && node.contains("type") && node["type"] == "object") visit(node, path);
  if (!node.is_structured()) return;
  for (const auto& [key, child] : node.items()) walk(child, path + "/" + key, visit);
}

}  // namespace

TEST_CASE("the schema's words are the enumerations' words", "[policy][schema]") {
  const nlohmann::json root = schema();
  const auto& properties = root["properties"];
  const auto& rule = properties["rules"]["items"]["properties"];
  const auto in = [](const nlohmann::json& list) { return list.get<std::set<std::string>>(); };
  CHECK(in(rule["kinds"]["items"]["enum"]) == words_of(kind_words()));
  CHECK(in(rule["topics"]["items"]["enum"]) == words_of(topic_words()));
  CHECK(in(rule["party"]["items"]["enum"]) == words_of(party_words()));
  CHECK(in(rule["storage"]["items"]["enum"]) == words_of(storage_kind_words()));
  CHECK(in(properties["enforcement"]["enum"]) == words_of(enforcement_words()));
  CHECK(in(rule["needs"]["enum"]) == words_of(needs_words()));
  CHECK(in(rule["mode"]["enum"]) == words_of(mode_words()));
  CHECK(in(properties["purposes"]["items"]["properties"]["uses"]["items"]["enum"]) == words_of(use_words()));
  CHECK(in(properties["storage"]["items"]["properties"]["api"]["items"]["enum"]) == words_of(api_words()));
  std::set<std::string> reasons;
  for (const auto& [name, unused] : properties["reasons"]["properties"].items()) reasons.insert(name);
  CHECK(reasons == words_of(reason_words()));
}

TEST_CASE("every object of the schema is closed and every key described", "[policy][schema]") {
  std::size_t objects = 0;
  walk(schema(), "", [&](const nlohmann::json& node, const std::string& path) {
    ++objects;
    CAPTURE(path);
    REQUIRE(node["additionalProperties"] == false);
    for (const auto& [key, property] : node["properties"].items()) {
      CAPTURE(key);
      const bool described = property.contains("description") || property.contains("$ref");
      REQUIRE(described);
    }
    for (const auto& key : node["required"]) REQUIRE(node["properties"].contains(key.get<std::string>()));
  });
  REQUIRE(objects >= 18);
}

TEST_CASE("the compiler knows no key that the schema does not", "[policy][schema]") {
  // A policy that has a stray key in each of its objects: the compiler names each, and the schema has none of
  // them.
  const nlohmann::json root = schema();
  walk(root, "", [&](const nlohmann::json& node, const std::string& path) {
    CAPTURE(path);
    REQUIRE_FALSE(node["properties"].contains("stray"));
  });
  for (const auto& property : root["properties"].items()) {
    const std::string& key = property.key();
    // A top-level key of the schema is one the compiler takes: renamed, it is unknown.
    const std::string quoted = "\"" + key + "\":";
    const std::string source = replaced(small_policy_json(), quoted, "\"" + key + "x\":");
    const CompileOutput output = compile_policy(source);
    CAPTURE(key);
    REQUIRE(std::any_of(output.findings.begin(), output.findings.end(), [&](const Finding& finding) {
      return finding.message.find("(did you mean \"" + key + "\"?)") != std::string::npos;
    }));
  }
}

TEST_CASE("the demo's policy is clean and small", "[policy][schema]") {
  const std::string source = read_file("demo-site/policy/2013-12-01.json");
  std::string all;
  for (const Finding& finding : check_policy(source))
    all += format_finding("2013-12-01.json", finding) + "\n";
  INFO(all);
  CHECK(all.empty());
  const auto blob = compile_or_die(source);
  CHECK(blob.size() < 16 * 1024);
  CHECK(notice_data(source)["vendors"].size() > 3);
}

TEST_CASE("the notice shows what the policy declares",
          "[policy][cookies.third-party-own-policy][cookies.persistent]") {
  const nlohmann::json notice = notice_data(small_policy_json());
  CHECK(notice["policyUrl"] == "/privacy");
  CHECK(notice["version"] == "2013-12-01");
  CHECK(notice["purposes"].size() == 13);  // all but the one that is not shown
  const auto& measurement = notice["purposes"][4];
  CHECK(measurement["id"] == "measurement");
  CHECK(measurement["retentionDays"] == 390);
  CHECK(measurement["vendors"] == nlohmann::json({"northlight", "adharbor"}));
  const auto& adharbor = notice["vendors"][1];
  CHECK(adharbor["policyUrl"] == "https://adharbor.example/privacy");
  CHECK(adharbor["optOutUrl"] == "https://adharbor.example/out");
  CHECK(adharbor["storage"][1]["name"] == "_ah*");
  CHECK(adharbor["storage"][1]["lifetimeDays"] == 90);
  CHECK(adharbor["placements"]["inEmail"] == true);
  CHECK(notice["vendors"][0]["optOutUrl"].is_null());
  CHECK(notice["adChoices"] == nlohmann::json::parse(R"([{"name": "Opt Out Initiative",
    "url": "https://optout.example/", "where": "United States"}])"));
  CHECK(notice["vendors"][2]["storage"][0]["lifetimeDays"].is_null());
  CHECK(notice["storage"][2]["clause"] == "cookies.remember-me");
  CHECK(notice["clauses"]["safe-harbor"] ==
        nlohmann::json({{"says", "It took part."}, {"does", "Nothing."}}));
  CHECK(notice_data("{}").is_null());
}

TEST_CASE("requests are read as strictly as policies", "[json]") {
  nlohmann::json value;
  json::Fault fault;
  CHECK(json::parse_value(R"({"a":[1,2.5,"x",null,true,{"b":{}}]})", kMaxBytes, value, fault));
  CHECK(value == nlohmann::json::parse(R"({"a":[1,2.5,"x",null,true,{"b":{}}]})"));
  CHECK_FALSE(json::parse_value(R"({"a":1,"b":{"c":1,"c":2}})", kMaxBytes, value, fault));
  CHECK(fault.offset == 18);
  CHECK_FALSE(json::parse_value("12345", 4, value, fault));
  CHECK(fault.code == fb::ErrorCode::too_long);
}
