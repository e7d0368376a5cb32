// Operations on tokens: keys, rotation, forgeries.
#include <nlohmann/json.hpp>
#include <string>

#include "catch.h"
#include "cli/email_keys.h"
#include "cli/ops.h"
#include "cli/ops_decide.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using nlohmann::json;

namespace {

const std::string kSecret(64, '5');
const std::string kOther(64, 'a');

json answer(const json& request) { return json::parse(cli::answer_line(request.dump())); }

json write(const std::string& secret, int id) {
  static const bool ready = [] {
    Error error;
    return cli::set_policy("email-ops", test::compile_or_die(test::small_policy_json()), error);
  }();
  REQUIRE(ready);
  return answer({{"op", "token.write"},
                 {"policy", "email-ops"},
                 {"token",
                  {{"kind", "click"},
                   {"mode", "pseudonymous"},
                   {"axis", "email-click"},
                   {"campaign", 9},
                   {"expires", 1'800'000'000},
                   {"id", "0123456789abcdef0123456789abcdef"},
                   {"target", "https://www.metrofax.com/"}}},
                 {"key", {{"id", id}, {"secret", secret}}}});
}

json read(const std::string& text, json keys, std::int64_t now = 1'790'000'000) {
  return answer({{"op", "token.read"},
                 {"policy", "email-ops"},
                 {"text", text},
                 {"keys", std::move(keys)},
                 {"now", now}});
}

}  // namespace

TEST_CASE("keys rotate: the old one verifies, another of its number does not", "[cli][E6]") {
  const std::string text = write(kSecret, 1)["text"];
  const json both = {{{"id", 2}, {"secret", kOther}}, {{"id", 1}, {"secret", kSecret}}};
  const json token = read(text, both);
  REQUIRE(token["ok"] == true);
  CHECK(token["token"]["target"] == "https://www.metrofax.com/");
  CHECK(token["token"]["id"] == "0123456789abcdef0123456789abcdef");
  CHECK(read(text, {{{"id", 2}, {"secret", kOther}}})["error"] == "token_unknown_key");
  CHECK(read(text, {{{"id", 1}, {"secret", kOther}}})["error"] == "token_forged");
  CHECK(read(text, both, 1'800'000'001)["error"] == "token_expired");
}

TEST_CASE("every changed bit of a token is a forgery or no token", "[cli][E6]") {
  const std::string text = write(kSecret, 1)["text"];
  const json keys = {{{"id", 1}, {"secret", kSecret}}};
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string forged = text;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    const json refused = read(forged, keys);
    INFO(i);
    CHECK(refused["ok"] == false);
    CHECK(refused["error"].get<std::string>().substr(0, 6) == "token_");
  }
}

TEST_CASE("keys of the environment", "[cli][E6]") {
  std::string problem;
  const auto keys = cli::read_mail_keys("7:" + kSecret + ",1:" + kOther, problem);
  REQUIRE(keys);
  CHECK(keys->front().id == 7);
  CHECK(keys->size() == 2);
  for (const std::string& bad :
       {std::string(), "1:" + kSecret + ",1:" + kOther, "256:" + kSecret, "1:" + kSecret.substr(2),
        "1:" + kSecret.substr(1), "x:" + kSecret, kSecret, ":" + kSecret}) {
    INFO(bad);
    CHECK_FALSE(cli::read_mail_keys(bad, problem));
    CHECK(problem.find(kSecret.substr(0, 16)) == std::string::npos);
  }
}
