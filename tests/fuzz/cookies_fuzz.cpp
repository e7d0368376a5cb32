// libFuzzer target for core/cookies: the parser against a slow and plain one written from the draft, and the
// store model as oracle for serialiser, header and sweep.
//
//   clang++-14 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I core -I
//   <policy_generated.h>
//     tests/fuzz/cookies_fuzz.cpp core/cookies/*.cpp -o cookies_fuzz && ./cookies_fuzz
//     tests/fuzz/cookies_corpus
//
// Input: one byte of choices, then records parted by line feeds; the first is a URL, the others are lines to
// set.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookies/accept.h"
#include "cookies/bytes.h"
#include "cookies/classify.h"
#include "cookies/date.h"
#include "cookies/header.h"
#include "cookies/match.h"
#include "cookies/parse.h"
#include "cookies/serialize.h"
#include "cookies/split.h"
#include "cookies/store.h"
#include "cookies/sweep.h"
#include "cookies/url.h"

using namespace metrofax::consent;
using namespace metrofax::consent::cookies;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
  return part.data() == nullptr ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// ------------------------------------------------------------------------------- a plain parser to compare
// with

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

struct PlainCookie {
  bool ok = false;
  std::string name, value, domain, path, max_age, same_site = "unset";
  bool has_domain = false, has_path = false, has_expires = false;
  bool secure = false, http_only = false, partitioned = false;
};

PlainCookie plain_parse(const std::string& line) {
  PlainCookie cookie;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 8 || (byte >= 10 && byte <= 31) || byte == 127) return cookie;
  }
  std::vector<std::string> parts(1);
  for (const char c : line) {
    if (c == ';') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const auto equals = parts[0].find('=');
  cookie.name = equals == std::string::npos ? "" : trimmed(parts[0].substr(0, equals));
  cookie.value = trimmed(equals == std::string::npos ? parts[0] : parts[0].substr(equals + 1));
  if (cookie.name + cookie.value == "" || (cookie.name + cookie.value).size() > 4096) return cookie;
  cookie.ok = true;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto at = parts[i].find('=');
    const std::string name = lowered(trimmed(parts[i].substr(0, at)));
    const std::string value = at == std::string::npos ? "" : trimmed(parts[i].substr(at + 1));
    if (value.size() > 1024) continue;
    if (name == "secure") cookie.secure = true;
    if (name == "httponly") cookie.http_only = true;
    if (name == "partitioned") cookie.partitioned = true;
    if (name == "expires" && parse_cookie_date(value)) cookie.has_expires = true;
    if (name == "domain") cookie.has_domain = true, cookie.domain = value;
    if (name == "path") cookie.has_path = true, cookie.path = value;
    if (name == "samesite") {
      const std::string known = lowered(value);
      cookie.same_site = known == "none" || known == "lax" || known == "strict" ? known : "unset";
    }
    if (name == "max-age") {
      const std::string digits = value.substr(value.rfind('-', 0) == 0 ? 1 : 0);
      if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos)
        cookie.max_age = value;
    }
  }
  return cookie;
}

std::vector<std::pair<std::string, std::string>> plain_header(const std::string& header) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t from = 0; from <= header.size();) {
    const std::size_t end = std::min(header.find(';', from), header.size());
    const std::string part = trimmed(header.substr(from, end - from));
    const auto equals = part.find('=');
    if (equals != std::string::npos) {
      pairs.emplace_back(trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)));
    } else if (!part.empty()) {
      pairs.emplace_back("", part);
    }
    from = end + 1;
  }
  return pairs;
}

void compare_with_plain(std::string_view line) {
  SetCookie cookie;
  const bool ok = parse_set_cookie(line, Profile::rfc6265bis, cookie).code == ErrorCode::ok;
  const PlainCookie plain = plain_parse(std::string(line));
  require(ok == plain.ok, "both parsers accept or both refuse");
  for (const std::string_view part :
       {cookie.name, cookie.value, cookie.domain, cookie.path, cookie.max_age}) {
    require(inside(part, line), "views lie inside the line");
  }
  if (!ok) return;
  constexpr const char* same_site[] = {"unset", "none", "lax", "strict"};
  require(cookie.name == plain.name && cookie.value == plain.value, "name and value");
  require(cookie.domain == plain.domain && (cookie.domain.data() != nullptr) == plain.has_domain, "Domain");
  require(cookie.path == plain.path && (cookie.path.data() != nullptr) == plain.has_path, "Path");
  require(cookie.max_age == plain.max_age && cookie.has_expires == plain.has_expires, "lifetime attributes");
  require(cookie.secure == plain.secure && cookie.http_only == plain.http_only &&
              cookie.partitioned == plain.partitioned &&
              same_site[static_cast<unsigned>(cookie.same_site)] == plain.same_site,
          "flags");
}

// ------------------------------------------------------------------------------- what must hold

void check_date(std::string_view text) {
  if (const auto time = parse_cookie_date(text)) {
    require(*time >= kEarliestDate && *time <= 253402300799, "a date lies between 1601 and 9999");
  }
}

void check_header(std::string_view header) {
  CookiePair pairs[4];
  const std::size_t count = parse_cookie_header(header, pairs, 4);
  const auto plain = plain_header(std::string(header));
  require(count == plain.size(), "both readers see as many cookies");
  for (std::size_t i = 0; i < count && i < 4; ++i) {
    require(pairs[i].name == plain[i].first && pairs[i].value == plain[i].second, "and the same ones");
  }
  require(count <= header.size(), "no more pairs than bytes");
  for (std::size_t i = 0; i < count && i < 4; ++i) {
    require(inside(pairs[i].name, header) && inside(pairs[i].value, header), "pairs lie inside the header");
    require(header_has_cookie(header, pairs[i].name), "a pair is found by its name");
  }
  std::string_view rest = header;
  std::size_t parts = 0;
  while (!next_set_cookie(rest).empty()) require(++parts <= header.size(), "splitting comes to its end");
}

