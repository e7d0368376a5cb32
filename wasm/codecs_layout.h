// What both parts of wire-layout print offsets with, and its part about codecs.wasm: `wire-layout codecs`.
#pragma once

#include <cstddef>
#include <cstdio>

#define METROFAX_OFFSET(type, name, member) \
  std::printf("export const %s = %zu;\n", name, offsetof(type, member))

namespace metrofax::consent::wasm {

void print_codecs();

}  // namespace metrofax::consent::wasm
