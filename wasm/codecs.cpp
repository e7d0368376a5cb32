// The exported functions of codecs.wasm: consent strings to JSON and back. A module apart from gate.wasm,
// fetched only where a page or a server reads or writes such strings; it knows no policy and decides nothing.
#include <cstdlib>

#include "signals/codec.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

// JSON of the longest string takes 40 times its length.
constexpr std::uint32_t kInputBytes = kCodecRoomBytes;

char input[kInputBytes];
char room[kCodecRoomBytes];
std::uint64_t memory[kCodecArenaBytes / 8];
CodecAnswer answer;

}  // namespace

extern "C" void abort() { __builtin_trap(); }

/// Where the string or the value goes, and where the answer is.
METROFAX_EXPORT(input_at) char* input_at() { return input; }
METROFAX_EXPORT(answer_at) const char* answer_at() { return room; }

/// Decodes (`encode` 0) or encodes the `length` bytes at input_at(). codec: a Codec; strict: a Strictness.
/// Returns the ErrorCode: 0 when an answer lies at answer_at(), anything else when a message does.
METROFAX_EXPORT(run)
std::uint32_t run(std::uint32_t encode, std::uint32_t codec, std::uint32_t strict, std::uint32_t length) {
  answer = {ErrorCode::too_long, 0, {}};
  if (length > kInputBytes || codec > static_cast<std::uint32_t>(Codec::dnt)) {
    return static_cast<std::uint32_t>(answer.code);
  }
  Arena arena(memory);
  const auto strictness = strict != 0 ? Strictness::strict : Strictness::lenient;
  const std::string_view text(input, length);
  answer = encode != 0 ? encode_signal(static_cast<Codec>(codec), strictness, text, arena, room)
                       : decode_signal(static_cast<Codec>(codec), strictness, text, arena, room);
  return static_cast<std::uint32_t>(answer.code);
}

/// Of the last answer: its bytes, and where the input is wrong.
METROFAX_EXPORT(answer_size) std::uint32_t answer_size() {
  return static_cast<std::uint32_t>(answer.text.size());
}
METROFAX_EXPORT(error_at) std::uint32_t error_at() { return answer.at; }

}  // namespace metrofax::consent::wasm
