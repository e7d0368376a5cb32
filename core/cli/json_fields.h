// Reading the members of a JSON object that a caller sent: closed, typed, with the place of what is wrong.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/op.h"

namespace metrofax::consent::cli {

/// An object and where it stands. Every reader throws OpError with the pointer of the member at fault.
class Fields {
 public:
  /// value must be an object with no other keys than these.
  Fields(const nlohmann::json& value, std::string pointer, std::initializer_list<std::string_view> keys);

  /// The member, or null if it is absent or JSON null.
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
  [[nodiscard]] const nlohmann::json& need(std::string_view key) const;

  /// Text, empty if absent.
  [[nodiscard]] std::string_view text(std::string_view key) const;
  /// A boolean, false if absent.
  [[nodiscard]] bool flag(std::string_view key) const;
  /// Unix seconds or RFC 3339 text, 0 if absent.
  [[nodiscard]] std::int64_t time(std::string_view key) const;
  /// Index of the text in `names`, 0 if absent; bad_value if it is none of them.
  [[nodiscard]] unsigned choice(std::string_view key, std::initializer_list<std::string_view> names) const;

  [[nodiscard]] std::string at(std::string_view key) const { return pointer_ + "/" + std::string(key); }

 private:
  const nlohmann::json& value_;
  std::string pointer_;
};

[[noreturn]] void fail(ErrorCode code, const std::string& pointer, const std::string& expected);

}  // namespace metrofax::consent::cli
