#include "cli/ops_cookie.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ops_cookie_input.h"
#include "cookies/accept.h"
#include "cookies/bytes.h"
#include "cookies/classify.h"
#include "cookies/date.h"
#include "cookies/header.h"
#include "cookies/parse.h"
#include "cookies/serialize.h"
#include "cookies/store.h"
#include "cookies/sweep.h"

namespace metrofax::consent::cli {

using nlohmann::json;

namespace {

using namespace cookies;  // NOLINT(google-build-using-namespace): this file is nothing but their JSON

/// The model looks through the whole store at each step; a request must not cost more than a moment.
constexpr std::size_t kMaxStoreOps = 4096;

constexpr const char* kSameSite[] = {"Default", "None", "Lax", "Strict"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

json text_or_null(std::string_view text) {
  return text.data() == nullptr ? json(nullptr) : json(std::string(text));
}

json flags(const SetCookie& line) {
  return {{"name", std::string(line.name)},  {"value", std::string(line.value)},
          {"secure", line.secure},           {"httpOnly", line.http_only},
          {"partitioned", line.partitioned}, {"sameSite", kSameSite[static_cast<unsigned>(line.same_site)]}};
}

json of_line(const SetCookie& line) {
  json cookie = flags(line);
  cookie["domain"] = text_or_null(line.domain);
  cookie["path"] = text_or_null(line.path);
  cookie["hostOnly"] = line.domain.empty();
  cookie["maxAge"] = text_or_null(line.max_age);
  cookie["persistent"] = line.has_expires || line.max_age.data() != nullptr;
  cookie["expires"] = line.has_expires ? json(line.expires) : json(nullptr);
  return cookie;
}

json of_cookie(const SetCookie& line, const Cookie& accepted) {
  json cookie = flags(line);
  cookie["domain"] = lower(accepted.domain);
  cookie["path"] = std::string(accepted.path);
  cookie["hostOnly"] = accepted.host_only;
  cookie["persistent"] = accepted.persistent;
  cookie["expires"] = accepted.persistent ? json(accepted.expires) : json(nullptr);
  return cookie;
}

json rejection(ErrorCode code, Profile profile) {
  return {{"cookie", nullptr}, {"rejected", fb::EnumNameErrorCode(code)}, {"profile", profile_name(profile)}};
}

}  // namespace

json cookie_parse(const json& input) {
  const std::string& line = text_member(input, "", "line");
  const Profile profile = profile_member(input);
  const CookieApi api = api_member(input, "");
  SetCookie parsed;
  const Error error = parse_set_cookie(line, profile, parsed);
  const bool alone = !has_member(input, "url");
  if (!alone) {
    const CookiePage page = page_member(input, "");
    const std::int64_t now = time_member(input, "", std::nullopt);
    if (error.code != ErrorCode::ok) return rejection(error.code, profile);
    Cookie accepted;
    const ErrorCode code = accept_cookie(parsed, page, now, api, profile, accepted);
    if (code != ErrorCode::ok) return rejection(code, profile);
    return {{"cookie", of_cookie(parsed, accepted)}, {"profile", profile_name(profile)}};
  }
  if (error.code != ErrorCode::ok) return rejection(error.code, profile);
  return {{"cookie", of_line(parsed)}, {"profile", profile_name(profile)}};
}

json cookie_date(const json& input) {
  const auto time = parse_cookie_date(text_member(input, "", "input"));
  return {{"time", time ? json(*time) : json(nullptr)}};
}

json cookie_header(const json& input) {
  const std::string& header = text_member(input, "", "input");
  std::vector<CookiePair> pairs(parse_cookie_header(header, nullptr, 0));
  parse_cookie_header(header, pairs.data(), pairs.size());
  json out = json::array();
  for (const CookiePair& pair : pairs) {
    out.push_back(json::array({std::string(pair.name), std::string(pair.value)}));
  }
  return {{"pairs", std::move(out)}};
}

json cookie_classify(const json& input) {
  const std::string& line = text_member(input, "", "line");
  const Profile profile = profile_member(input);
  const CookiePage page = page_member(input, "");
  const std::int64_t now = time_member(input, "", std::nullopt);
  const CookieFacts facts = classify_cookie(line, page, now, api_member(input, ""), profile);
  constexpr const char* kinds[] = {"rejected", "expired", "session", "persistent"};
  json answer = {{"kind", kinds[static_cast<unsigned>(facts.kind)]},
                 {"capped", facts.capped},
                 {"profile", profile_name(profile)},
                 {"lifetime", nullptr}};
  if (facts.kind == CookieKind::persistent || facts.kind == CookieKind::expired) {
    answer["lifetime"] = facts.lifetime;
  }
  if (facts.kind == CookieKind::rejected) answer["rejected"] = fb::EnumNameErrorCode(facts.why);
  return answer;
}

json cookie_serialize(const json& input) {
  const json& given = object_member(input, "cookie");
  const CookieInput cookie(given);
  char line[kMaxLine];
  const auto size = serialize_cookie(cookie.fields, profile_member(input), line, sizeof line);
  if (!size.ok()) {
    throw OpError{size.error().code, "/cookie: a browser would refuse this cookie or read it differently",
                  size.error().offset};
  }
  return {{"line", std::string(line, size.value())}};
}

json cookie_store(const json& input) {
  const Profile profile = profile_member(input);
  const json& ops = array_member(input, "ops");
  if (ops.size() > kMaxStoreOps) throw OpError{ErrorCode::too_long, "/ops: expected at most 4096", 0};
  std::optional<std::int64_t> default_now;
  if (has_member(input, "now")) default_now = time_member(input, "", std::nullopt);

  std::vector<StoredCookie> memory(ops.size());
  std::vector<const StoredCookie*> found(ops.size());
  CookieStore store(memory.data(), memory.size());
  json gets = json::array();
  std::string header;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const std::string where = "/ops/" + std::to_string(i);
    const json& op = ops[i];
    if (!op.is_object()) throw OpError{ErrorCode::wrong_type, where + ": expected an object", 0};
    const std::string& kind = text_member(op, where, "op");
    const CookiePage page = page_member(op, where);
    const CookieApi api = api_member(op, where);
    const std::int64_t now = time_member(op, where, default_now);
    if (kind == "set") {
      store.set(text_member(op, where, "cookie"), page, now, api, profile);
    } else if (kind == "get") {
      const std::size_t count = store.get(page, now, api, found.data(), found.size());
      header.resize(count * (kMaxNameAndValue + 3));
      const auto size = write_cookie_header(found.data(), count, header.data(), header.size());
      gets.push_back(header.substr(0, size.value()));
    } else {
      throw OpError{ErrorCode::bad_value, where + "/op: expected \"set\" or \"get\"", 0};
    }
  }
  return {{"gets", std::move(gets)}, {"profile", profile_name(profile)}};
}

json cookie_sweep(const json& input) {
  const std::string& name = text_member(input, "", "name");
  const CookiePage page = page_member(input, "");
  const auto plan = plan_sweep(name, page);
  if (!plan.ok())
    throw OpError{plan.error().code, "/name: no cookie can have this name", plan.error().offset};
  json writes = json::array();
  json lines = json::array();
  char line[kMaxLine];
  for (std::uint32_t n = 0; n < plan.value().size(); ++n) {
    for (const SweepBy by : {SweepBy::script, SweepBy::server}) {
      const auto size = write_sweep(plan.value(), n, by, line, sizeof line);
      if (!size.ok()) throw OpError{size.error().code, "/url: no cookie can be swept from this page", 0};
      (by == SweepBy::script ? writes : lines).push_back(std::string(line, size.value()));
    }
  }
  return {
      {"writes", std::move(writes)}, {"setCookie", std::move(lines)}, {"complete", plan.value().complete}};
}

}  // namespace metrofax::consent::cli
