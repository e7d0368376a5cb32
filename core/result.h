// A value, or what is wrong and where. The core neither throws nor prints.
#pragma once

#include <cstdint>

#include "policy_generated.h"

namespace metrofax::consent {

using fb::ErrorCode;

/// What is wrong with an input, and where: `offset` counts bytes of the input from its start (bits for
/// consent strings).
struct Error {
  ErrorCode code = ErrorCode::ok;
  std::uint32_t offset = 0;
};

/// A value of T or an Error. T must be trivially destructible or hold no resource: results are returned by
/// value and nothing here allocates.
template <class T>
class Result {
 public:
  constexpr Result(T value) : value_(value) {}  // NOLINT(google-explicit-constructor): `return value;`
  constexpr Result(Error error)
      : error_(error) {}  // NOLINT(google-explicit-constructor): `return Error{...};`

  [[nodiscard]] constexpr bool ok() const { return error_.code == ErrorCode::ok; }
  [[nodiscard]] constexpr const T& value() const { return value_; }
  [[nodiscard]] constexpr Error error() const { return error_; }

 private:
  T value_{};
  Error error_{};
};

}  // namespace metrofax::consent
