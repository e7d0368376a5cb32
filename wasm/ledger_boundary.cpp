// The exported functions of ledger.wasm: the ledger's canonical bytes for servers, made and checked by the
// same core as in mfconsent. Never loaded by a page.
#include <cstdlib>

#include "consent/ledger.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

constexpr std::uint32_t kInBytes = kMaxEntryBytes + 256;

alignas(16) char in[kInBytes];
alignas(16) char out[kMaxEntryBytes];
Error problem;

std::uint32_t give(const Result<std::size_t>& written) {
  problem = written.error();
  return written.ok() ? static_cast<std::uint32_t>(written.value()) : 0;
}

bool fits(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0) {
  return a <= kInBytes && b <= kInBytes - a && c <= kInBytes - a - b && d <= kInBytes - a - b - c;
}

// Whole numbers cross as doubles: what JavaScript holds exactly is what an entry may hold.
bool whole(double value) { return value >= 0 && value <= 9007199254740991.0; }

}  // namespace

extern "C" void abort() { __builtin_trap(); }

METROFAX_EXPORT(ledger_in_at) char* ledger_in_at() { return in; }
METROFAX_EXPORT(ledger_in_bytes) std::uint32_t ledger_in_bytes() { return kInBytes; }
METROFAX_EXPORT(ledger_out_at) char* ledger_out_at() { return out; }
/// Of the call before: an ErrorCode, and the byte that it is about.
METROFAX_EXPORT(ledger_error) std::uint32_t ledger_error() {
  return static_cast<std::uint32_t>(problem.code);
}
METROFAX_EXPORT(ledger_error_offset) std::uint32_t ledger_error_offset() { return problem.offset; }

/// Writes an entry to ledger_out_at(): at ledger_in_at() lie its data, id, kind and the hash before it, one
/// behind the other. The number of bytes; 0 if they are none (ledger_error()).
METROFAX_EXPORT(ledger_write)
std::uint32_t ledger_write(double at, double seq, std::uint32_t data, std::uint32_t id, std::uint32_t kind) {
  if (!fits(data, id, kind, kHashDigits)) return give(Error{ErrorCode::record_too_long, 0});
  if (!whole(at) || !whole(seq)) return give(Error{ErrorCode::record_bad_form, 0});
  LedgerEntry entry;
  entry.at = static_cast<std::int64_t>(at);
  entry.seq = static_cast<std::uint64_t>(seq);
  entry.data = {in, data};
  entry.id = {in + data, id};
  entry.kind = {in + data + id, kind};
  entry.prev = {in + data + id + kind, kHashDigits};
  return give(write_entry(entry, out));
}

/// Whether the `length` bytes at ledger_in_at() are an entry in canonical form: 0, or an ErrorCode.
METROFAX_EXPORT(ledger_check) std::uint32_t ledger_check(std::uint32_t length) {
  problem = fits(length) ? read_entry({in, length}).error() : Error{ErrorCode::record_too_long, 0};
  return static_cast<std::uint32_t>(problem.code);
}

/// The text that a seal of number `seq` behind the hash at ledger_in_at() signs, at ledger_out_at(); its
/// length.
METROFAX_EXPORT(ledger_seal_text) std::uint32_t ledger_seal_text(double seq) {
  if (!whole(seq)) return give(Error{ErrorCode::record_bad_form, 0});
  return give(seal_text({in, kHashDigits}, static_cast<std::uint64_t>(seq),
                        std::span<char, kMaxSealText>(out, kMaxSealText)));
}

}  // namespace metrofax::consent::wasm
