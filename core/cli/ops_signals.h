// `tcf.*`, `gpp.*`, `usp.*`, `ac.*`, `gpc.parse` and `dnt.parse` in JSON: hands over to core/signals, which
// codecs.wasm answers from as well.
#pragma once

#include <nlohmann/json.hpp>

namespace metrofax::consent::cli {

/// {"input": text, "mode"?: "lenient" (the default) or "strict"} -> {"value": …, "warnings": [{"warning",
/// "at"}]}.
[[nodiscard]] nlohmann::json tcf_decode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json gpp_decode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json usp_decode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json ac_decode(const nlohmann::json& input);
/// {"value": …, "mode"?: "strict" (the default) or "lenient"} -> {"output": text}.
[[nodiscard]] nlohmann::json tcf_encode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json gpp_encode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json usp_encode(const nlohmann::json& input);
[[nodiscard]] nlohmann::json ac_encode(const nlohmann::json& input);
/// {"input": header value or null} -> {"signal": true, false or null}.
[[nodiscard]] nlohmann::json gpc_parse(const nlohmann::json& input);
[[nodiscard]] nlohmann::json dnt_parse(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
