#include "cli/ops_signals.h"

#include <string>

#include "cli/json_fields.h"
#include "signals/headers.h"
#include "signals/usp.h"

namespace metrofax::consent::cli {
namespace {

nlohmann::json signal(fb::Tri tri) {
  return {{"signal", tri == fb::Tri::unset ? nlohmann::json(nullptr) : nlohmann::json(tri == fb::Tri::on)}};
}

UspString checked(std::string_view text) {
  const Result<UspString> read = read_usp(text);
  if (!read.ok()) {
    throw OpError{read.error().code, "/input: expected 1 and three of Y, N and -", read.error().offset};
  }
  return read.value();
}

}  // namespace

nlohmann::json usp_decode(const nlohmann::json& input) {
  const Fields fields(input, "", {"input"});
  static_cast<void>(fields.need("input"));
  const UspString usp = checked(fields.text("input"));
  return {{"value",
           {{"Version", usp.version - '0'},
            {"Notice", std::string(1, usp.notice)},
            {"OptOutSale", std::string(1, usp.opt_out_sale)},
            {"LspaCovered", std::string(1, usp.lspa_covered)}}}};
}

nlohmann::json usp_encode(const nlohmann::json& input) {
  const Fields outer(input, "", {"value"});
  const Fields fields(outer.need("value"), "/value", {"Version", "Notice", "OptOutSale", "LspaCovered"});
  if (fields.need("Version") != 1) fail(ErrorCode::signal_bad_version, "/value/Version", "1");
  std::string text = "1";
  for (const char* key : {"Notice", "OptOutSale", "LspaCovered"}) {
    const std::string_view value = fields.text(key);
    if (value != "Y" && value != "N" && value != "-") {
      fail(ErrorCode::signal_bad_value, fields.at(key), "Y, N or -");
    }
    text += value;
  }
  return {{"output", text}};
}

nlohmann::json gpc_parse(const nlohmann::json& input) {
  return signal(read_gpc(Fields(input, "", {"input"}).text("input")));
}

nlohmann::json dnt_parse(const nlohmann::json& input) {
  return signal(read_dnt(Fields(input, "", {"input"}).text("input")));
}

}  // namespace metrofax::consent::cli
