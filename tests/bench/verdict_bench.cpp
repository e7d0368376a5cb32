// The gate asked natively, for tests/bench/verdict.mjs: the same questions, visitor and policy as through
// wasm.
//
//   verdict_bench POLICY QUESTIONS PAGE TIMES
//
// Answers every question three times: once to warm up, once in batches of a thousand, once each by the clock.
// Writes the nanoseconds of each call to TIMES (IEEE doubles, host order) and prints {"clock", "batch",
// "sum"} as JSON: what two readings of the clock take, the mean of a call in each batch, and the sum of the
// outcomes, which must be what wasm has.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "gate/gate.h"

namespace {

using namespace metrofax::consent;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 1000;
constexpr std::int64_t kNow = 1'795'000'000;  // as in contestants.mjs, visitor()

// Eight-byte words, because a policy is read in place.
struct Bytes {
  std::vector<std::uint64_t> words;
  std::size_t size = 0;

  [[nodiscard]] const std::uint8_t* data() const {
    return reinterpret_cast<const std::uint8_t*>(words.data());
  }
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(words.data()), size}; }
};

[[noreturn]] void fail(const char* what, const char* name) {
  std::fprintf(stderr, "verdict_bench: %s %s\n", what, name);
  std::exit(2);
}

Bytes read_file(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) fail("cannot read", path);
  std::fseek(file, 0, SEEK_END);
  const long size = std::ftell(file);
  std::fseek(file, 0, SEEK_SET);
  if (size < 0) fail("cannot measure", path);
  Bytes bytes;
  bytes.size = static_cast<std::size_t>(size);
  bytes.words.resize(bytes.size / 8 + 1);
  if (std::fread(bytes.words.data(), 1, bytes.size, file) != bytes.size) fail("cannot read", path);
  std::fclose(file);
  return bytes;
}

std::vector<Request> read_questions(std::string_view lines, std::string_view page) {
  std::vector<Request> requests;
  while (!lines.empty()) {
    const std::size_t tab = lines.find('\t');
    const std::size_t end = lines.find('\n');
    if (tab == std::string_view::npos || end == std::string_view::npos || tab > end) break;
    Request request;
    request.kind = fb::Kind::web_request;
    request.page = page;
    request.initiator = static_cast<fb::Initiator>(std::atoi(lines.data()));
    request.url = lines.substr(tab + 1, end - tab - 1);
    requests.push_back(request);
    lines.remove_prefix(end + 1);
  }
  return requests;
}

PurposeSet purposes(const PolicyView& policy, std::initializer_list<std::string_view> ids) {
  PurposeSet set = 0;
  for (const std::string_view id : ids) set |= PurposeSet{1} << PolicyView::index_of(policy.purpose_ids, id);
  return set;
}

Subject visitor(const PolicyView& policy) {
  Subject subject;
  subject.now = kNow;
  subject.regime = PolicyView::index_of(policy.regime_ids, "eu");
  subject.consent.present = true;
  subject.consent.granted = purposes(policy, {"measurement", "social", "remember-me"});
  subject.consent.denied = purposes(policy, {"advertising", "personalisation", "interest"});
  subject.consent.time = kNow - 86'400;
  subject.consent.revision = 0;
  return subject;
}

double nanoseconds(Clock::duration time) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) fail("usage:", "verdict_bench POLICY QUESTIONS PAGE TIMES");
  const Bytes blob = read_file(arguments[1]);
  const Bytes lines = read_file(arguments[2]);
  const Result<PolicyView> opened = PolicyView::open({blob.data(), blob.size});
  if (!opened.ok()) fail("the policy was refused:", arguments[1]);
  const PolicyView& policy = opened.value();
  const Subject subject = visitor(policy);
  const std::vector<Request> requests = read_questions(lines.text(), arguments[3]);

  std::uint64_t sum = 0;
  for (const Request& request : requests)
    sum += static_cast<std::uint64_t>(decide(policy, subject, request).outcome);

  std::uint64_t again = 0;
  std::vector<double> batches;
  for (std::size_t from = 0; from + kBatch <= requests.size(); from += kBatch) {
    const Clock::time_point before = Clock::now();
    for (std::size_t i = from; i < from + kBatch; ++i)
      again += static_cast<std::uint64_t>(decide(policy, subject, requests[i]).outcome);
    batches.push_back(nanoseconds(Clock::now() - before) / static_cast<double>(kBatch));
  }

  std::vector<double> times;
  times.reserve(requests.size());
  for (const Request& request : requests) {
    const Clock::time_point before = Clock::now();
    again += static_cast<std::uint64_t>(decide(policy, subject, request).outcome);
    times.push_back(nanoseconds(Clock::now() - before));
  }
  if (again < sum) fail("the answers changed between", "two rounds");

  std::vector<double> empty;
  for (int i = 0; i < 20'000; ++i) {
    const Clock::time_point before = Clock::now();
    empty.push_back(nanoseconds(Clock::now() - before));
  }
  std::sort(empty.begin(), empty.end());

  std::FILE* file = std::fopen(arguments[4], "wb");
  if (file == nullptr || std::fwrite(times.data(), sizeof(double), times.size(), file) != times.size()) {
    fail("cannot write", arguments[4]);
  }
  std::fclose(file);

  std::printf("{\"clock\":%.1f,\"sum\":%llu,\"batch\":[", empty[empty.size() / 2],
              static_cast<unsigned long long>(sum));
  for (std::size_t i = 0; i < batches.size(); ++i) std::printf("%s%.2f", i == 0 ? "" : ",", batches[i]);
  std::printf("]}\n");
  return 0;
}
