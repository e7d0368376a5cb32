// The command line: exit codes, what is written, and that nothing is written on errors.
#include "cli/command_line.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/files.h"
#include "cli/ops.h"
#include "cli/policies.h"
#include "cli/version.h"
#include "policy/fixture.h"
#include "policy/view.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cli;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for each test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "mfconsent-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return at(name);
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string get(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  fs::path path_;
};

/// What a command answered and printed.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

/// Catches what is written to a file descriptor while it lives.
class Capture {
 public:
  explicit Capture(int descriptor)
      : descriptor_(descriptor), saved_(::dup(descriptor)), file_(std::tmpfile()) {
    std::fflush(nullptr);
    ::dup2(::fileno(file_), descriptor_);
  }
  ~Capture() { std::fclose(file_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  std::string finish() {
    std::fflush(nullptr);
    std::cout.flush();
    std::cerr.flush();
    ::dup2(saved_, descriptor_);
    ::close(saved_);
    std::rewind(file_);
    std::string text;
    char piece[4096];
    while (const std::size_t got = std::fread(piece, 1, sizeof piece, file_)) text.append(piece, got);
    return text;
  }

 private:
  int descriptor_;
  int saved_;
  std::FILE* file_;
};

Ran run(const std::vector<std::string>& arguments) {
  std::vector<const char*> raw = {"mfconsent"};
  for (const std::string& argument : arguments) raw.push_back(argument.c_str());
  Ran ran;
  Capture out(STDOUT_FILENO);
  Capture err(STDERR_FILENO);
  ran.code = run_command_line(static_cast<int>(raw.size()), raw.data());
  ran.err = err.finish();
  ran.out = out.finish();
  return ran;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("check answers 0, 1 or 2", "[cli]") {
  const Folder folder;
  const std::string good = folder.put("good.json", test::small_policy_json());
  const std::string odd = folder.put(
      "odd.json",
      test::replaced(test::small_policy_json(), R"("lifetime": "P90D")", R"("lifetime": "P500D")"));
  const std::string bad = folder.put("bad.json", "{");
  CHECK(run({"policy", "check", good}).code == kGood);
  CHECK(has(run({"policy", "check", good}).err, "good.json: 0 errors, 0 warnings\n"));
  CHECK(has(run({"policy", "check", odd}).err, "warning: browsers keep no cookie longer than 400 days"));
  CHECK(has(run({"policy", "check", bad}).err, "bad.json:1:2: error: the text ends too early"));
  const nlohmann::json report = nlohmann::json::parse(run({"policy", "check", "--json", bad}).out);
  CHECK(report["errors"] == 1);
  CHECK(report["findings"][0]["column"] == 2);
  CHECK(run({"policy", "check", odd}).code == kWanting);
  CHECK(run({"policy", "check", bad}).code == kBadInput);
  CHECK(run({"policy", "check", good, odd, bad}).code == kBadInput);
  CHECK(run({"policy", "check", folder.at("none.json")}).code == kBadInput);
}

TEST_CASE("compile writes the blob and the notice, or nothing", "[cli]") {
  const Folder folder;
  const std::string good = folder.put("good.json", test::small_policy_json());
  CHECK(run({"policy", "compile", good, "-o", folder.at("p.bin"), "--notice", folder.at("n.json")}).code ==
        kGood);
  const auto expected = test::compile_or_die(test::small_policy_json());
  CHECK(folder.get("p.bin") == std::string(expected.begin(), expected.end()));
  CHECK(folder.get("n.json").find("\"clauses\":{") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.at("p.bin.part")));

  const std::string bad = folder.put(
      "bad.json", test::replaced(test::small_policy_json(), R"("id": "small")", R"("id": "Small")"));
  CHECK(run({"policy", "compile", bad, "-o", folder.at("q.bin"), "--notice", folder.at("m.json")}).code ==
        kBadInput);
  // What check calls an error is one here too, although the blob could be made.
  const std::string loose = folder.put(
      "loose.json", test::replaced(test::small_policy_json(), R"(, "declarative": "Superseded.")", ""));
  CHECK(run({"policy", "compile", loose, "-o", folder.at("q.bin")}).code == kBadInput);
  CHECK_FALSE(fs::exists(folder.at("q.bin")));
  CHECK_FALSE(fs::exists(folder.at("m.json")));
  CHECK(run({"policy", "compile", good, "-o", folder.at("no/such/folder.bin")}).code == kBadInput);
  // A pipe or device is written to, never replaced by a file.
  CHECK(run({"policy", "compile", good, "-o", "/dev/null"}).code == kGood);
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("policies are read as JSON or compiled", "[cli]") {
  const Folder folder;
  const auto blob = test::compile_or_die(test::small_policy_json());
  const std::string bytes(blob.begin(), blob.end());
  CHECK(load_policy(folder.put("p.json", test::small_policy_json())) == blob);
  CHECK(load_policy(folder.put("p.bin", bytes)) == blob);
  std::string damaged = bytes;
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  CHECK_FALSE(load_policy(folder.put("d.bin", damaged)).has_value());
  CHECK_FALSE(load_policy(folder.put("t.bin", bytes.substr(0, 20))).has_value());
  CHECK_FALSE(load_policy(folder.put("e.bin", "")).has_value());
}

TEST_CASE("policies are known by name to eval", "[cli][eval]") {
  const Folder folder;
  const std::string first = folder.put("first.json", test::small_policy_json());
  const std::string second = folder.put(
      "second.json",
      test::replaced(test::small_policy_json(), R"("northlight.localhost")", R"("other.localhost")"));
  REQUIRE(register_policies({"two=" + second, first, "one=" + first}) == kGood);
  const auto vendor = [](const std::string& policy) {
    const std::string line =
        R"({"op":"decide","subject":{"now":1700000000,"country":"FR"},)" + policy +
        R"("request":{"kind":"web.request","url":"https://other.localhost/","initiator":"image",)"
        R"("page":"https://metrofax.com/"}})";
    return nlohmann::json::parse(answer_line(line))["verdict"]["vendor"];
  };
  CHECK(vendor(R"("policy":"two",)") == "northlight");
  CHECK(vendor(R"("policy":"one",)").is_null());
  CHECK(register_policies({first, second}) == kBadInput);
  CHECK(register_policies({"one=" + first, "one=" + second}) == kBadInput);
  CHECK(register_policies({"one=" + folder.at("none.json")}) == kBadInput);
}

TEST_CASE("decide and explain take files", "[cli]") {
  const Folder folder;
  const std::string policy = folder.put("p.json", test::small_policy_json());
  const std::string subject = folder.put("s.json", R"({"now": 1700000000, "country": "FR"})");
  const std::string request = folder.put("r.json", R"({"kind": "web.request", "url": "https://metrofax.com/",
    "initiator": "fetch", "page": "https://metrofax.com/"})");
  const auto decide = [&](const std::string& s, const std::string& r) {
    return run({"decide", "--policy", policy, "--subject", s, "--request", r});
  };
  const Ran good = decide(subject, request);
  CHECK(good.code == kGood);
  CHECK(
      has(good.out, R"({"clause":"scope.site","mode":"identified","outcome":"allow","purpose":"service",)"));
  CHECK(good.err.empty());
  const Ran broken = decide(folder.put("b.json", "{\n ,}"), request);
  CHECK(broken.code == kBadInput);
  CHECK(has(broken.err, "b.json:2:2: error: "));
  CHECK(broken.out.empty());
  // An error of the operation names a JSON pointer; the command finds where that stands.
  const Ran wrong = decide(folder.put("w.json", "{\n  \"now\": \"soon\"}"), request);
  CHECK(wrong.code == kBadInput);
  CHECK(has(wrong.err, "w.json:2:10: error: /subject/now"));
  CHECK(decide(subject, folder.at("none.json")).code == kBadInput);

  const Ran explained =
      run({"policy", "explain", "--policy", policy, "--subject", subject, "--request", request});
  CHECK(explained.code == kGood);
  CHECK(has(explained.out, "necessary"));
}

TEST_CASE("diff answers 1 when the new policy owes a row", "[cli][changes.material]") {
  const Folder folder;
  const std::string old_policy = folder.put("old.json", test::small_policy_json());
  std::string next =
      test::replaced(test::small_policy_json(), R"("version": "2013-12-01")", R"("version": "2014-06-01")");
  next = test::replaced(next, R"("lifetime": "P90D")", R"("lifetime": "P91D")");
  CHECK(run({"policy", "diff", old_policy, old_policy}).code == kGood);
  const Ran owed = run({"policy", "diff", old_policy, folder.put("new.json", next)});
  CHECK(owed.code == kWanting);
  CHECK(has(owed.out, "material  vendor \"adharbor\": storage \"_ah*\" lifetime"));
  CHECK(has(owed.out,
            R"(supersedes: {"version": "2013-12-01", "material": true, "purposes": ["advertising"]})"));
  next = test::replaced(next, R"("supersedes": [)",
                        R"("supersedes": [{"version": "2013-12-01", "material": true}, )");
  CHECK(run({"policy", "diff", "--json", old_policy, folder.put("owned.json", next)}).code == kGood);
  CHECK(run({"policy", "diff", old_policy, folder.put("bad.json", "[]")}).code == kBadInput);
}

TEST_CASE("help and version are good, nonsense is bad input", "[cli]") {
  CHECK(run({"--help"}).code == kGood);
  CHECK(has(run({"--help"}).out, "Exit codes: 0 good"));
  CHECK(run({"--version"}).out == std::string("mfconsent ") + kVersion + "\n");
  CHECK(run({"policy", "check", "--help"}).code == kGood);
  CHECK(run({"--version"}).code == kGood);
  CHECK(run({"nonsense"}).code == kBadInput);
  CHECK(has(run({"nonsense"}).err, "mfconsent: error: no command called \"nonsense\"; there are: policy, "));
  CHECK(
      has(run({"policy", "bogus"}).err,
          "mfconsent policy: error: no command called \"bogus\"; there are: check, compile, diff, explain"));
  CHECK(has(run({"policy"}).err, "subcommand is required"));
  CHECK(run({"policy"}).code == kBadInput);
  CHECK(run({"eval", "--policy", "/no/such/file"}).code == kBadInput);
}

TEST_CASE("the version is the project's", "[cli]") {
  std::ifstream file(std::string(METROFAX_SOURCE_DIR) + "/CMakeLists.txt");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.find(std::string("VERSION ") + kVersion + " LANGUAGES") != std::string::npos);
}
