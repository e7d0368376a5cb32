// The gate asked about mail, natively and on one core, for tests/bench/email-decide.mjs.
//
//   mail_bench POLICY ROUNDS
//
// Recipients of every regime, account state, promotional choice, record of consent and age the policy can
// tell apart, in an order that no branch predictor learns; email.send, email.open and email.click about each.
// Prints
// {"kind": {"questions", "perSecond": [of processor time, a round each], "allowed"}} as JSON.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "gate/gate.h"

namespace {

using namespace metrofax::consent;

constexpr std::int64_t kNow = 1'795'000'000;
constexpr std::size_t kQuestions = 1 << 14;

[[noreturn]] void fail(const char* what, const char* name) {
  std::fprintf(stderr, "mail_bench: %s %s\n", what, name);
  std::exit(2);
}

// Eight-byte words, because a policy is read in place.
std::vector<std::uint64_t> read_file(const char* path, std::size_t& size) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) fail("cannot read", path);
  std::vector<std::uint64_t> words(1 << 17);
  size = std::fread(words.data(), 1, words.size() * 8, file);
  std::fclose(file);
  return words;
}

// xorshift64*: the same questions each time.
struct Random {
  std::uint64_t state = 20'260'101;

  std::uint32_t below(std::uint32_t limit) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<std::uint32_t>((state * 0x2545F4914F6CDD1DULL) >> 33) % limit;
  }
  template <class Enum>
  Enum any(std::uint32_t count) {
    return static_cast<Enum>(below(count));
  }
};

Subject recipient(const PolicyView& policy, Random& random) {
  Subject subject;
  subject.now = kNow;
  subject.regime = static_cast<std::uint16_t>(random.below(policy.regimes.count));
  subject.account = random.any<fb::AccountState>(3);
  subject.promotional = random.any<fb::Promotional>(3);
  subject.age = random.below(20) == 0 ? fb::Age::under13 : fb::Age::unknown;
  ConsentState& consent = subject.consent;
  consent.present = random.below(4) != 0;
  consent.granted = random.below(1u << 16) | random.below(1u << 16) << 16;
  consent.denied = consent.granted & random.below(1u << 16);
  consent.time = kNow - random.below(500) * 86'400;
  consent.revision = static_cast<std::uint16_t>(random.below(policy.revisions.count));
  consent.combined = random.below(4) == 0;
  return subject;
}

Request question(fb::Kind kind, Random& random) {
  static constexpr fb::Topic kClasses[] = {fb::Topic::class_promotional, fb::Topic::class_service,
                                           fb::Topic::class_welcome, fb::Topic::class_referral};
  Request request;
  request.kind = kind;
  request.topics = kClasses[random.below(4)];
  request.asked = static_cast<fb::Mode>(1 + random.below(3));
  request.clamp = random.below(2) != 0;
  if (random.below(8) == 0) request.ceiling = fb::Mode::anonymous;
  return request;
}

// Of this process on the processor: what others take from the machine meanwhile is not counted.
double seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void measure(const PolicyView& policy, fb::Kind kind, const char* name, int rounds, bool first) {
  Random random;
  std::vector<Subject> subjects;
  std::vector<Request> requests;
  for (std::size_t i = 0; i < kQuestions; ++i) {
    subjects.push_back(recipient(policy, random));
    requests.push_back(question(kind, random));
  }
  std::printf("%s\"%s\":{\"questions\":%zu,\"perSecond\":[", first ? "" : ",", name, kQuestions);
  std::size_t allowed = 0;
  for (int round = -1; round < rounds; ++round) {  // one to warm up
    constexpr int kTimes = 32;
    allowed = 0;
    const double before = seconds();
    for (int time = 0; time < kTimes; ++time) {
      for (std::size_t i = 0; i < kQuestions; ++i) {
        allowed += decide(policy, subjects[i], requests[i]).outcome == fb::Outcome::allow ? 1u : 0u;
      }
    }
    const double took = seconds() - before;
    if (round >= 0)
      std::printf("%s%.0f", round == 0 ? "" : ",", kTimes * static_cast<double>(kQuestions) / took);
    allowed /= kTimes;
  }
  std::printf("],\"allowed\":%zu}", allowed);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) fail("usage:", "mail_bench POLICY ROUNDS");
  std::size_t size = 0;
  const std::vector<std::uint64_t> blob = read_file(arguments[1], size);
  const Result<PolicyView> opened =
      PolicyView::open({reinterpret_cast<const std::uint8_t*>(blob.data()), size});
  if (!opened.ok()) fail("the policy was refused:", arguments[1]);
  const int rounds = std::atoi(arguments[2]);
  std::printf("{");
  measure(opened.value(), fb::Kind::email_send, "email.send", rounds, true);
  measure(opened.value(), fb::Kind::email_open, "email.open", rounds, false);
  measure(opened.value(), fb::Kind::email_click, "email.click", rounds, false);
  std::printf("}\n");
  return 0;
}
