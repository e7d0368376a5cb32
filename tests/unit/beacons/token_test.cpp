#include "beacons/token.h"

#include <array>
#include <cstring>
#include <string>

#include "catch.h"
#include "gate/fixture.h"

using namespace metrofax::consent;

namespace {

Token example(fb::TokenKind kind = fb::TokenKind::open, fb::Mode mode = fb::Mode::pseudonymous) {
  Token token;
  token.kind = kind;
  token.mode = mode;
  token.axis = mode == fb::Mode::off ? 0xFF : 10;
  token.key = 3;
  token.expires = 1'800'000'000;
  token.campaign = 77;
  if (mode != fb::Mode::anonymous) {
    for (unsigned i = 0; i < kTokenIdBytes; ++i) token.id[i] = static_cast<std::uint8_t>(i * 7 + 1);
  }
  if (kind == fb::TokenKind::click) token.target = "https://www.metrofax.com/pricing?from=mail";
  return token;
}

std::array<std::uint8_t, kMaxTokenBytes> room;

ErrorCode fault_of(const Token& token) { return write_token(token, room).error().code; }

}  // namespace

TEST_CASE("a token comes back as it went", "[beacons][E6]") {
  for (const auto kind :
       {fb::TokenKind::open, fb::TokenKind::click, fb::TokenKind::unsubscribe, fb::TokenKind::tracking}) {
    const bool beacon = kind == fb::TokenKind::open || kind == fb::TokenKind::click;
    Token token = example(kind, beacon ? fb::Mode::identified : fb::Mode::off);
    token.flags = kTokenCopied;
    const auto length = write_token(token, room);
    REQUIRE(length.ok());
    const auto read = read_token({room.data(), length.value()});
    REQUIRE(read.ok());
    CHECK(read.value().kind == kind);
    CHECK(read.value().mode == token.mode);
    CHECK(read.value().flags == kTokenCopied);
    CHECK(read.value().axis == token.axis);
    CHECK(read.value().key == 3);
    CHECK(read.value().expires == token.expires);
    CHECK(read.value().campaign == 77);
    CHECK(std::memcmp(read.value().id, token.id, kTokenIdBytes) == 0);
    CHECK(read.value().target == token.target);
  }
}

TEST_CASE("an anonymous token has no bit of a recipient, everything else some", "[beacons][E5]") {
  CHECK(fault_of(example(fb::TokenKind::open, fb::Mode::anonymous)) == ErrorCode::ok);
  Token marked = example(fb::TokenKind::open, fb::Mode::anonymous);
  marked.id[15] = 1;
  CHECK(fault_of(marked) == ErrorCode::token_bad_field);
  Token nobody = example();
  std::memset(nobody.id, 0, kTokenIdBytes);
  CHECK(fault_of(nobody) == ErrorCode::token_bad_field);
  // One campaign, one token: whoever receives it gets the same bytes.
  std::array<std::uint8_t, kMaxTokenBytes> other{};
  const auto a = write_token(example(fb::TokenKind::open, fb::Mode::anonymous), room);
  const auto b = write_token(example(fb::TokenKind::open, fb::Mode::anonymous), other);
  REQUIRE(a.value() == b.value());
  CHECK(std::memcmp(room.data(), other.data(), a.value()) == 0);
}

