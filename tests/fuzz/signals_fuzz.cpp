// libFuzzer target for core/signals: whatever is decoded is encoded again, and decoded to the same; nothing
// crashes, and the gate's small reader never lets pass what the codec reads as an opt-out.
//
// Input: one character that picks the codec and the mode, then the string. tests/fuzz/run builds and runs it.
// METROFAX_FUZZ_CODEC=tcf (gpp, usp, ac) leaves that character's choice to one codec, reading or writing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signals/codec.h"
#include "signals/light.h"

using namespace metrofax::consent;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::vector<std::uint64_t>& memory() {
  static std::vector<std::uint64_t> words(kCodecArenaBytes / 8);
  return words;
}

std::vector<char>& room() {
  static std::vector<char> bytes(kCodecRoomBytes);
  return bytes;
}

struct Answer {
  ErrorCode code;
  std::uint32_t at;
  std::string text;
};

Answer ask(bool encode, Codec codec, Strictness strictness, const std::string& text) {
  // Exactly as long as it is, so that the first byte read too far is seen.
  const auto exact = std::make_unique<char[]>(text.size());
  if (!text.empty()) std::memcpy(exact.get(), text.data(), text.size());
  const std::string_view view(exact.get(), text.size());
  Arena arena(memory());
  const CodecAnswer answer = encode ? encode_signal(codec, strictness, view, arena, room())
                                    : decode_signal(codec, strictness, view, arena, room());
  return {answer.code, answer.at, std::string(answer.text)};
}

/// {"value":…,"warnings":[…]}: no quote of a string stands unescaped, so the last ,"warnings" is the
/// answer's.
std::string value_in(const std::string& answer) {
  return answer.substr(9, answer.rfind(",\"warnings\":[") - 9);
}

void check_decode(Codec codec, const std::string& text) {
  const Answer lenient = ask(false, codec, Strictness::lenient, text);
  const Answer strict = ask(false, codec, Strictness::strict, text);
  require(lenient.code == ErrorCode::ok || strict.code != ErrorCode::ok,
          "strict takes nothing that lenient refuses");
  if (lenient.code != ErrorCode::ok) {
    require(lenient.text.rfind("/input: expected ", 0) == 0, "a refusal says what was expected");
    require(lenient.at <= (text.size() + 1) * 6, "and where, within the string");
    return;
  }
  const std::string value = value_in(lenient.text);
  const Answer written = ask(true, codec, Strictness::lenient, value);
  require(written.code == ErrorCode::ok, "what was read can be written");
  const Answer again = ask(false, codec, Strictness::lenient, written.text);
  require(again.code == ErrorCode::ok, "what was written can be read");
  require(ask(true, codec, Strictness::lenient, value_in(again.text)).text == written.text,
          "and is written the same");
  if (strict.code == ErrorCode::ok) {
    require(strict.text == lenient.text, "both modes read a clean string alike");
    require(written.text == text || codec == Codec::ac, "a clean string comes back byte for byte");
  }
}

void check_light(const std::string& text) {
  const Answer full = ask(false, Codec::gpp, Strictness::lenient, text);
  const Light light = gpp_opts_out(text);
  static_cast<void>(tcf_denies(text));
  if (full.code != ErrorCode::ok) return;
  const bool out = full.text.find("OptOut\":1") != std::string::npos ||
                   full.text.find("\"Gpc\":true") != std::string::npos ||
                   full.text.find("\"OptOutSale\":\"Y\"") != std::string::npos;
  require(!out || light == Light::on || light == Light::unreadable,
          "an opt-out that the codec reads is one to the gate");
}

/// The number of the only codec that is asked; 4: all of them.
unsigned only_codec() {
  static const unsigned kOnly = [] {
    const char* name = std::getenv("METROFAX_FUZZ_CODEC");
    const std::string_view wanted = name == nullptr ? "" : name;
    constexpr std::string_view kNames[] = {"tcf", "gpp", "usp", "ac"};
    for (unsigned i = 0; i < 4; ++i) {
      if (wanted == kNames[i]) return i;
    }
    require(wanted.empty(), "METROFAX_FUZZ_CODEC is tcf, gpp, usp or ac");
    return 4u;
  }();
  return kOnly;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  unsigned choice = data[0] % 8;
  if (only_codec() < 4) choice = choice / 4 * 4 + only_codec();
  if (choice < 4) {
    check_decode(static_cast<Codec>(choice), text);
    if (choice == 1) check_light(text);
    return 0;
  }
  const auto codec = static_cast<Codec>(choice - 4);
  const Answer written = ask(true, codec, Strictness::strict, text);
  // A section given as text is written as it stands, right or wrong.
  if (written.code == ErrorCode::ok && codec != Codec::gpp) {
    require(ask(false, codec, Strictness::lenient, written.text).code == ErrorCode::ok,
            "what is written strictly can be read");
  }
  return 0;
}
