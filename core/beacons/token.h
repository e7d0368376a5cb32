// Tokens in mail: what stands in the URL of a clear GIF, a counted link, an unsubscribe link (E5, E6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "policy/view.h"
#include "result.h"

namespace metrofax::consent {

inline constexpr std::size_t kTokenIdBytes = 16;
inline constexpr std::size_t kTokenMacBytes = 16;  ///< of HMAC-SHA256, its first half: 128 bits
inline constexpr std::size_t kTokenHeadBytes = 28;
inline constexpr std::size_t kMaxTokenTarget = 2048;
inline constexpr std::size_t kMaxTokenBytes = kTokenHeadBytes + kMaxTokenTarget + kTokenMacBytes;
/// Of the token as text: base64url without padding.
inline constexpr std::size_t kMaxTokenText = (kMaxTokenBytes * 4 + 2) / 3;

/// flags: copied is the token of a mail with several recipients, forwarded that of a mail passed on. Neither
/// may speak of one person (E15).
inline constexpr std::uint8_t kTokenCopied = 1;
inline constexpr std::uint8_t kTokenForwarded = 2;

/// What a token says. No address, no list, nothing of the recipient: `id` is random, and what it stands for
/// lies in the sender's database. An anonymous token has an id of zeros, so that a campaign has one for
/// everybody (E5).
struct Token {
  fb::TokenKind kind = fb::TokenKind::none;
  fb::Mode mode = fb::Mode::off;  ///< off for unsubscribe and tracking links
  std::uint8_t flags = 0;
  std::uint8_t axis = 0xFF;  ///< number of the purpose; 0xFF none
  std::uint8_t key = 0;      ///< which key signed it
  std::uint32_t expires = 0;
  std::uint32_t campaign = 0;
  std::uint8_t id[kTokenIdBytes] = {};
  std::string_view target;  ///< of a click: where it leads, in the signed part, so that no redirect is open
};

/// Writes the bytes that are signed; their number. Layout, version 1, numbers big-endian: version, kind |
/// mode
/// << 3 | flags << 5, axis, key, expires (4), campaign (4), id (16), target. Errors: token_bad_field (with
/// the offset), token_too_long.
[[nodiscard]] Result<std::size_t> write_token(const Token& token, std::span<std::uint8_t> out);

/// Reads them. Errors: token_truncated, token_bad_version, token_bad_field, token_too_long. Only what
/// write_token() writes is accepted. `target` points into `bytes`.
[[nodiscard]] Result<Token> read_token(std::span<const std::uint8_t> bytes);

/// Splits the text of a token into the bytes that are signed and their MAC; both lie in `out`, which wants
/// kMaxTokenBytes. Only the one spelling of base64url is accepted (RFC 4648 §3.5). Errors: token_too_long,
/// token_truncated, token_bad_character (with the offset).
struct TokenParts {
  std::span<const std::uint8_t> body;
  std::span<const std::uint8_t> mac;
};
[[nodiscard]] Result<TokenParts> decode_token(std::string_view text, std::span<std::uint8_t> out);

/// The text of body and MAC, one behind the other; its length, 0 if `out` is too small.
[[nodiscard]] std::size_t encode_token(std::span<const std::uint8_t> bytes, std::span<char> out);

}  // namespace metrofax::consent
