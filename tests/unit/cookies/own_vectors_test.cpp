// tests/vectors/cookies.jsonl: our own vectors, the same that the wasm build is held to.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.h"
#include "cli/ops_cookie.h"

using nlohmann::json;
using namespace metrofax::consent;

namespace {

json answer_to(const json& request) {
  struct Entry {
    const char* name;
    cli::Op op;
  };
  constexpr Entry ops[] = {
      {"cookie.parse", cli::cookie_parse},         {"cookie.date", cli::cookie_date},
      {"cookie.header", cli::cookie_header},       {"cookie.classify", cli::cookie_classify},
      {"cookie.serialize", cli::cookie_serialize}, {"cookie.store", cli::cookie_store},
      {"cookie.sweep", cli::cookie_sweep},
  };
  for (const Entry& entry : ops) {
    if (request.at("op") != entry.name) continue;
    try {
      json answer = entry.op(request);
      answer["ok"] = true;
      return answer;
    } catch (const cli::OpError& error) {
      CHECK_FALSE(error.message.empty());
      // The words and the place are for people; the code is the promise.
      return {{"ok", false}, {"error", fb::EnumNameErrorCode(error.code)}};
    }
  }
  return nullptr;
}

}  // namespace

TEST_CASE("own cookie vectors",
          "[cookies][cookies.session][cookies.persistent][cookies.removal][security.tls][vectors]") {
  std::ifstream file(METROFAX_SOURCE_DIR "/tests/vectors/cookies.jsonl");
  REQUIRE(file);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const json vector = json::parse(line);
    INFO(line.substr(0, 500));
    CHECK(answer_to(vector.at("request")) == vector.at("answer"));
  }
  CHECK(count >= 120);
}
