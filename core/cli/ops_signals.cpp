#include "cli/ops_signals.h"

#include <memory>
#include <string>

#include "cli/canonical.h"
#include "cli/json_fields.h"
#include "signals/codec.h"

namespace metrofax::consent::cli {
namespace {

using nlohmann::json;

struct Memory {
  std::uint64_t arena[kCodecArenaBytes / 8];
  char room[kCodecRoomBytes];
};

// One for the process: requests are answered one after the other, and no codec keeps anything.
Memory& memory() {
  static const auto kMemory = std::make_unique_for_overwrite<Memory>();
  return *kMemory;
}

[[noreturn]] void refuse(const CodecAnswer& answer) {
  throw OpError{answer.code, std::string(answer.text), answer.at};
}

json decode(Codec codec, const json& input) {
  const Fields fields(input, "", {"input", "mode"});
  static_cast<void>(fields.need("input"));
  const bool strict = fields.choice("mode", {"lenient", "strict"}) == 1;
  Arena arena(memory().arena);
  const CodecAnswer answer = decode_signal(codec, strict ? Strictness::strict : Strictness::lenient,
                                           fields.text("input"), arena, memory().room);
  if (answer.code != ErrorCode::ok) refuse(answer);
  json out = json::parse(answer.text);
  for (json& warning : out["warnings"]) {
    warning = {{"warning", fb::EnumNameErrorCode(static_cast<ErrorCode>(warning[0].get<unsigned>()))},
               {"at", warning[1]}};
  }
  return out;
}

json encode(Codec codec, const json& input) {
  const Fields fields(input, "", {"value", "mode"});
  const bool lenient = fields.choice("mode", {"strict", "lenient"}) == 1;
  const std::string value = canonical(fields.need("value"));
  Arena arena(memory().arena);
  const CodecAnswer answer =
      encode_signal(codec, lenient ? Strictness::lenient : Strictness::strict, value, arena, memory().room);
  if (answer.code != ErrorCode::ok) refuse(answer);
  return {{"output", std::string(answer.text)}};
}

json signal(Codec codec, const json& input) {
  const Fields fields(input, "", {"input"});
  Arena arena({});
  return json::parse(
      decode_signal(codec, Strictness::lenient, fields.text("input"), arena, memory().room).text);
}

}  // namespace

json tcf_decode(const json& input) { return decode(Codec::tcf, input); }
json gpp_decode(const json& input) { return decode(Codec::gpp, input); }
json usp_decode(const json& input) { return decode(Codec::usp, input); }
json ac_decode(const json& input) { return decode(Codec::ac, input); }
json tcf_encode(const json& input) { return encode(Codec::tcf, input); }
json gpp_encode(const json& input) { return encode(Codec::gpp, input); }
json usp_encode(const json& input) { return encode(Codec::usp, input); }
json ac_encode(const json& input) { return encode(Codec::ac, input); }
json gpc_parse(const json& input) { return signal(Codec::gpc, input); }
json dnt_parse(const json& input) { return signal(Codec::dnt, input); }

}  // namespace metrofax::consent::cli
