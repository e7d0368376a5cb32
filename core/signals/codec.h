// Every codec in one place, as questions and answers in JSON: what `mfconsent eval`, codecs.wasm and their
// tests share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "signals/section.h"

namespace metrofax::consent {

enum class Codec : std::uint8_t { tcf = 0, gpp = 1, usp = 2, ac = 3, gpc = 4, dnt = 5 };

/// `text` lies in the room that the caller gave. code ok: members of the answer as a JSON object (decode), or
/// the string (encode). Otherwise: a message that says what was expected and where, and `at` counts
/// characters of us_privacy and AC strings, bits of all others (six a character), 0 for JSON.
struct CodecAnswer {
  ErrorCode code = ErrorCode::ok;
  std::uint32_t at = 0;
  std::string_view text;
};

/// {"value": …, "warnings": [[ErrorCode, offset], …]}; of gpc and dnt {"signal": true, false or null}.
[[nodiscard]] CodecAnswer decode_signal(Codec codec, Strictness strictness, std::string_view text,
                                        Arena& arena, std::span<char> room);

/// `json` is the value in the canonical form of RFC 8785.
[[nodiscard]] CodecAnswer encode_signal(Codec codec, Strictness strictness, std::string_view json,
                                        Arena& arena, std::span<char> room);

/// What the places that can be wrong were expected to hold, in words: "expected …".
[[nodiscard]] std::string_view expectation(ErrorCode code);

/// Enough memory for any string that is not too long.
inline constexpr std::size_t kCodecArenaBytes = 1536 * 1024;
inline constexpr std::size_t kCodecRoomBytes = 3072 * 1024;

}  // namespace metrofax::consent
