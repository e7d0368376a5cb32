// server.wasm: everything gate.wasm answers, and what only a server asks. One translation unit, so that both
// speak of the same policy, page and subject; the page's module carries none of this.
#include "boundary.cpp"  // NOLINT(bugprone-suspicious-include)
#include "gate/sources.h"
#include "signals/headers.h"

namespace metrofax::consent::wasm {

/// What this page's CSP admits, at text_at() (gate/sources.h); its length, 0xFFFFFFFF if it cannot be said.
METROFAX_EXPORT(write_sources) std::uint32_t write_sources_at_boundary() {
  const Result<std::size_t> length = write_sources(policy, subject, page, {text, kTextBytes});
  return length.ok() ? static_cast<std::uint32_t>(length.value()) : ~std::uint32_t{0};
}

/// The fb::Tri of a signal's header at text_at(): which 0 Sec-GPC, 1 DNT.
METROFAX_EXPORT(read_header) std::uint32_t read_header(std::uint32_t which, std::uint32_t length) {
  const std::string_view header(text, length <= kTextBytes ? length : 0);
  return static_cast<std::uint32_t>(which == 0 ? read_gpc(header) : read_dnt(header));
}

}  // namespace metrofax::consent::wasm
