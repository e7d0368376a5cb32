// wire-layout's part about codecs.wasm: `wire-layout codecs`.
#pragma once

namespace metrofax::consent::wasm {

void print_codecs();

}  // namespace metrofax::consent::wasm
