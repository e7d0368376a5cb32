// What mail needs beyond verdicts: tokens, who fetched, what may be kept. In server.wasm alone.
#include "gate/mail_group.h"
#include "wire.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

TokenWire wire;
std::uint8_t bytes[kMaxTokenBytes];

// An answer that is no length: the top bit, the ErrorCode, the offset.
std::uint32_t fault(const Error& error) {
  return 0x80000000u | static_cast<std::uint32_t>(error.code) << 16 | (error.offset & 0xFFFFu);
}

Token token_of_wire(std::string_view target) {
  Token token;
  token.kind = static_cast<fb::TokenKind>(wire.kind);
  token.mode = static_cast<fb::Mode>(wire.mode);
  token.flags = wire.flags;
  token.axis = wire.axis;
  token.key = wire.key;
  token.expires = wire.expires;
  token.campaign = wire.campaign;
  for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = wire.id[i];
  token.target = target;
  return token;
}

}  // namespace

METROFAX_EXPORT(token_at) TokenWire* token_at() { return &wire; }
METROFAX_EXPORT(token_bytes_at) std::uint8_t* token_bytes_at() { return bytes; }

/// Writes the bytes to be signed from the token at token_at() and the target at text_at(): their number.
METROFAX_EXPORT(pack_token) std::uint32_t pack_token(std::uint32_t target_length) {
  if (target_length > kMaxTokenTarget) return fault({ErrorCode::token_too_long, 0});
  const Result<std::size_t> length = write_token(token_of_wire({text_in_use(), target_length}), bytes);
  return length.ok() ? static_cast<std::uint32_t>(length.value()) : fault(length.error());
}

/// The text of `length` bytes (body and MAC) at token_bytes_at(), at text_at(): its length.
METROFAX_EXPORT(spell_token) std::uint32_t spell_token(std::uint32_t length) {
  if (length > kMaxTokenBytes) return fault({ErrorCode::token_too_long, 0});
  return static_cast<std::uint32_t>(encode_token({bytes, length}, {text_in_use(), kMaxTokenText}));
}

/// Splits the text at text_at() into bytes at token_bytes_at(), body first: the length of the body.
METROFAX_EXPORT(split_token) std::uint32_t split_token(std::uint32_t length) {
  const Result<TokenParts> parts = decode_token({text_in_use(), length}, bytes);
  return parts.ok() ? static_cast<std::uint32_t>(parts.value().body.size()) : fault(parts.error());
}

/// Reads the body of `length` bytes at token_bytes_at() into token_at(); 0, or a fault. The target is what
/// lies behind the head.
METROFAX_EXPORT(unpack_token) std::uint32_t unpack_token(std::uint32_t length) {
  wire = TokenWire{};
  if (length > kMaxTokenBytes) return fault({ErrorCode::token_too_long, 0});
  const Result<Token> read = read_token({bytes, length});
  if (!read.ok()) return fault(read.error());
  const Token& token = read.value();
  wire.kind = static_cast<std::uint8_t>(token.kind);
  wire.mode = static_cast<std::uint8_t>(token.mode);
  wire.flags = token.flags;
  wire.axis = token.axis;
  wire.key = token.key;
  wire.expires = token.expires;
  wire.campaign = token.campaign;
  for (std::size_t i = 0; i < kTokenIdBytes; ++i) wire.id[i] = token.id[i];
  return 0;
}

/// The fb::OpenClass of a fetch whose user agent lies at text_at(). flags: 1 prefetch, 2 HEAD.
METROFAX_EXPORT(classify) std::uint32_t classify(std::uint32_t length, std::uint32_t flags) {
  if (length > kTextBytes) return 0;
  return static_cast<std::uint32_t>(
      classify_fetch(policy_in_use(), {{text_in_use(), length}, (flags & 1) != 0, (flags & 2) != 0}));
}

/// E7 for the token at token_at() and the subject: the fb::Keep; the verdict lies at verdict_at().
METROFAX_EXPORT(open_token) std::uint32_t open_token(std::uint32_t open) {
  const auto limit = static_cast<std::uint32_t>(fb::OpenClass::MAX);
  const Opened opened =
      decide_opened(policy_in_use(), subject_in_use(), token_of_wire({}),
                    open <= limit ? static_cast<fb::OpenClass>(open) : fb::OpenClass::scanner);
  set_verdict(opened.verdict);
  return static_cast<std::uint32_t>(opened.keep);
}

}  // namespace metrofax::consent::wasm
