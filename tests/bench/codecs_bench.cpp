// core/signals natively, for tests/bench/codecs.mjs: the same strings as through wasm.
//
//   codecs_bench STRINGS
//
// STRINGS: lines of codec ("tcf", "gpp", "ac"), tab, text. Prints one JSON object a line: microseconds of a
// call in each of nine rounds, text to the core's structures ("decode"), and for what can be read these to
// text again ("encode").
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "signals/ac.h"
#include "signals/codec.h"
#include "signals/complete.h"
#include "signals/gpp.h"

namespace {

using namespace metrofax::consent;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 9;
constexpr double kRoundMicroseconds = 20'000;

std::uint64_t memory[kCodecArenaBytes / 8];
char room[kCodecRoomBytes];
std::uint64_t sink = 0;

struct Work {
  std::string_view codec, text;
  Section section;
  Gpp gpp;
  AcString ac;

  ErrorCode decode(Arena& arena) {
    arena.reset();
    Notes notes(Strictness::lenient);
    if (codec == "tcf") {
      const Error error = read_section(kTcfEu, text, 0, arena, notes, section);
      if (error.code == ErrorCode::ok) keep_unusual(section);
      return error.code;
    }
    if (codec == "ac") return read_ac(text, arena, notes, ac).code;
    const Error error = read_gpp(text, arena, notes, gpp);
    for (GppSection& one : gpp.sections) {
      if (error.code == ErrorCode::ok && one.section != nullptr) keep_unusual(*one.section);
    }
    return error.code;
  }
  std::uint32_t encode(Arena arena) const {
    BitWriter out(room, sizeof room);
    if (codec == "tcf") {
      sink += static_cast<std::uint64_t>(write_section(section, arena, out).code);
    } else if (codec == "ac") {
      write_ac(ac, out);
    } else {
      sink += static_cast<std::uint64_t>(write_gpp(gpp, arena, out).code);
    }
    return out.size();
  }
};

double microseconds(int calls, const std::function<void()>& call) {
  const auto before = Clock::now();
  for (int i = 0; i < calls; ++i) call();
  const std::chrono::duration<double, std::micro> took = Clock::now() - before;
  return took.count();
}

void measure(const char* name, const std::function<void()>& call) {
  int calls = 1;
  while (microseconds(calls, call) < kRoundMicroseconds) calls *= 2;
  std::printf("\"%s\":[", name);
  for (int i = 0; i < kRounds; ++i)
    std::printf("%s%.3f", i == 0 ? "" : ",", microseconds(calls, call) / calls);
  std::printf("]");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: codecs_bench STRINGS\n", stderr);
    return 2;
  }
  std::ifstream file(arguments[1]);
  Arena arena(memory);
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    Work work{std::string_view(line).substr(0, tab), std::string_view(line).substr(tab + 1), {}, {}, {}};
    std::printf("{");
    measure("decode", [&] { sink += static_cast<std::uint64_t>(work.decode(arena)); });
    std::printf(",");
    if (work.decode(arena) == ErrorCode::ok) {
      measure("encode", [&] { sink += work.encode(arena); });
    } else {
      std::printf("\"encode\":[]");
    }
    std::printf("}\n");
  }
  return sink == 1 ? 1 : 0;
}
