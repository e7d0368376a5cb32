// What a page's CSP admits, asked host by host.
#include "gate/sources.h"

#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "gate/choice.h"
#include "gate/fixture.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

namespace {

constexpr std::string_view kPage = "https://www.metrofax.com/pricing";

const OpenPolicy& live_policy() {
  static const OpenPolicy policy(
      replaced(small_policy_json(), R"("enforcement": "strict")", R"("enforcement": "live")"));
  return policy;
}

std::vector<std::string> sources(const OpenPolicy& policy, const Subject& subject,
                                 std::string_view page = kPage) {
  std::vector<char> out(64 * 1024);
  const Result<std::size_t> length =
      write_sources(policy.view(), subject, read_page(policy.view(), page), out);
  REQUIRE(length.ok());
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t i = 0; i < length.value(); ++i) {
    if (out[i] == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    } else {
      line.push_back(out[i]);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// Whether one says that a choice would open more, in the next page; it names nothing, and is taken out.
bool take_later(std::vector<std::string>& lines) {
  const auto found = std::find(lines.begin(), lines.end(), "-");
  if (found == lines.end()) return false;
  lines.erase(found);
  return true;
}

std::size_t held(const std::vector<std::string>& lines) {
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line[0] == '?'; }));
}

Subject chosen(std::string_view regime, bool granted, const OpenPolicy& policy) {
  Subject subject = visitor(regime, policy);
  subject.consent.present = true;
  subject.consent.time = kNow - 60;
  subject.consent.revision = 0;
  (granted ? subject.consent.granted : subject.consent.denied) = ~PurposeSet{0};
  return subject;
}

}  // namespace

TEST_CASE("every line is a host that decide() allows, under strict", "[gate][sources][W6]") {
  const OpenPolicy& policy = small_policy();
  for (const bool granted : {false, true}) {
    const Subject subject = granted ? chosen("eu", true, policy) : visitor("eu", policy);
    std::vector<std::string> lines = sources(policy, subject);
    CHECK(take_later(lines) == !granted);
    CHECK(held(lines) == 0);
    for (const std::string& line : lines) {
      INFO(line);
      std::string host = line.substr(1);
      if (host.rfind("wss://", 0) == 0) host.erase(0, 6);
      if (host.rfind("*.", 0) == 0) host = "below." + host.substr(2);
      const std::string url = "https://" + host + (host.find('/') == std::string::npos ? "/" : "");
      CHECK(decide(policy.view(), subject, web_request(url)).outcome == fb::Outcome::allow);
    }
  }
  CHECK(sources(policy, chosen("eu", true, policy)).size() > sources(policy, visitor("eu", policy)).size());
}

TEST_CASE("live: what a choice could still release is held; refused, signalled or for a child it is shut",
          "[gate][sources][W2][W3]") {
  const OpenPolicy& policy = live_policy();
  const std::vector<std::string> undecided = sources(policy, visitor("eu", policy));
  CHECK(held(undecided) > 0);
  const std::vector<std::string> granted = sources(policy, chosen("eu", true, policy));
  CHECK(held(granted) == 0);
  CHECK(undecided.size() == granted.size());  // the same hosts: a grant opens nothing that was not held
  CHECK(held(sources(policy, chosen("eu", false, policy))) == 0);
  Subject child = visitor("eu", policy);
  child.age = fb::Age::under13;
  CHECK(held(sources(policy, child)) == 0);
  Subject aged = chosen("eu", true, policy);
  aged.consent.time = 1;
  CHECK(held(sources(policy, aged)) == held(undecided));
}

TEST_CASE("what is refused or shut out by a signal is for later: another choice opens the next page",
          "[gate][sources][W2][W3]") {
  const OpenPolicy& policy = live_policy();
  const auto later = [&policy](const Subject& subject, const OpenPolicy* other = nullptr) {
    std::vector<std::string> lines = sources(other != nullptr ? *other : policy, subject);
    return take_later(lines);
  };
  CHECK_FALSE(later(visitor("eu", policy)));
  CHECK_FALSE(later(chosen("eu", true, policy)));
  CHECK(later(chosen("eu", false, policy)));
  CHECK(later(visitor("eu", small_policy()), &small_policy()));
  Subject signalled = chosen("us-ca", true, policy);
  signalled.signals.gpc = fb::Tri::on;
  CHECK(later(signalled));
  Subject picky = chosen("eu", true, policy);
  choose_vendor(policy.view(), picky.consent, policy.vendor("adharbor"), false);
  CHECK(later(picky));
  Subject child = visitor("eu", policy);
  child.age = fb::Age::under13;
  CHECK_FALSE(later(child));  // no choice of a child's own opens anything
}

TEST_CASE("sockets are named apart, of those that speak them alone", "[gate][sources]") {
  std::vector<std::string> lines = sources(live_policy(), chosen("eu", true, live_policy()));
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const std::string& line) { return line.find("wss:") == std::string::npos; }),
              lines.end());
  CHECK(lines == std::vector<std::string>{"+wss://*.circlet.localhost", "+wss://circlet.localhost"});
  CHECK(held(sources(live_policy(), visitor("eu", live_policy()))) > 0);
}

TEST_CASE("a page of nobody admits nothing, and nothing is cut short", "[gate][sources]") {
  const OpenPolicy& policy = live_policy();
  CHECK(sources(policy, chosen("eu", true, policy), "https://elsewhere.example/").empty());
  CHECK(sources(policy, chosen("eu", true, policy), "").empty());
  char small[8];
  const Page page = read_page(policy.view(), kPage);
  CHECK(write_sources(policy.view(), chosen("eu", true, policy), page, small).error().code ==
        ErrorCode::too_long);
  CHECK(write_sources(PolicyView{}, Subject{}, page, small).error().code == ErrorCode::policy_not_loaded);
}
