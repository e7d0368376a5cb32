#include "beacons/token.h"

namespace metrofax::consent {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kIdAt = 12;
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::uint8_t digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
  if (c == '-') return 62;
  return c == '_' ? 63 : kNoDigit;
}

void put32(std::uint8_t* at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

std::uint32_t get32(const std::uint8_t* at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value = value << 8 | at[i];
  return value;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && text.substr(0, prefix.size()) == prefix;
}

// A target goes into a Location header: an absolute web address, ASCII as a URL is, and no byte that could
// end the header.
bool is_target(std::string_view target) {
  if (!starts_with(target, "https://") && !starts_with(target, "http://")) return false;
  for (const char c : target) {
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '<' || c == '>' || c == '\\') return false;
  }
  return target.size() > target.find("//") + 2;
}

// What a token may say at all; the offset of the field at fault, 0 if none is.
std::uint32_t fault_of(const Token& token) {
  const bool beacon = token.kind == fb::TokenKind::open || token.kind == fb::TokenKind::click;
  if (token.kind == fb::TokenKind::none || token.kind > fb::TokenKind::MAX) return 1;
  if (token.mode > fb::Mode::MAX || token.flags > 3) return 1;
  // A pixel that records nothing is not issued (E4); nobody is tracked on the way out (E9).
  if (beacon == (token.mode == fb::Mode::off)) return 1;
  if (token.axis != 0xFF && token.axis >= 32) return 2;
  if (beacon && token.axis == 0xFF) return 2;
  if (token.expires == 0) return 4;
  std::uint8_t any = 0;
  for (const std::uint8_t byte : token.id) any |= byte;
  const bool nobody = token.mode == fb::Mode::anonymous;
  if (nobody == (any != 0)) return kIdAt;  // E5: no recipient bits; everywhere else there must be some
  if (token.kind == fb::TokenKind::click ? !is_target(token.target) : !token.target.empty())
    return kTokenHeadBytes;
  return 0;
}

}  // namespace

Result<std::size_t> write_token(const Token& token, std::span<std::uint8_t> out) {
  if (token.target.size() > kMaxTokenTarget || out.size() < kTokenHeadBytes + token.target.size())
    return Error{ErrorCode::token_too_long, kTokenHeadBytes};
  if (const std::uint32_t fault = fault_of(token); fault != 0)
    return Error{ErrorCode::token_bad_field, fault};
  out[0] = kVersion;
  out[1] = static_cast<std::uint8_t>(static_cast<unsigned>(token.kind) |
                                     static_cast<unsigned>(token.mode) << 3 | unsigned{token.flags} << 5);
  out[2] = token.axis;
  out[3] = token.key;
  put32(&out[4], token.expires);
  put32(&out[8], token.campaign);
  for (std::size_t i = 0; i < kTokenIdBytes; ++i) out[kIdAt + i] = token.id[i];
  for (std::size_t i = 0; i < token.target.size(); ++i)
    out[kTokenHeadBytes + i] = static_cast<std::uint8_t>(token.target[i]);
  return kTokenHeadBytes + token.target.size();
}

Result<Token> read_token(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kTokenHeadBytes)
    return Error{ErrorCode::token_truncated, static_cast<std::uint32_t>(bytes.size())};
  if (bytes[0] != kVersion) return Error{ErrorCode::token_bad_version, 0};
  if (bytes.size() > kTokenHeadBytes + kMaxTokenTarget) return Error{ErrorCode::token_too_long, 0};
  Token token;
  token.kind = static_cast<fb::TokenKind>(bytes[1] & 7u);
  token.mode = static_cast<fb::Mode>(bytes[1] >> 3 & 3u);
  token.flags = static_cast<std::uint8_t>(bytes[1] >> 5 & 7u);
  token.axis = bytes[2];
  token.key = bytes[3];
  token.expires = get32(&bytes[4]);
  token.campaign = get32(&bytes[8]);
  for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = bytes[kIdAt + i];
  const auto rest = bytes.subspan(kTokenHeadBytes);
  token.target = {reinterpret_cast<const char*>(rest.data()), rest.size()};
  if (const std::uint32_t fault = fault_of(token); fault != 0)
    return Error{ErrorCode::token_bad_field, fault};
  return token;
}

Result<TokenParts> decode_token(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() > kMaxTokenText) return Error{ErrorCode::token_too_long, kMaxTokenText};
  const std::size_t length = text.size() * 3 / 4;
  if (length < kTokenHeadBytes + kTokenMacBytes || text.size() % 4 == 1)
    return Error{ErrorCode::token_truncated, static_cast<std::uint32_t>(text.size())};
  if (out.size() < length) return Error{ErrorCode::token_too_long, static_cast<std::uint32_t>(out.size())};
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t digit = digit_of(text[i]);
    if (digit == kNoDigit) return Error{ErrorCode::token_bad_character, static_cast<std::uint32_t>(i)};
    bits = bits << 6 | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[at++] = static_cast<std::uint8_t>(bits >> count);
  }
  // Two spellings of one token would be two tokens to whoever counts them.
  if ((bits & ((1u << count) - 1)) != 0)
    return Error{ErrorCode::token_bad_character, static_cast<std::uint32_t>(text.size() - 1)};
  const std::span<const std::uint8_t> all(out.data(), at);
  return TokenParts{all.first(at - kTokenMacBytes), all.last(kTokenMacBytes)};
}

std::size_t encode_token(std::span<const std::uint8_t> bytes, std::span<char> out) {
  if (out.size() < (bytes.size() * 4 + 2) / 3) return 0;
  std::size_t at = 0;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      out[at++] = kAlphabet[bits >> count & 63u];
    }
  }
  if (count != 0) out[at++] = kAlphabet[bits << (6 - count) & 63u];
  return at;
}

}  // namespace metrofax::consent