TEST_CASE("tokens that nobody may issue", "[beacons][E4][E6][E9]") {
  CHECK(fault_of(example(fb::TokenKind::open, fb::Mode::off)) == ErrorCode::token_bad_field);
  // Leaving is never counted.
  CHECK(fault_of(example(fb::TokenKind::unsubscribe, fb::Mode::pseudonymous)) == ErrorCode::token_bad_field);
  CHECK(fault_of(example(fb::TokenKind::none, fb::Mode::off)) == ErrorCode::token_bad_field);
  Token token = example();
  token.expires = 0;
  CHECK(fault_of(token) == ErrorCode::token_bad_field);
  token = example();
  token.axis = 0xFF;
  CHECK(fault_of(token) == ErrorCode::token_bad_field);
  token = example();
  token.target = "https://www.metrofax.com/";
  CHECK(fault_of(token) == ErrorCode::token_bad_field);
  for (const char* target :
       {"", "//www.metrofax.com/", "javascript:alert(1)", "https://", "ftp://a/",
        "https://a/\r\nSet-Cookie: x=1", "https://a/ b", "https://a/\\b", "https://\xC3\xA9/"}) {
    token = example(fb::TokenKind::click);
    token.target = target;
    INFO(target);
    CHECK(fault_of(token) == ErrorCode::token_bad_field);
  }
  const std::string longest = "https://a/" + std::string(kMaxTokenTarget - 10, 'x');
  token = example(fb::TokenKind::click);
  token.target = longest;
  CHECK(fault_of(token) == ErrorCode::ok);
  const std::string longer = longest + "x";
  token.target = longer;
  CHECK(fault_of(token) == ErrorCode::token_too_long);
}

TEST_CASE("bodies of another version, length or field", "[beacons][E6]") {
  const auto length = write_token(example(), room);
  CHECK(read_token({room.data(), length.value() - 1}).error().code == ErrorCode::token_truncated);
  CHECK(read_token({room.data(), std::size_t{0}}).error().code == ErrorCode::token_truncated);
  room[0] = 2;
  CHECK(read_token({room.data(), length.value()}).error().code == ErrorCode::token_bad_version);
  room[0] = 1;
  room[1] |= 0x80;  // a flag that version 1 does not have
  CHECK(read_token({room.data(), length.value()}).error().code == ErrorCode::token_bad_field);
}

TEST_CASE("one spelling and no other", "[beacons][E6]") {
  std::array<std::uint8_t, kMaxTokenBytes> bytes{};
  std::array<char, kMaxTokenText> text{};
  for (std::size_t target = 0; target < 4; ++target) {
    const std::size_t length = kTokenHeadBytes + kTokenMacBytes + target;
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + target);
    const std::size_t size = encode_token({bytes.data(), length}, text);
    REQUIRE(size == (length * 4 + 2) / 3);
    const std::string spelt(text.data(), size);
    auto parts = decode_token(spelt, room);
    REQUIRE(parts.ok());
    CHECK(parts.value().body.size() == length - kTokenMacBytes);
    CHECK(std::memcmp(room.data(), bytes.data(), length) == 0);
    for (const char* bad : {"+", "/", "=", ".", " ", "\n", "\xC3"}) {
      std::string wrong = spelt;
      wrong[9] = bad[0];
      CHECK(decode_token(wrong, room).error().code == ErrorCode::token_bad_character);
      CHECK(decode_token(wrong, room).error().offset == 9);
    }
    if (length % 3 != 0) {
      // The unused bits of the last digit: another spelling of the same bytes.
      std::string twin = spelt;
      twin.back() = static_cast<char>(twin.back() + 1);
      CHECK(decode_token(twin, room).error().code == ErrorCode::token_bad_character);
    }
  }
  CHECK(decode_token("", room).error().code == ErrorCode::token_truncated);
  CHECK(decode_token(std::string(58, 'A'), room).error().code == ErrorCode::token_truncated);
  CHECK(decode_token(std::string(kMaxTokenText + 1, 'A'), room).error().code == ErrorCode::token_too_long);
  std::array<std::uint8_t, 8> small{};
  CHECK(decode_token(std::string(80, 'A'), small).error().code == ErrorCode::token_too_long);
}

TEST_CASE("any bytes at all are read or refused, and what is read is written the same", "[beacons][E6]") {
  test::Random random(20260101);
  for (unsigned round = 0; round < 20'000; ++round) {
    const std::size_t length = kTokenHeadBytes + random.below(40);
    std::array<std::uint8_t, 128> bytes{};
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(random.below(256));
    bytes[0] = 1;
    if (random.chance(50)) bytes[1] &= 0x3F;
    const auto read = read_token({bytes.data(), length});
    if (!read.ok()) continue;
    const auto written = write_token(read.value(), room);
    REQUIRE(written.ok());
    REQUIRE(written.value() == length);
    CHECK(std::memcmp(room.data(), bytes.data(), length) == 0);
  }
}
