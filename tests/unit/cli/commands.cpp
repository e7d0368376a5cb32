// The command line: exit codes, what is written, and that nothing is written on errors.
#include "cli/commands.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/files.h"
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

int run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mfconsent");
  return run_command_line(static_cast<int>(arguments.size()), arguments.data());
}

int run(std::initializer_list<std::string> arguments) {
  std::vector<const char*> raw;
  for (const std::string& argument : arguments) raw.push_back(argument.c_str());
  return run(raw);
}

}  // namespace

TEST_CASE("check answers 0, 1 or 2", "[cli]") {
  const Folder folder;
  const std::string good = folder.put("good.json", test::small_policy_json());
  const std::string odd = folder.put(
      "odd.json",
      test::replaced(test::small_policy_json(), R"("lifetime": "P90D")", R"("lifetime": "P500D")"));
  const std::string bad = folder.put("bad.json", "{");
  CHECK(run({"policy", "check", good}) == kGood);
  CHECK(run({"policy", "check", odd}) == kWanting);
  CHECK(run({"policy", "check", bad}) == kBadInput);
  CHECK(run({"policy", "check", good, odd, bad}) == kBadInput);
  CHECK(run({"policy", "check", folder.at("none.json")}) == kBadInput);
}

TEST_CASE("compile writes the blob and the notice, or nothing", "[cli]") {
  const Folder folder;
  const std::string good = folder.put("good.json", test::small_policy_json());
  CHECK(run({"policy", "compile", good, "-o", folder.at("p.bin"), "--notice", folder.at("n.json")}) == kGood);
  const auto expected = test::compile_or_die(test::small_policy_json());
  CHECK(folder.get("p.bin") == std::string(expected.begin(), expected.end()));
  CHECK(folder.get("n.json").substr(0, 12) == "{\"clauses\":{");
  CHECK_FALSE(fs::exists(folder.at("p.bin.part")));

  const std::string bad = folder.put(
      "bad.json", test::replaced(test::small_policy_json(), R"("id": "small")", R"("id": "Small")"));
  CHECK(run({"policy", "compile", bad, "-o", folder.at("q.bin"), "--notice", folder.at("m.json")}) ==
        kBadInput);
  // What check calls an error is one here too, although the blob could be made.
  const std::string loose = folder.put(
      "loose.json", test::replaced(test::small_policy_json(), R"(, "declarative": "Superseded.")", ""));
  CHECK(run({"policy", "compile", loose, "-o", folder.at("q.bin")}) == kBadInput);
  CHECK_FALSE(fs::exists(folder.at("q.bin")));
  CHECK_FALSE(fs::exists(folder.at("m.json")));
  CHECK(run({"policy", "compile", good, "-o", folder.at("no/such/folder.bin")}) == kBadInput);
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

TEST_CASE("decide and explain take files", "[cli]") {
  const Folder folder;
  const std::string policy = folder.put("p.json", test::small_policy_json());
  const std::string subject = folder.put("s.json", R"({"now": 1700000000, "country": "FR"})");
  const std::string request = folder.put(
      "r.json",
      R"({"kind": "web.request", "url": "https://metrofax.com/", "initiator": "fetch", "page": "https://metrofax.com/"})");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"decide"}, std::vector<std::string>{"policy", "explain"}}) {
    const auto with = [&](const std::string& s, const std::string& r) {
      std::vector<const char*> raw;
      for (const std::string& word : command) raw.push_back(word.c_str());
      for (const char* word : {"--policy", policy.c_str(), "--subject", s.c_str(), "--request", r.c_str()}) {
        raw.push_back(word);
      }
      return run(raw);
    };
    CHECK(with(subject, request) == kGood);
    CHECK(with(folder.put("b.json", "{,}"), request) == kBadInput);
    CHECK(with(folder.put("w.json", R"({"now": "soon"})"), request) == kBadInput);
    CHECK(with(subject, folder.at("none.json")) == kBadInput);
  }
}

TEST_CASE("diff answers 1 when the new policy owes a row", "[cli][changes.material]") {
  const Folder folder;
  const std::string old_policy = folder.put("old.json", test::small_policy_json());
  std::string next =
      test::replaced(test::small_policy_json(), R"("version": "2013-12-01")", R"("version": "2014-06-01")");
  next = test::replaced(next, R"("lifetime": "P90D")", R"("lifetime": "P91D")");
  CHECK(run({"policy", "diff", old_policy, old_policy}) == kGood);
  CHECK(run({"policy", "diff", old_policy, folder.put("new.json", next)}) == kWanting);
  next = test::replaced(next, R"("supersedes": [)",
                        R"("supersedes": [{"version": "2013-12-01", "material": true}, )");
  CHECK(run({"policy", "diff", "--json", old_policy, folder.put("owned.json", next)}) == kGood);
  CHECK(run({"policy", "diff", old_policy, folder.put("bad.json", "[]")}) == kBadInput);
}

TEST_CASE("help and version are good, nonsense is bad input", "[cli]") {
  CHECK(run({"--help"}) == kGood);
  CHECK(run({"policy", "check", "--help"}) == kGood);
  CHECK(run({"--version"}) == kGood);
  CHECK(run({"nonsense"}) == kBadInput);
  CHECK(run({"policy"}) == kBadInput);
  CHECK(run({"eval", "--policy", "/no/such/file"}) == kBadInput);
}

TEST_CASE("the version is the project's", "[cli]") {
  std::ifstream file(std::string(METROFAX_SOURCE_DIR) + "/CMakeLists.txt");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.find(std::string("VERSION ") + kVersion + " LANGUAGES") != std::string::npos);
}
