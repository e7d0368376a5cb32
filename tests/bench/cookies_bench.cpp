// core/cookies natively, for tests/bench/cookies.mjs: the same headers and lines as through wasm.
//
//   cookies_bench POLICY CASES ROUNDS
//
// CASES: lines of kind, tab, text; kind "header" (parsed, and parsed and classified) or "line" (classified as
// Set-Cookie). Every case once in each round, one after the other, so that what else the machine does meets
// all of them. Prints one JSON object a case: nanoseconds of a call in each round.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "cookies/classify.h"
#include "cookies/header.h"
#include "gate/inventory.h"

namespace {

using namespace metrofax::consent;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPairs = std::size_t{1}
                               << 20;  // as many as the longest header holds: each is looked up
std::uint64_t sink = 0;

struct Case {
  bool header;
  std::string text;
  std::vector<double> parse, classify;
};

template <class Call>
void measure(std::vector<double>& times, std::size_t bytes, Call call) {
  const auto calls = static_cast<int>(std::max<std::size_t>(1'000'000 / (bytes + 200), 1));
  const auto before = Clock::now();
  for (int i = 0; i < calls; ++i) sink += call();
  const std::chrono::duration<double, std::nano> took = Clock::now() - before;
  times.push_back(took.count() / calls);
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void print(const char* name, const std::vector<double>& times, const char* after) {
  std::printf("\"%s\":[", name);
  for (std::size_t i = 0; i < times.size(); ++i) std::printf("%s%.2f", i == 0 ? "" : ",", times[i]);
  std::printf("]%s", after);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string blob = read_file(arguments[1]);
  std::vector<std::uint64_t> words(blob.size() / 8 + 1);
  std::copy(blob.begin(), blob.end(), reinterpret_cast<char*>(words.data()));
  const auto opened = PolicyView::open({reinterpret_cast<const std::uint8_t*>(words.data()), blob.size()});
  if (!opened.ok()) return 2;
  const PolicyView& policy = opened.value();
  const StorageIndex index(policy);
  std::vector<cookies::CookiePair> pairs(kPairs);
  std::vector<DeclaredPair> declared(kPairs);
  cookies::CookiePage page;
  page.host = "www.metrofax.com";
  page.secure = true;

  std::vector<Case> cases;
  std::ifstream lines(arguments[2], std::ios::binary);
  for (std::string line; std::getline(lines, line);) {
    cases.push_back({line.starts_with("header"), line.substr(line.find('\t') + 1), {}, {}});
  }
  for (int round = std::atoi(arguments[3]); round > 0; --round) {
    for (Case& one : cases) {
      const std::string_view text = one.text;
      if (one.header) {
        measure(one.parse, text.size(),
                [&] { return cookies::parse_cookie_header(text, pairs.data(), pairs.size()); });
        measure(one.classify, text.size(),
                [&] { return classify_header(index, text, declared.data(), declared.size()); });
      } else {
        measure(one.classify, text.size(), [&] {
          return static_cast<std::uint64_t>(
              cookies::classify_cookie(text, page, 1'790'000'000, cookies::CookieApi::http).lifetime + 1);
        });
      }
    }
  }
  for (const Case& one : cases) {
    std::printf("{");
    if (one.header) print("parse", one.parse, ",");
    print("classify", one.classify, "}\n");
  }
  return sink == 0 ? 3 : 0;
}
