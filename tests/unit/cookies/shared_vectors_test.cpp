// The shared cookie vectors. Where a vector carries `rfc6265bis`, that is the answer wanted for that profile;
// where it carries `chromium_156`, that for profile chromium.
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "cli/ops_cookie.h"
#include "cookies/accept.h"
#include "cookies/date.h"
#include "cookies/match.h"
#include "cookies/split.h"
#include "cookies/url.h"
#include "shared_vectors.h"

using nlohmann::json;
using namespace metrofax::consent;
using namespace metrofax::consent::cookies;
using metrofax::consent::test::run_shared_vectors;

namespace {

json date_of(const json& vector) { return cli::cookie_date({{"input", vector.at("input")}}).at("time"); }

std::vector<std::string> expected_gets(const json& vector, bool chromium) {
  std::vector<std::string> gets;
  const bool own_trace = !chromium && !vector.at("rfc6265bis").at("agree").get<bool>();
  const bool own_got = chromium && !vector.at("chromium_156").at("pass").get<bool>();
  std::size_t at = 0;
  for (const json& op : vector.at("ops")) {
    const std::size_t index = at++;
    if (op.at("op") != "get") continue;
    if (own_trace) {
      gets.push_back(vector.at("rfc6265bis").at("trace").at(index));
    } else if (own_got) {
      gets.push_back(vector.at("chromium_156").at("got").at(gets.size()));
    } else if (chromium && vector.contains("expect_wpt")) {
      gets.push_back(vector.at("expect_wpt"));
    } else {
      gets.push_back(op.at("expect"));
    }
  }
  return gets;
}

bool store_gives(const json& vector, const char* profile) {
  const json answer = cli::cookie_store({{"ops", vector.at("ops")}, {"profile", profile}});
  return answer.at("gets") == json(expected_gets(vector, std::string_view(profile) == "chromium"));
}

/// What decodeURIComponent does; the text itself where that throws. UTF-8 is not looked into.
std::string percent_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string digits = text.substr(i + 1, 2);
    if (digits.size() != 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return text;
    out += static_cast<char>(std::stoi(digits, nullptr, 16));
    i += 2;
  }
  return out;
}

}  // namespace

TEST_CASE("shared vectors: dates of Chromium", "[cookies.persistent][cookies][vectors]") {
  run_shared_vectors("chromium-dates", 72, {}, [](const json& vector) {
    const json time = date_of(vector);
    if (vector.at("rfc6265bis").contains("actual")) return time == vector.at("rfc6265bis").at("actual");
    return time == vector.at("expect_epoch");
  });
}

TEST_CASE("shared vectors: dates of http-state", "[cookies.persistent][cookies][vectors]") {
  run_shared_vectors("http-state-dates", 70, {}, [](const json& vector) {
    const json time = date_of(vector);
    if (vector.at("expect").is_null()) return time.is_null();
    // The wanted moment is RFC 3339 text, which is what "now" may be: an Expires equal to now is over, one
    // later is not.
    if (time.is_null()) return false;
    const auto kind_at = [&](const json& now) {
      return cli::cookie_classify({{"line", "a=b; Expires=" + vector.at("input").get<std::string>()},
                                   {"url", "https://example.com/"},
                                   {"now", now}})
          .at("kind");
    };
    return kind_at(vector.at("expect")) == "expired" &&
           kind_at(time.get<std::int64_t>() - 1) == "persistent" && kind_at(time) == "expired" &&
           cli::cookie_classify({{"line", "a=b; Max-Age=1"}, {"url", "https://example.com/"}, {"now", time}})
                   .at("lifetime") == 1;
  });
}

TEST_CASE("shared vectors: http-state, profile rfc6265bis",
          "[cookies.session][cookies.persistent][cookies][vectors]") {
  run_shared_vectors("http-state", 222, {},
                     [](const json& vector) { return store_gives(vector, "rfc6265bis"); });
}

TEST_CASE("shared vectors: http-state as replayed in Chromium 156, profile chromium", "[cookies][vectors]") {
  run_shared_vectors("http-state", 222, {}, [](const json& vector) {
    // Seven were not replayed.
    return !vector.contains("chromium_156") || store_gives(vector, "chromium");
  });
}

