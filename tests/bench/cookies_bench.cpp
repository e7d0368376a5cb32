// core/cookies natively, for tests/bench/cookies.mjs: the same headers and lines as through wasm.
//
//   cookies_bench POLICY CASES
//
// CASES: lines of kind, tab, text; kind "header" (parsed, and parsed and classified) or "line" (classified as
// Set-Cookie). Prints one JSON object a case: nanoseconds of a call in the quietest tenth of the batches.
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

constexpr int kBatches = 41;
std::uint64_t sink = 0;

template <class Call>
double quiet_of(std::size_t bytes, Call call) {
  const int calls = static_cast<int>(std::max<std::size_t>(20'000'000 / (bytes * 4 + 4000), 3));
  std::vector<double> times;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto before = Clock::now();
    for (int i = 0; i < calls; ++i) sink += call();
    const std::chrono::duration<double, std::nano> took = Clock::now() - before;
    times.push_back(took.count() / calls);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 10];
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string blob = read_file(arguments[1]);
  std::vector<std::uint64_t> words(blob.size() / 8 + 1);
  std::copy(blob.begin(), blob.end(), reinterpret_cast<char*>(words.data()));
  const auto opened = PolicyView::open({reinterpret_cast<const std::uint8_t*>(words.data()), blob.size()});
  if (!opened.ok()) return 2;
  const PolicyView& policy = opened.value();
  const StorageIndex index(policy);
  std::vector<cookies::CookiePair> pairs(1 << 20);
  std::vector<DeclaredPair> declared(1 << 20);
  cookies::CookiePage page;
  page.host = "www.metrofax.com";
  page.secure = true;

  std::ifstream cases(arguments[2], std::ios::binary);
  std::string line;
  while (std::getline(cases, line)) {
    const std::size_t tab = line.find('\t');
    const std::string_view text = std::string_view(line).substr(tab + 1);
    if (line.starts_with("header")) {
      const double parse = quiet_of(
          text.size(), [&] { return cookies::parse_cookie_header(text, pairs.data(), pairs.size()); });
      const double classify = quiet_of(
          text.size(), [&] { return classify_header(index, text, declared.data(), declared.size()); });
      std::printf("{\"parse\":%.2f,\"classify\":%.2f}\n", parse, classify);
    } else {
      const double classify = quiet_of(text.size(), [&] {
        return static_cast<std::uint64_t>(
            cookies::classify_cookie(text, page, 1'790'000'000, cookies::CookieApi::http).lifetime);
      });
      std::printf("{\"classify\":%.2f}\n", classify);
    }
  }
  return sink == 0 ? 3 : 0;
}
