// `usp.*`, `gpc.parse` and `dnt.parse` in JSON.
#pragma once

#include <nlohmann/json.hpp>

namespace metrofax::consent::cli {

/// {"input": text} -> {"value": {Version, Notice, OptOutSale, LspaCovered}}.
[[nodiscard]] nlohmann::json usp_decode(const nlohmann::json& input);
/// {"value": {…}} -> {"output": text}.
[[nodiscard]] nlohmann::json usp_encode(const nlohmann::json& input);
/// {"input": header value or null} -> {"signal": true, false or null}.
[[nodiscard]] nlohmann::json gpc_parse(const nlohmann::json& input);
[[nodiscard]] nlohmann::json dnt_parse(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
