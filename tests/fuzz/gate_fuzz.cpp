// Fuzz target: the gate, asked by any subject for anything, under the demo's policy (build/fuzz/policy.bin).
//
// Beyond "nothing crashes": every verdict has a reason and a clause; what is not allowed records nothing; a
// trace, other memory and a memo change nothing; no kind of no opens anything; and a URL that is read where
// it lies is read as the long way reads it.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "../unit/gate/narrowings.h"
#include "beacons/opens.h"
#include "cookies/classify.h"
#include "gate/gate.h"
#include "policy/view.h"

using namespace metrofax::consent;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

const PolicyView& policy() {
  static std::vector<std::uint64_t> words;
  static const PolicyView view = [] {
    std::FILE* file = std::fopen("build/fuzz/policy.bin", "rb");
    require(file != nullptr, "build/fuzz/policy.bin is there (tests/fuzz/run makes it)");
    words.resize(1u << 17);
    const std::size_t size = std::fread(words.data(), 1, words.size() * 8, file);
    std::fclose(file);
    const auto opened = PolicyView::open({reinterpret_cast<const std::uint8_t*>(words.data()), size});
    require(opened.ok(), "the policy opens");
    return opened.value();
  }();
  return view;
}

template <class Enum>
Enum any(FuzzedDataProvider& data) {
  return static_cast<Enum>(data.ConsumeIntegralInRange<unsigned>(0, static_cast<unsigned>(Enum::MAX)));
}

Subject any_subject(FuzzedDataProvider& data) {
  Subject subject;
  subject.now = data.ConsumeBool() ? 1'767'225'600 : data.ConsumeIntegral<std::int64_t>() >> 8;
  subject.regime = data.ConsumeIntegralInRange<std::uint16_t>(0, 12);
  ConsentState& consent = subject.consent;
  consent.present = data.ConsumeBool();
  consent.granted = data.ConsumeIntegral<PurposeSet>();
  consent.denied = data.ConsumeIntegral<PurposeSet>() & data.ConsumeIntegral<PurposeSet>();
  consent.time = subject.now - data.ConsumeIntegral<std::int32_t>() / 16;
  consent.revision = data.ConsumeBool() ? 0 : data.ConsumeIntegral<std::uint16_t>();
  consent.specific = data.ConsumeBool() ? ~PurposeSet{0} : 0;
  Signals& signals = subject.signals;
  for (fb::Tri* signal : {&signals.gpc, &signals.dnt, &signals.nai_opt_out, &signals.daa_opt_out,
                          &signals.usp_opt_out, &signals.gpp_opt_out, &signals.tcf_denied}) {
    *signal = any<fb::Tri>(data);
  }
  signals.unreadable = data.ConsumeBool();
  subject.account = any<fb::AccountState>(data);
  subject.promotional = any<fb::Promotional>(data);
  subject.remember_me = data.ConsumeBool();
  subject.age = any<fb::Age>(data);
  if (data.ConsumeBool()) subject.parental[0] = data.ConsumeIntegralInRange<std::uint16_t>(0, 64);
  return subject;
}

/// The texts live outside the request.
struct Question {
  std::string page, url, key, writer;
  Request request;
};

void any_question(FuzzedDataProvider& data, Question& question) {
  Request& request = question.request;
  request.kind = any<fb::Kind>(data);
  request.initiator = any<fb::Initiator>(data);
  request.api = any<fb::StorageApi>(data);
  request.topics =
      static_cast<fb::Topic>(data.ConsumeBool() ? std::uint32_t{1} << data.ConsumeIntegralInRange(0, 27)
                                                : data.ConsumeIntegral<std::uint32_t>());
  request.purpose = data.ConsumeBool() ? std::uint8_t{0xFF} : data.ConsumeIntegral<std::uint8_t>();
  request.party = data.ConsumeIntegralInRange<std::uint16_t>(0, 64);
  request.asked = any<fb::Mode>(data);
  request.identified = data.ConsumeBool();
  question.page =
      data.ConsumeBool() ? "https://www.metrofax.com/pricing" : data.ConsumeRandomLengthString(64);
  question.writer = data.ConsumeRandomLengthString(32);
  question.key = data.ConsumeRandomLengthString(128);
  question.url = data.ConsumeRemainingBytesAsString();
  request.page = question.page;
  request.writer = question.writer;
  request.key = question.key;
  request.url = question.url;
}

/// How much of what was asked may be: nothing, some of its time, all.
int share(const Verdict& verdict) {
  const bool shortened =
      verdict.outcome == fb::Outcome::strip &&
      (verdict.reason == fb::Reason::lifetime_shortened || verdict.reason == fb::Reason::turned_into_session);
  return verdict.outcome == fb::Outcome::allow ? 2 : shortened ? 1 : 0;
}

bool same(const Verdict& a, const Verdict& b) {
  return a.outcome == b.outcome && a.mode == b.mode && a.reason == b.reason && a.clause == b.clause &&
         a.vendor == b.vendor && a.retention == b.retention && a.purpose == b.purpose;
}

// A space in front changes nothing but the way that is taken.
void read_both_ways(const std::string& text) {
  if (text.size() >= kMaxUrlHead) return;
  const std::string spaced = ' ' + text;
  UrlHead plain;
  UrlHead whole;
  const fb::Reason wrong = plain.read(text, nullptr);
  require(wrong == whole.read(spaced, nullptr), "a URL and the same behind a space: readable");
  if (wrong != fb::Reason::none) return;
  require(plain.scheme() == whole.scheme() && plain.host() == whole.host() &&
              plain.host_is_address() == whole.host_is_address() && plain.is_secure() == whole.is_secure(),
          "a URL and the same behind a space: scheme and host");
  const bool resolved = plain.resolve_path();
  require(resolved == whole.resolve_path() && (!resolved || plain.path() == whole.path()),
          "a URL and the same behind a space: path");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  static const auto memo = std::make_unique<Memo>();
  const std::uint32_t pick = data.ConsumeIntegral<std::uint8_t>();
  const Subject subject = any_subject(data);
  Question question;
  any_question(data, question);
  const Request& request = question.request;
  const Verdict verdict = decide(policy(), subject, request);

  require(verdict.reason != fb::Reason::none && verdict.clause != kNoIndex, "a reason and a clause");
  require(share(verdict) > 0 || (verdict.mode == fb::Mode::off && verdict.retention == 0),
          "nothing recorded of what is not allowed");
  Trace trace;
  require(same(verdict, decide(policy(), subject, request, &trace)), "a trace changes nothing");
  require(same(verdict, decide(policy(), subject, request, nullptr, memo.get())), "a memo changes nothing");
  require(same(verdict, decide(policy(), subject, request, nullptr, memo.get())),
          "nor does it the second time");
  for (const test::Narrowing& narrowing : test::kNarrowings) {
    Subject less = subject;
    narrowing.apply(less, pick);
    const Verdict narrowed = decide(policy(), less, request, nullptr, memo.get());
    require(share(narrowed) <= share(verdict), narrowing.name);
    require(share(narrowed) < 2 || narrowed.mode <= verdict.mode, narrowing.name);
  }
  read_both_ways(question.url);
  return 0;
}
