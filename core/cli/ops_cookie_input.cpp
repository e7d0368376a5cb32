#include "cli/ops_cookie_input.h"

#include <array>
#include <cmath>

#include "cli/rfc3339.h"
#include "cookies/url.h"

namespace metrofax::consent::cli {

using namespace cookies;  // NOLINT(google-build-using-namespace): this file is nothing but their JSON
using nlohmann::json;

namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& where, const char* key, const char* expected,
                         std::uint32_t at = 0) {
  throw OpError{code, where + "/" + key + ": expected " + expected, at};
}

const json& member(const json& object, const std::string& where, const char* key, const char* expected) {
  const auto found = object.find(key);
  if (found == object.end()) refuse(ErrorCode::missing_key, where, key, expected);
  return *found;
}

/// The index of a member's text in a list of names; 0 where the member is absent.
template <std::size_t N>
std::size_t choice_member(const json& object, const std::string& where, const char* key,
                          const std::array<const char*, N>& names, const char* expected) {
  if (!has_member(object, key)) return 0;
  const std::string& text = text_member(object, where, key);
  for (std::size_t i = 0; i < N; ++i) {
    if (text == names[i]) return i;
  }
  refuse(ErrorCode::bad_value, where, key, expected);
}

constexpr std::array<const char*, 3> kProfiles = {"rfc6265bis", "layered", "chromium"};

bool flag_member(const json& object, const char* key) {
  if (!has_member(object, key)) return false;
  const json& value = object[key];
  if (!value.is_boolean()) refuse(ErrorCode::wrong_type, "/cookie", key, "true or false");
  return value.get<bool>();
}

std::string_view optional_text(const json& object, const std::string& where, const char* key) {
  return has_member(object, key) ? std::string_view(text_member(object, where, key)) : std::string_view{};
}

}  // namespace

bool has_member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

const std::string& text_member(const json& object, const std::string& where, const char* key) {
  const json& value = member(object, where, key, "text");
  if (!value.is_string()) refuse(ErrorCode::wrong_type, where, key, "text");
  return value.get_ref<const std::string&>();
}

const json& object_member(const json& object, const char* key) {
  const json& value = member(object, "", key, "an object");
  if (!value.is_object()) refuse(ErrorCode::wrong_type, "", key, "an object");
  return value;
}

const json& array_member(const json& object, const char* key) {
  const json& value = member(object, "", key, "an array");
  if (!value.is_array()) refuse(ErrorCode::wrong_type, "", key, "an array");
  return value;
}

Profile profile_member(const json& object) {
  return static_cast<Profile>(
      choice_member(object, "", "profile", kProfiles, "\"rfc6265bis\", \"layered\" or \"chromium\""));
}

const char* profile_name(Profile profile) { return kProfiles[static_cast<std::size_t>(profile)]; }

CookieApi api_member(const json& object, const std::string& where) {
  constexpr std::array<const char*, 2> names = {"http", "dom"};
  return static_cast<CookieApi>(choice_member(object, where, "api", names, "\"http\" or \"dom\""));
}

CookiePage page_member(const json& object, const std::string& where) {
  const Result<CookiePage> parsed = page_of_url(text_member(object, where, "url"));
  if (!parsed.ok()) {
    refuse(parsed.error().code, where, "url", "an http or https URL with a host of ASCII letters",
           parsed.error().offset);
  }
  CookiePage page = parsed.value();
  constexpr std::array<const char*, 3> sites = {"same-site", "navigation", "cross-site"};
  page.site = static_cast<SiteContext>(
      choice_member(object, where, "site", sites, "\"same-site\", \"navigation\" or \"cross-site\""));
  page.public_suffix = optional_text(object, where, "publicSuffix");
  page.partition = optional_text(object, where, "partition");
  return page;
}

std::int64_t time_member(const json& object, const std::string& where,
                         std::optional<std::int64_t> otherwise) {
  constexpr const char* expected = "unix seconds or RFC 3339 text";
  if (!object.contains("now") && otherwise) return *otherwise;
  const json& value = member(object, where, "now", expected);
  if (value.is_number()) {
    const auto seconds = value.get<double>();
    if (std::fabs(seconds) > 9007199254740992.0) refuse(ErrorCode::bad_value, where, "now", expected);
    return static_cast<std::int64_t>(std::floor(seconds));
  }
  if (!value.is_string()) refuse(ErrorCode::wrong_type, where, "now", expected);
  const auto time = parse_rfc3339(value.get_ref<const std::string&>());
  if (!time) refuse(ErrorCode::bad_value, where, "now", expected);
  return *time;
}

CookieInput::CookieInput(const json& cookie) {
  const std::string where = "/cookie";
  for (const auto& [key, value] : cookie.items()) {
    constexpr std::array<const char*, 12> known = {"name",   "value",    "domain",      "hostOnly",
                                                   "path",   "maxAge",   "persistent",  "expires",
                                                   "secure", "httpOnly", "partitioned", "sameSite"};
    bool found = false;
    for (const char* name : known) found = found || key == name;
    if (!found) throw OpError{ErrorCode::unknown_key, where + "/" + key + ": no attribute has this name", 0};
  }
  fields.name = text_member(cookie, where, "name");
  fields.value = text_member(cookie, where, "value");
  if (!flag_member(cookie, "hostOnly")) fields.domain = optional_text(cookie, where, "domain");
  fields.path = optional_text(cookie, where, "path");
  if (has_member(cookie, "maxAge")) {
    const json& age = cookie["maxAge"];
    if (age.is_number_integer()) {
      max_age_ = age.dump();
    } else {
      max_age_ = text_member(cookie, where, "maxAge");
      if (max_age_.empty()) refuse(ErrorCode::cookie_bad_field, where, "maxAge", "digits");
    }
    fields.max_age = max_age_;
  }
  const bool lasts = has_member(cookie, "maxAge") || has_member(cookie, "expires");
  if (cookie.contains("persistent") && flag_member(cookie, "persistent") != lasts) {
    refuse(ErrorCode::cookie_bad_field, where, "persistent", "true with maxAge or expires, false without");
  }
  if (has_member(cookie, "expires")) {
    const json& expires = cookie["expires"];
    if (!expires.is_number_integer()) refuse(ErrorCode::wrong_type, where, "expires", "unix seconds");
    if (expires.is_number_unsigned() && expires.get<std::uint64_t>() > INT64_MAX) {
      refuse(ErrorCode::cookie_bad_field, where, "expires", "unix seconds");
    }
    fields.expires = expires.get<std::int64_t>();
    fields.has_expires = true;
  }
  fields.secure = flag_member(cookie, "secure");
  fields.http_only = flag_member(cookie, "httpOnly");
  fields.partitioned = flag_member(cookie, "partitioned");
  constexpr std::array<const char*, 4> same_site = {"Default", "None", "Lax", "Strict"};
  fields.same_site = static_cast<SameSite>(
      choice_member(cookie, where, "sameSite", same_site, "\"Default\", \"None\", \"Lax\" or \"Strict\""));
}

}  // namespace metrofax::consent::cli
