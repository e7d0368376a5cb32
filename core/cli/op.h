// What an operation of `mfconsent eval` looks like.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "result.h"

namespace metrofax::consent::cli {

/// Thrown by an operation whose input is wrong; becomes {"ok":false,"error":name of
/// code,"message":…,"at":offset}. `message` says what was expected, with the JSON pointer of the place
/// ("/subject/regime: …").
struct OpError {
  ErrorCode code;
  std::string message;
  std::uint32_t at = 0;
};

/// One operation: the request line without "op" and "id" in, the members of the answer beside "id" and "ok"
/// out.
using Op = nlohmann::json (*)(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
