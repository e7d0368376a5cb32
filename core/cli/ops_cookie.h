// The cookie operations of `mfconsent eval`: JSON around core/cookies, and no rule of their own.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/op.h"

namespace metrofax::consent::cli {

// Each takes the request without "op" and "id" and answers the members of the table in the interface; each
// throws OpError with the JSON pointer of what is wrong with the request. Common members: `profile`
// "rfc6265bis" (default), "layered" or "chromium"; `api` "http" (default) or "dom"; `now` unix seconds or RFC
// 3339 text; and, where a page plays a part, `site` "same-site" (default), "navigation" or "cross-site",
// `publicSuffix` and `partition`, text. Times are unix seconds.

/// line [, url, now] -> {cookie: {…} or null, rejected?: code, profile}. Without url the line alone: domain
/// and path as written or null, maxAge as written or null, expires not capped.
nlohmann::json cookie_parse(const nlohmann::json& input);

/// input -> {time: seconds or null}
nlohmann::json cookie_date(const nlohmann::json& input);

/// input -> {pairs: [[name, value], …]}
nlohmann::json cookie_header(const nlohmann::json& input);

/// line, url, now -> {kind, lifetime: seconds or null, capped, profile, rejected?: code}. The lifetime is 0
/// for a cookie that is over and null for one of the session or a rejected one.
nlohmann::json cookie_classify(const nlohmann::json& input);

/// cookie, in the shape of cookie.parse -> {line}; refusals are errors with the cookie_* code.
nlohmann::json cookie_serialize(const nlohmann::json& input);

/// ops -> {gets: [text, …], profile}
nlohmann::json cookie_store(const nlohmann::json& input);

/// name, url -> {writes: [text, …], setCookie: [text, …], complete}
nlohmann::json cookie_sweep(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