void check_serializer(std::string_view line, Profile profile) {
  SetCookie cookie;
  if (parse_set_cookie(line, profile, cookie).code != ErrorCode::ok) return;
  char out[kMaxLine];
  const auto size = serialize_cookie(cookie, profile, out, sizeof out);
  if (!size.ok()) return;
  SetCookie again;
  require(parse_set_cookie({out, size.value()}, profile, again).code == ErrorCode::ok,
          "a written line is read");
  require(again.name == cookie.name && again.value == cookie.value && again.domain == cookie.domain &&
              again.path == cookie.path && again.max_age == cookie.max_age &&
              again.expires == cookie.expires && again.has_expires == cookie.has_expires &&
              again.secure == cookie.secure && again.http_only == cookie.http_only &&
              again.partitioned == cookie.partitioned && again.same_site == cookie.same_site,
          "a written line is read as the same cookie");
  char twice[kMaxLine];
  const auto second = serialize_cookie(again, profile, twice, sizeof twice);
  require(second.ok() && std::string_view(out, size.value()) == std::string_view(twice, second.value()),
          "and written the same again");
}

/// Whether the header of `page` shows the cookie: what the store model says of a cookie just set.
void check_set(CookieStore& store, std::string_view line, const CookiePage& page, std::int64_t now,
               CookieApi api, Profile profile) {
  const CookieFacts facts = classify_cookie(line, page, now, api, profile);
  const ErrorCode code = store.set(line, page, now, api, profile);
  if (facts.kind == CookieKind::rejected) {
    require(code == facts.why, "the store rejects for the classifier's reason");
    return;
  }
  require(code == ErrorCode::ok || code == ErrorCode::cookie_overwrites_secure ||
              code == ErrorCode::cookie_overwrites_http_only || code == ErrorCode::cookie_store_full,
          "only what is there already stands in the way");
  require((facts.kind == CookieKind::persistent) == (facts.lifetime > 0),
          "a persistent cookie has a lifetime");
  require(facts.lifetime <= kMaxLifetime, "and none over the cap");
  if (code != ErrorCode::ok) return;
  std::size_t found = 0;
  for (std::size_t i = 0; i < store.size(); ++i) {
    if (store[i].cookie.name == facts.name) ++found;
  }
  require(found > 0 || facts.kind == CookieKind::expired, "an accepted cookie is there unless it is over");
}

void check_sweep(CookieStore& store, const CookiePage& page, std::int64_t now) {
  const StoredCookie* found[8];
  const std::size_t count = store.get(page, now, CookieApi::http, found, 8);
  for (std::size_t i = 1; i < count && i < 8; ++i) {
    require(found[i - 1]->cookie.path.size() >= found[i]->cookie.path.size(), "longer paths come first");
  }
  if (count == 0 || count > 8) return;
  char header[8 * (kMaxNameAndValue + 3)];
  const auto size = write_cookie_header(found, count, header, sizeof header);
  require(size.ok(), "a header of eight cookies fits");
  const std::string name(found[0]->cookie.name);
  if (!name.empty()) require(header_has_cookie({header, size.value()}, name), "the header shows the cookie");

  const auto plan = plan_sweep(name, page);
  require(plan.ok(), "a name that is there can be swept");
  // An address has no Domain cookies in any browser, but in the draft.
  if (!plan.value().complete || is_ip_address(page.host)) return;
  // The writes must outlive the store's views into them.
  std::vector<std::string> writes;
  for (std::uint32_t n = 0; n < plan.value().size(); ++n) {
    char line[kMaxLine];
    const auto length = write_sweep(plan.value(), n, SweepBy::server, line, sizeof line);
    require(length.ok(), "every write of a plan can be written");
    writes.emplace_back(line, length.value());
  }
  for (const std::string& write : writes) store.set(write, page, now, CookieApi::http, Profile::rfc6265bis);
  const std::size_t left = store.get(page, now, CookieApi::http, found, 8);
  for (std::size_t i = 0; i < left; ++i) {
    require(found[i]->cookie.name != name, "the server's sweep leaves no cookie of the name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choices = data[0];
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto profile = static_cast<Profile>(choices % 3);
  const auto api = static_cast<CookieApi>(choices / 4 % 2);
  const std::int64_t now = 1767225600;

  check_date(input);
  check_header(input);
  std::vector<std::string_view> records;
  std::string_view rest = input;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    records.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (records.empty()) return 0;

  CookiePage page;
  page.host = "www.example.com";
  page.path = "/a/b/c";
  page.secure = choices / 8 % 2 != 0;
  if (const auto parsed = page_of_url(records[0]); parsed.ok()) page = parsed.value();
  page.site = static_cast<SiteContext>(choices / 16 % 3);
  require(inside(page.host, records[0]) || page.host == "www.example.com", "the host lies inside the URL");

  StoredCookie memory[8];
  CookieStore store(memory, 8);
  for (const std::string_view line : records) {
    compare_with_plain(line);
    check_serializer(line, profile);
    check_set(store, line, page, now, api, profile);
  }
  if (profile == Profile::rfc6265bis && page.site == SiteContext::same_site) check_sweep(store, page, now);
  return 0;
}
