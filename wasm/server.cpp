// server.wasm: everything gate.wasm answers, and what only a server asks. One translation unit, so that both
// speak of the same policy, page and subject; the page's module carries none of this.
#include "boundary.cpp"  // NOLINT(bugprone-suspicious-include)
#include "signals/headers.h"

namespace metrofax::consent::wasm {

/// The fb::Tri of a signal's header at text_at(): which 0 Sec-GPC, 1 DNT.
METROFAX_EXPORT(read_header) std::uint32_t read_header(std::uint32_t which, std::uint32_t length) {
  const std::string_view header(text, length <= kTextBytes ? length : 0);
  return static_cast<std::uint32_t>(which == 0 ? read_gpc(header) : read_dnt(header));
}

}  // namespace metrofax::consent::wasm
