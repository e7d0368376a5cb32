// `mfconsent eval` never dies of a line.
#include "cli/eval.h"

#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "cli/canonical.h"
#include "cli/ops.h"
#include "cli/ops_decide.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using metrofax::consent::cli::answer_line;
using nlohmann::json;

namespace {

json answer(const std::string& line) {
  const std::string text = answer_line(line);
  json value = json::parse(text);
  REQUIRE(cli::canonical(value) == text);
  return value;
}

/// Everything eval_stream writes for an input.
std::string run(const std::string& input) {
  int in[2];
  int out[2];
  REQUIRE(::pipe(in) == 0);
  REQUIRE(::pipe(out) == 0);
  std::thread feeder([&] {
    std::string_view rest = input;
    while (!rest.empty()) {
      const ssize_t written = ::write(in[1], rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(in[1]);
  });
  std::string output;
  std::thread reader([&] {
    char piece[65536];
    for (ssize_t got = 0; (got = ::read(out[0], piece, sizeof piece)) > 0;) {
      output.append(piece, static_cast<std::size_t>(got));
    }
  });
  const int code = cli::eval_stream(in[0], out[1]);
  ::close(out[1]);
  feeder.join();
  reader.join();
  ::close(in[0]);
  ::close(out[0]);
  REQUIRE(code == 0);
  return output;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(at == text.size());
  return lines;
}

}  // namespace

TEST_CASE("a bad line gets an answer that says what is wrong and where", "[cli][eval]") {
  struct Row {
    std::string line;
    const char* error;
    int at;
  };
  const auto row = GENERATE(values<Row>({
      {"", "bad_json", 0},
      {"\r", "bad_json", 1},
      {"{", "bad_json", 1},
      {"{\"op\":\"dnt.parse\",}", "bad_json", 17},
      {"{\"op\":\"dnt.parse\"} x", "bad_json", 19},
      {"{\"op\":1,\"op\":2}", "bad_json", 8},
      {"{\"op\":\"\xFF\"}", "bad_utf8", 7},
      {std::string("{\"op\":\"dnt.parse\"}\0", 19), "bad_json", 18},
      {"[]", "wrong_type", 0},
      {"7", "wrong_type", 0},
      {"{}", "missing_key", 0},
      {"{\"op\":7}", "wrong_type", 0},
      {"{\"op\":\"no.such\"}", "unknown_op", 0},
      {"{\"op\":\"\"}", "unknown_op", 0},
  }));
  CAPTURE(row.line);
  const json value = answer(row.line);
  CHECK(value["ok"] == false);
  CHECK(value["error"] == row.error);
  CHECK(value["at"] == row.at);
  CHECK(value["id"].is_null());
  CHECK_FALSE(value["message"].get<std::string>().empty());
}

TEST_CASE("the id comes back whatever it is", "[cli][eval]") {
  for (const char* id : {"1", "\"x\"", "null", "[1,{\"a\":2}]", "1.5", "true"}) {
    const json good = answer(std::string(R"({"op":"dnt.parse","input":"1","id":)") + id + "}");
    CHECK(good["ok"] == true);
    CHECK(good["id"] == json::parse(id));
    CHECK(answer(std::string(R"({"op":"nothing","id":)") + id + "}")["id"] == json::parse(id));
  }
}

TEST_CASE("deep and long lines are refused, not followed", "[cli][eval]") {
  CHECK(answer("{\"op\":" + std::string(9'000'000, '['))["error"] == "bad_json");
  const json id = answer("{\"op\":\"dnt.parse\",\"input\":null,\"id\":" + std::string(62, '[') +
                         std::string(62, ']') + "}");
  CHECK(id["ok"] == true);
  CHECK(answer("{\"op\":\"dnt.parse\",\"id\":" + std::string(64, '[') + std::string(64, ']') +
               "}")["error"] == "bad_json");
  CHECK(answer(std::string(cli::kMaxLineBytes + 1, ' '))["error"] == "too_long");
}

TEST_CASE("one answer a line, in order, whatever stands between", "[cli][eval]") {
  const std::string big(10'000'000, 'x');
  const std::string huge(cli::kMaxLineBytes + 10, 'y');
  const auto lines =
      lines_of(run("{\"op\":\"dnt.parse\",\"input\":\"1\",\"id\":1}\r\n"
                   "\n"
                   "{\"op\":\"dnt.parse\",\"input\":\"" +
                   big + "\",\"id\":3}\n" + huge + "\nnot json\n" + std::string("\0\n", 2) +
                   "{\"op\":\"dnt.parse\",\"input\":\"0\",\"id\":7}"));
  REQUIRE(lines.size() == 7);
  CHECK(json::parse(lines[0])["id"] == 1);
  CHECK(json::parse(lines[0])["ok"] == true);
  CHECK(json::parse(lines[1])["error"] == "bad_json");
  CHECK(json::parse(lines[2])["id"] == 3);
  CHECK(json::parse(lines[3])["error"] == "too_long");
  CHECK(json::parse(lines[4])["error"] == "bad_json");
  CHECK(json::parse(lines[5])["error"] == "bad_json");
  CHECK(json::parse(lines[6])["id"] == 7);
  CHECK(run("").empty());
  CHECK(lines_of(run("\n")).size() == 1);
}

TEST_CASE("answers do not wait for more input", "[cli][eval]") {
  int in[2];
  int out[2];
  REQUIRE(::pipe(in) == 0);
  REQUIRE(::pipe(out) == 0);
  std::thread server([&] { cli::eval_stream(in[0], out[1]); });
  for (int i = 0; i < 3; ++i) {
    const std::string line = "{\"op\":\"dnt.parse\",\"input\":\"1\",\"id\":" + std::to_string(i) + "}\n";
    REQUIRE(::write(in[1], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    std::string text;
    char c = 0;
    while (::read(out[0], &c, 1) == 1 && c != '\n') text += c;
    CHECK(json::parse(text)["id"] == i);
  }
  ::close(in[1]);
  server.join();
  for (const int end : {in[0], out[0], out[1]}) ::close(end);
}

TEST_CASE("decide answers by a policy that was made known", "[cli][eval]") {
  Error error;
  REQUIRE(cli::set_policy("small", test::compile_or_die(test::small_policy_json()), error));
  const json value = answer(
      R"({"op":"decide","policy":"small","subject":{"now":1700000000,"country":"FR"},)"
      R"("request":{"kind":"web.request","url":"https://northlight.localhost/collect","initiator":"image","page":"https://metrofax.com/"}})");
  CHECK(value["ok"] == true);
  CHECK(value["verdict"]["outcome"] == "deny");
  CHECK(value["verdict"]["vendor"] == "northlight");
  CHECK(value["verdict"]["clause"] == "gifs.site");
  CHECK(answer(R"({"op":"decide","policy":"none-such","subject":{"now":1},"request":{"kind":"web.request"}})")
            ["ok"] == false);
}