TEST_CASE("shared vectors: lines of Chromium's parser", "[cookies][vectors]") {
  run_shared_vectors("chromium-parsed-cookie", 125, {}, [](const json& vector) {
    const json cookie = cli::cookie_parse({{"line", vector.at("input")}}).at("cookie");
    const json& expect = vector.at("expect");
    if (!expect.value("valid", true)) return cookie.is_null();
    if (cookie.is_null()) return false;
    for (const auto& [key, wanted] : expect.items()) {
      bool right = true;
      if (key == "hasPath") right = cookie.at("path").is_null() != wanted.get<bool>();
      if (key == "hasDomain") right = cookie.at("domain").is_null() != wanted.get<bool>();
      if (key == "hasMaxAge") right = cookie.at("maxAge").is_null() != wanted.get<bool>();
      if (key == "hasExpires") right = cookie.at("expires").is_null() != wanted.get<bool>();
      if (key == "sameSite")
        right = cookie.at("sameSite") == (wanted == "Unspecified" ? json("Default") : wanted);
      if (key == "serialized") {
        // Theirs keeps unknown attributes and the spelling of known ones; the cookie must be the same, and
        // its text.
        const std::string line = cli::cookie_serialize({{"cookie", cookie}}).at("line");
        const std::string theirs = wanted;
        right = line.substr(0, line.find(';')) == theirs.substr(0, theirs.find(';')) &&
                cli::cookie_parse({{"line", line}}) == cli::cookie_parse({{"line", theirs}});
      }
      if (cookie.contains(key) && key != "sameSite") right = cookie.at(key) == wanted;
      if (!right) return false;
    }
    return true;
  });
}

TEST_CASE("shared vectors: domain and path matching of Chromium", "[cookies][vectors]") {
  const test::Differences differences = {
      {"chromium-match-0039", "a file: URL has no host and no cookies here: it is refused as a URL"},
  };
  run_shared_vectors("chromium-match", 45, differences, [](const json& vector) {
    const std::string fn = vector.at("fn");
    if (fn == "path-match") {
      return path_match(vector.at("requestPath").get<std::string>(),
                        vector.at("cookiePath").get<std::string>()) == vector.at("expect");
    }
    if (fn == "domain-match-chromium") {
      const std::string domain = vector.at("cookieDomain");
      const std::string host = vector.at("host");
      return (domain.front() == '.' ? domain_match(host, domain.substr(1)) : domain == host) ==
             vector.at("expect");
    }
    json input = {{"line", "a=b; Domain=" + vector.at("domainAttr").get<std::string>()},
                  {"url", vector.at("url")},
                  {"now", 0},
                  {"profile", "chromium"}};
    const std::string url = vector.at("url");
    if (url.find("gov.uk") != std::string::npos) input["publicSuffix"] = "gov.uk";
    json domain = nullptr;
    try {
      const json cookie = cli::cookie_parse(input).at("cookie");
      if (!cookie.is_null()) {
        domain = (cookie.at("hostOnly").get<bool>() ? "" : ".") + cookie.at("domain").get<std::string>();
      }
    } catch (const cli::OpError& error) {
      CHECK(error.code == ErrorCode::cookie_bad_url);
    }
    return domain == vector.at("expect");
  });
}

TEST_CASE("shared vectors: lifetimes", "[cookies.session][cookies.persistent][cookies][vectors]") {
  run_shared_vectors("own-lifetime", 76, {}, [](const json& vector) {
    const json input = {{"line", vector.at("input")},
                        {"url", "https://www.example.com/"},
                        {"now", "2026-01-01T00:00:00.000Z"}};
    const json cookie = cli::cookie_parse(input).at("cookie");
    const json answer = cli::cookie_classify(input);
    const json& expect = vector.at("expect");
    if (cookie.at("persistent") != expect.at("persistent")) return false;
    if (!expect.at("persistent").get<bool>()) {
      return answer.at("kind") == "session" && answer.at("lifetime").is_null() &&
             cookie.at("expires").is_null();
    }
    const bool expired = expect.at("expired");
    if (answer.at("kind") != (expired ? "expired" : "persistent")) return false;
    if (expect.at("expiry") == "earliest") return cookie.at("expires") == kEarliestDate;
    const std::int64_t remaining = expect.at("remaining_seconds");
    return cookie.at("expires") == 1767225600 + remaining &&
           answer.at("lifetime") == (expired ? 0 : remaining);
  });
}

