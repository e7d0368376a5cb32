// The ledger's entries: one line of canonical JSON each, every one naming the SHA-256 of the one before.
//
//   {"at":1790000000,"data":{…},"id":"…","kind":"consent","prev_sha256":"<64 hex>","seq":7}
//
// RFC 8785 and not a packed form, because what proves something years from now has to be readable without us:
// any JSON library makes the same bytes, `sha256sum` checks the chain, and the members that the chain needs
// stand last, where they are found without reading what is before them. What is hashed is the line without
// its line feed; hashing itself is the caller's (OpenSSL, WebCrypto).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "result.h"

namespace metrofax::consent {

inline constexpr std::size_t kMaxEntryBytes = 16 * 1024;
inline constexpr std::size_t kHashDigits = 64;

/// `prev_sha256` of the first entry.
inline constexpr std::string_view kNoEntry =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// The kind of entry that holds a signature of all before it.
inline constexpr std::string_view kSealKind = "seal";

struct LedgerEntry {
  std::int64_t at = 0;    ///< unix s of what happened, as whoever saw it told
  std::string_view data;  ///< an object in canonical form
  std::string_view id;    ///< of what happened: the same twice is one event reported twice
  std::string_view kind;  ///< "consent", "withdrawal", "disclosure", "seal", …
  std::string_view prev;  ///< SHA-256 of the entry before, hexadecimal
  std::uint64_t seq = 0;  ///< 0, 1, 2, …
};

/// Reads one line, without its line feed. Only the bytes that write_entry() prints are accepted. Errors with
/// the byte: record_too_long, record_bad_form (the members), bad_json and bad_utf8 (the data). Views into
/// `line`.
[[nodiscard]] Result<LedgerEntry> read_entry(std::string_view line);

/// Writes what read_entry() reads; the number of bytes. id and kind: 1 to 64 of letters, digits and "-_.:".
/// Errors as read_entry(), offsets into the data.
[[nodiscard]] Result<std::size_t> write_entry(const LedgerEntry& entry, std::span<char> out);

/// The data of a "seal" entry: {"alg":"Ed25519","key":"<16 hex>","signature":"<128 hex>"}. What is signed is
/// seal_text() of the entry's own prev_sha256 and seq: through the chain, everything before it.
struct Seal {
  std::string_view key;        ///< first 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER)
  std::string_view signature;  ///< hexadecimal
};

/// Errors: record_bad_form.
[[nodiscard]] Result<Seal> read_seal(const LedgerEntry& entry);

/// The number of bytes of seal_text().
inline constexpr std::size_t kMaxSealText = 128;

/// The text that a seal signs: "metrofax-ledger-seal-1\n<prev_sha256>\n<seq>". Returns its length.
[[nodiscard]] std::size_t seal_text(std::string_view prev, std::uint64_t seq,
                                    std::span<char, kMaxSealText> out);

}  // namespace metrofax::consent
