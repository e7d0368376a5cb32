// Reading the members of cookie requests. Every function throws OpError with the JSON pointer of the member:
// `where` is the pointer of the object it belongs to ("" for the request itself).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cli/op.h"
#include "cookies/accept.h"
#include "cookies/parse.h"

namespace metrofax::consent::cli {

/// Whether the member is there and not null.
bool has_member(const nlohmann::json& object, const char* key);

/// A text member that must be there.
const std::string& text_member(const nlohmann::json& object, const std::string& where, const char* key);

/// An object or an array that must be there.
const nlohmann::json& object_member(const nlohmann::json& object, const char* key);
const nlohmann::json& array_member(const nlohmann::json& object, const char* key);

/// `profile`, `api`: their default where absent.
cookies::Profile profile_member(const nlohmann::json& object);
cookies::CookieApi api_member(const nlohmann::json& object, const std::string& where);
const char* profile_name(cookies::Profile profile);

/// The page of `url`, `site`, `publicSuffix` and `partition`; views into the request.
cookies::CookiePage page_member(const nlohmann::json& object, const std::string& where);

/// `now` in unix seconds; `otherwise` where it is absent, missing_key without that.
std::int64_t time_member(const nlohmann::json& object, const std::string& where,
                         std::optional<std::int64_t> otherwise);

/// A cookie to serialise, from the shape that cookie.parse answers with (either of them). Unknown members are
/// errors: an attribute misspelt must not be an attribute lost.
struct CookieInput {
  explicit CookieInput(const nlohmann::json& cookie);
  CookieInput(const CookieInput&) = delete;
  CookieInput& operator=(const CookieInput&) = delete;

  cookies::SetCookie fields;  // views into the request and into max_age

 private:
  std::string max_age_;
};

}  // namespace metrofax::consent::cli
