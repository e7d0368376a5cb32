// The short ways: a URL read where it lies is read as the long way reads it, and a memo changes no verdict.
#include "gate/plain.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "gate/fixture.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;
using fb::Reason;

namespace {

constexpr std::string_view kSeeds[] = {
    "https://www.metrofax.com/a/b.js?x=1#y",
    "https://metrofax.com/b/x.gif",
    "https://metrofax.com/x/../b/x.gif",
    "https://www.metrofax.com/pricing/index.html?q=/../b/",
    "http://a.adharbor.localhost/px.gif/both",
    "https://adharbor.localhost/px.gif",
    "https://adharbor.localhost/tag.js?u=https://metrofax.com/",
    "https://circlet.localhost",
    "https://circlet.localhost?x/y",
    "https://tracker.example/%2e%2e/t.js",
    "https://fax.example-partner.test/x",
    "http://192.0.2.1/x",
    "https://example.1a/x",
    "https://xn--bcher-kva.example/",
    "https://a_b-c.example/\\..\\x",
    "http://h/",
};

/// A seed with a few bytes changed, put in, taken out or cut off.
std::string mutated(Random& random) {
  constexpr std::string_view kBytes = "/.:@?#%2eE\\ \t\n-_[]aZ09~\x7f\xC3&=";
  std::string text(random.pick(kSeeds));
  for (std::uint32_t n = random.below(4); n > 0; --n) {
    const std::uint32_t at = random.below(static_cast<std::uint32_t>(text.size()) + 1);
    switch (random.below(4)) {
      case 0:
        text.insert(at, 1, random.pick(kBytes));
        break;
      case 1:
        if (at < text.size()) text[at] = random.pick(kBytes);
        break;
      case 2:
        text.erase(at, 1);
        break;
      default:
        if (random.chance(20)) text.resize(at);
    }
    if (text.empty()) text = "/";
  }
  return text;
}

/// What reading says of a URL, whatever way it takes.
struct Read {
  Reason wrong = Reason::none;
  Scheme scheme = Scheme::none;
  std::string host, path;
  bool address = false, secure = false, resolved = false;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view text) {
  Read result;
  UrlHead url;
  result.wrong = url.read(text, nullptr);
  if (result.wrong != Reason::none) return result;
  result.scheme = url.scheme();
  result.host = url.host();
  result.address = url.host_is_address();
  result.secure = url.is_secure();
  result.resolved = url.resolve_path();
  if (result.resolved) result.path = url.path();
  return result;
}

}  // namespace

TEST_CASE("a URL read where it lies is read as the long way reads it", "[gate][url][property][scope.site]") {
  Random random(0x706c6169);
  unsigned readable = 0;
  for (unsigned round = 0; round < 200'000; ++round) {
    const std::string text = mutated(random);
    INFO('"' << text << '"');
    const Read plain = read(text);
    REQUIRE(plain == read(' ' + text));  // a space in front changes nothing but the way
    readable += plain.wrong == Reason::none ? 1 : 0;
  }
  CHECK(readable > 50'000);
  CHECK(readable < 195'000);
}

TEST_CASE("words at a time see what bytes at a time see", "[gate][url][property][scope.site]") {
  Random random(0x776f7264);
  for (unsigned round = 0; round < 50'000; ++round) {
    std::string text;
    for (std::uint32_t n = 8 + random.below(24); n > 0; --n) {
      const std::uint8_t odd[] = {'/',  '.',  '?',  '#',  ' ', 0x1F, '\t', '!',
                                  0x00, 0x80, 0xA0, 0xFF, '%', '\\', '>',  '$'};
      text += static_cast<char>(random.chance(85) ? 'a' + random.below(26) : random.pick(odd));
    }
    INFO('"' << text << '"');
    bool blank = false;
    bool settled = text[0] == '/';
    for (std::size_t i = 0; i < text.size(); ++i) {
      blank = blank || static_cast<unsigned char>(text[i]) <= ' ';
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      settled = settled && text[i] != '\\' && text[i] != '%' && !(text[i] == '/' && next == '.');
    }
    REQUIRE(has_blank(text) == blank);
    REQUIRE(find_slash(text) == std::min(text.find('/'), text.size()));
    REQUIRE(path_end(text) == std::min(text.find_first_of("?#"), text.size()));
    if (is_settled_path(text)) REQUIRE(settled);  // it may be careful, and never careless
  }
  CHECK(is_settled_path("/a/b.js"));
  CHECK(is_settled_path("/a//b/c.d.e/f"));
  CHECK_FALSE(is_settled_path(""));
  CHECK_FALSE(is_settled_path("a"));
}

TEST_CASE("a memo changes no verdict", "[gate][property][scope.site][choice.third-party-ads]") {
  Random random(0x6d656d6f);
  const OpenPolicy other(replaced(small_policy_json(), R"("adharbor.localhost")", R"("harbor.localhost")"));
  const auto memo = std::make_unique<Memo>();
  std::vector<std::string> urls;
  for (unsigned i = 0; i < 200; ++i) urls.push_back(mutated(random));
  std::vector<Subject> subjects;
  for (const char* regime : {"eu", "us"}) {
    Subject subject = visitor(regime);
    subjects.push_back(subject);
    subject.consent = {true, 0x55u, 0x80u, kNow - 60, 0, false};
    subjects.push_back(subject);
    subject.signals.gpc = fb::Tri::on;
    subjects.push_back(subject);
    subject.parental[7] = 2;
    subjects.push_back(subject);
  }
  const PolicyView* policy = &small_policy().view();
  Subject subject = subjects[0];
  for (unsigned round = 0; round < 100'000; ++round) {
    if (random.chance(3)) subject = random.pick(subjects);
    if (random.chance(1)) policy = policy == &other.view() ? &small_policy().view() : &other.view();
    const std::string url = random.pick(urls);
    Request request = web_request(url);
    if (random.chance(30)) request.initiator = fb::Initiator::navigation;
    if (random.chance(20)) request.purpose = static_cast<std::uint8_t>(random.below(40));
    if (random.chance(5)) request.topics = fb::Topic::class_service;
    if (random.chance(5)) request.page = "https://example.com/";
    INFO(request.url);
    REQUIRE(same(decide(*policy, subject, request), decide(*policy, subject, request, nullptr, memo.get())));
  }
}

TEST_CASE("a memo forgets when one byte of the subject is another", "[gate][choice.third-party-ads]") {
  const auto memo = std::make_unique<Memo>();
  const Request request = web_request("https://northlight.localhost/nl.js");
  Subject subject = visitor("us");
  CHECK(decide(small_policy().view(), subject, request, nullptr, memo.get()).outcome == fb::Outcome::allow);
  subject.consent = {true, 0, ~PurposeSet{0}, kNow, 0, false};
  CHECK(decide(small_policy().view(), subject, request, nullptr, memo.get()).reason == Reason::denied);
}
