#include "cli/json_fields.h"

#include <algorithm>

#include "cli/rfc3339.h"

namespace metrofax::consent::cli {

void fail(ErrorCode code, const std::string& pointer, const std::string& expected) {
  throw OpError{code, pointer + ": expected " + expected};
}

Fields::Fields(const nlohmann::json& value, std::string pointer, std::initializer_list<std::string_view> keys)
    : value_(value), pointer_(std::move(pointer)) {
  if (!value.is_object()) fail(ErrorCode::wrong_type, pointer_, "an object");
  // nlohmann::json sorts keys by their bytes, so the first unknown key named is the same everywhere.
  for (const auto& [key, member] : value.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      fail(ErrorCode::unknown_key, at(key), "no such key");
  }
}

const nlohmann::json* Fields::find(std::string_view key) const {
  const auto member = value_.find(key);
  return member == value_.end() || member->is_null() ? nullptr : &*member;
}

const nlohmann::json& Fields::need(std::string_view key) const {
  const nlohmann::json* member = find(key);
  if (member == nullptr) fail(ErrorCode::missing_key, at(key), "a value");
  return *member;
}

std::string_view Fields::text(std::string_view key) const {
  const nlohmann::json* member = find(key);
  if (member == nullptr) return {};
  if (!member->is_string()) fail(ErrorCode::wrong_type, at(key), "text");
  return member->get_ref<const std::string&>();
}

bool Fields::flag(std::string_view key) const {
  const nlohmann::json* member = find(key);
  if (member == nullptr) return false;
  if (!member->is_boolean()) fail(ErrorCode::wrong_type, at(key), "true or false");
  return member->get<bool>();
}

std::int64_t Fields::time(std::string_view key) const {
  const nlohmann::json* member = find(key);
  if (member == nullptr) return 0;
  constexpr double kLast = 9007199254740991.0;  // 2^53 - 1: what every JSON reader agrees on
  if (member->is_number()) {
    const auto seconds = member->get<double>();
    if (seconds >= 0 && seconds <= kLast &&
        seconds == static_cast<double>(static_cast<std::int64_t>(seconds))) {
      return static_cast<std::int64_t>(seconds);
    }
  } else if (member->is_string()) {
    if (const auto seconds = parse_rfc3339(member->get_ref<const std::string&>()); seconds && *seconds >= 0)
      return *seconds;
  } else {
    fail(ErrorCode::wrong_type, at(key), "unix seconds or an RFC 3339 time");
  }
  fail(ErrorCode::bad_value, at(key), "unix seconds or an RFC 3339 time");
}

unsigned Fields::choice(std::string_view key, std::initializer_list<std::string_view> names) const {
  if (find(key) == nullptr) return 0;
  const std::string_view value = text(key);
  unsigned index = 0;
  std::string all;
  for (const std::string_view name : names) {
    if (name == value) return index;
    all += (index++ == 0 ? "" : ", ") + std::string(name);
  }
  fail(ErrorCode::bad_value, at(key), "one of " + all);
}

}  // namespace metrofax::consent::cli
