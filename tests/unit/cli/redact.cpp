// Redaction of log lines: what is an identifier, and that no damaged line is read past its end (the
// sanitizers watch). The rules as a whole are compared with a second reading of them in
// tests/js/log-redact.test.mjs.
#include "cli/redact.h"

#include <arpa/inet.h>

#include <cstring>
#include <memory>

#include "catch.h"
#include "gate/fixture.h"
#include "gate/log_format.h"
#include "gate/log_text.h"
#include "policy/fixture.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cli;
using namespace metrofax::consent::logs;
using namespace metrofax::consent::test;

TEST_CASE("identifiers in paths and names", "[cli][logs.aggregate]") {
  for (const char* text : {"a@b", "x%40y", "15551234567", "1234567", "Zm9vYmFyQmF6MTIz", "2026-11-26",
                           "550e8400-e29b-41d4-a716-446655440000", "123456", "ABC123XYZ9", "deadbeefcafe",
                           "john%2540example.com", "x%25252540y"}) {
    CHECK(looks_like_identifier(text));
  }
  for (const char* text :
       {"", "pricing", "index.html", "v2", "privacy-policy-for-everybody", "2026", "1234", "JavaScript",
        "%41", "%", "%25", "defaced", "decafbadly", "html5-video", "ipv4-to-ipv6", "jquery-3.7.1.min.js"}) {
    CHECK_FALSE(looks_like_identifier(text));
  }
}

// Addresses are read without the C library, which the modules do not have; it is who is asked here.
TEST_CASE("addresses of both families, as the C library reads and writes them", "[cli][logs.aggregate]") {
  Random random(0x6970);
  const auto in_c = [](const std::string& text) -> std::string {
    char four[4];
    unsigned char six[16];
    char spelt[INET6_ADDRSTRLEN];
    if (::inet_pton(AF_INET, text.c_str(), four) == 1) return text.substr(0, text.rfind('.') + 1) + "0";
    if (::inet_pton(AF_INET6, text.c_str(), six) != 1) return "-";
    const bool mapped = text.size() > 2 && std::memcmp(six, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
    std::memset(six + (mapped ? 15 : 6), 0, mapped ? 1 : 10);
    return ::inet_ntop(AF_INET6, six, spelt, sizeof spelt);
  };
  unsigned good = 0;
  for (unsigned round = 0; round < 60'000; ++round) {
    constexpr std::string_view pieces[] = {"::",        ":",     "0",        "1",         "db8",
                                           "2001",      "ffff",  "10.0.0.1", "1.2.3.400", "FFfF",
                                           "0:0:0:0:0", "00001", ".",        "a:b:c:d:e"};
    std::string text;
    for (unsigned piece = 0; piece <= random.below(9); ++piece) {
      if (piece > 0 && random.chance(70)) text += ':';
      text += random.pick(pieces);
    }
    const std::string wanted = in_c(text);
    if (text.find(':') == std::string::npos && wanted != "-")
      continue;  // IPv4 with leading zeros is the next test's
    char room[128];
    Out out(room, sizeof room);
    append_network(out, text);
    INFO(text);
    // "address:port" of IPv4 is read where the C library reads none.
    if (wanted == "-" && text.find(':') == text.rfind(':')) continue;
    REQUIRE(std::string(out.text()) == wanted);
    good += wanted == "-" ? 0u : 1u;
  }
  CHECK(good > 1'000);
}

TEST_CASE("what does not fit is not written, and said", "[cli][logs.aggregate]") {
  char room[8];
  Out out(room, sizeof room);
  out.add("1234567");
  CHECK_FALSE(out.full());
  append_network(out, "10.0.0.1");
  CHECK(out.full());
  CHECK(out.size() <= sizeof room);
}

TEST_CASE("times of log lines", "[cli]") {
  CHECK(time_of("10/Oct/2000:13:55:36 -0700") == 971'211'336);
  CHECK(time_of("01/Jan/1970:00:00:00 +0000") == 0);
  CHECK(time_of("29/Feb/2024:23:59:59 +0530") == 1'709'231'399);
  for (const char* text :
       {"", "10/oct/2000:13:55:36 -0700", "10/Oct/2000 13:55:36 -0700", "00/Oct/2000:13:55:36 -0700",
        "10/Oct/2000:24:00:00 -0700", "10/anF/2000:13:55:36 -0700"}) {
    CHECK(time_of(text) == -1);
  }
}

TEST_CASE("damaged lines end inside themselves", "[cli][logs.aggregate]") {
  const std::string_view lines[] = {
      R"(203.0.113.57 - frank [10/Oct/2000:13:55:36 -0700] "GET /a;b=c?d=e&f HTTP/1.0" 200 23 "http://u@h/x?y=z" "A \"q\"" "1" "1~x")",
      R"({"remote_addr":"2001:db8::1","ts":"2026-11-26T00:00:00Z","request":{"uri":"/b/tok?x=1","headers":{"Cookie":["a"]}},"status":200,"sec_gpc":"1"})"};
  Random random(0x6c6f67);
  for (const bool with_consent : {false, true}) {
    Redactor redactor(small_policy().view(), visitor("eu"), {with_consent});
    std::string out;
    for (unsigned round = 0; round < 6'000; ++round) {
      std::string line(random.pick(lines));
      for (unsigned damage = random.below(4); damage > 0 && !line.empty(); --damage) {
        const std::uint32_t at = random.below(static_cast<std::uint32_t>(line.size()));
        if (random.chance(30))
          line.resize(at);
        else
          line[at] = static_cast<char>(
              random.chance(50) ? random.below(256)
                                : static_cast<unsigned char>(R"("\ []{}?&;=/:%)"[random.below(14)]));
      }
      // Exactly its size, so that the first byte read too far is somebody else's.
      const std::unique_ptr<char[]> copy(new char[line.size()]);
      std::copy(line.begin(), line.end(), copy.get());
      const std::size_t before = out.size();
      const char* problem = redactor.redact({copy.get(), line.size()}, out);
      if (problem != nullptr) CHECK(out.size() == before);
      if (problem == nullptr && out.size() > before) REQUIRE(out.back() == '\n');
    }
    CHECK(out.find("frank") == std::string::npos);
  }
}

TEST_CASE("a policy that forbids every field leaves no line", "[cli][logs.aggregate]") {
  std::string out;
  const OpenPolicy forbidden(replaced(small_policy_json(), R"("rules": [)", R"("rules": [
    {"id": "no-logs", "clause": "scope.site", "kinds": ["log.line"], "needs": "never"},)"));
  Redactor redactor(forbidden.view(), visitor("eu", forbidden), {});
  CHECK(redactor.redact(R"(1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 23)", out) ==
        nullptr);
  CHECK(redactor.redact(R"({"status":200,"remote_addr":"1.2.3.4"})", out) == nullptr);
  CHECK(out.empty());
}