TEST_CASE("shared vectors: deletion", "[cookies.removal][retention.necessary][cookies][vectors]") {
  for (const char* profile : {"rfc6265bis", "layered", "chromium"}) {
    run_shared_vectors("own-deletion", 69, {}, [profile](const json& vector) {
      const std::string line = vector.at("cookie");
      const json& page = vector.at("page");
      const json set = {{"op", "set"}, {"cookie", line}, {"url", page}, {"api", "http"}, {"now", 0}};
      const json script_get = {{"op", "get"}, {"url", page}, {"api", "dom"}, {"now", 0}};
      const json server_get = {{"op", "get"}, {"url", page}, {"api", "http"}, {"now", 0}};
      const json sweep = cli::cookie_sweep({{"name", line.substr(0, line.find('='))}, {"url", page}});

      json ops = {set, server_get};
      for (const json& write : sweep.at("writes")) {
        ops.push_back({{"op", "set"}, {"cookie", write}, {"url", page}, {"api", "dom"}, {"now", 0}});
      }
      ops.push_back(script_get);
      ops.push_back(server_get);
      for (const json& write : sweep.at("setCookie")) {
        ops.push_back({{"op", "set"}, {"cookie", write}, {"url", page}, {"api", "http"}, {"now", 0}});
      }
      ops.push_back(server_get);
      const json gets = cli::cookie_store({{"ops", ops}, {"profile", profile}}).at("gets");
      const bool left = !vector.at("js_deletable").get<bool>();
      return gets.at(0) != "" && gets.at(1) == "" && gets.at(2).get<std::string>().empty() != left &&
             gets.at(3) == "" && sweep.at("complete") == true;
    });
  }
}

TEST_CASE("shared vectors: Cookie headers", "[cookies][vectors]") {
  const std::string drops =
      "that library drops text without \"=\"; here it is a nameless cookie, as browsers send it";
  const std::string callback = "its own decoding function in JavaScript";
  const test::Differences differences = {
      {"jshttp-cookie-cookie-header-parse-0036", drops},
      {"jshttp-cookie-cookie-header-parse-0037", drops},
      {"jshttp-cookie-cookie-header-parse-0042", callback},
      {"jshttp-cookie-cookie-header-parse-0043", callback},
      {"jshttp-cookie-cookie-header-parse-0049", callback},
  };
  run_shared_vectors("jshttp-cookie-cookie-header-parse", 49, differences, [](const json& vector) {
    // Their answer is an object of decoded values, the first of a name winning.
    json object = json::object();
    const json answer = cli::cookie_header({{"input", vector.at("input")}});
    for (const json& pair : answer.at("pairs")) {
      const std::string name = pair.at(0);
      if (!object.contains(name)) object[name] = percent_decoded(pair.at(1));
    }
    return object == vector.at("expect");
  });
}

TEST_CASE("shared vectors: joined Set-Cookie headers", "[cookies][vectors]") {
  const std::string not_text = "its input is not text";
  const test::Differences differences = {
      {"set-cookie-parser-split-set-cookie-0001", not_text},
      {"set-cookie-parser-split-set-cookie-0002", not_text},
  };
  run_shared_vectors("set-cookie-parser-split-set-cookie", 24, differences, [](const json& vector) {
    if (!vector.at("input").is_string()) return false;
    const std::string input = vector.at("input");
    std::string_view rest = input;
    json parts = json::array();
    for (std::string_view part = next_set_cookie(rest); !part.empty(); part = next_set_cookie(rest)) {
      parts.push_back(std::string(part));
    }
    return parts == vector.at("expect");
  });
}

TEST_CASE("shared vectors: registrable domains need the list, which the core does not carry",
          "[cookies][vectors]") {
  // What the core does without a list is tested with the acceptance of Domain attributes.
  std::printf("skipped: psl-registrable-domain (78 vectors): the core carries no public suffix list\n");
  SUCCEED();
}
