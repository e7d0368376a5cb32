#include "cli/ops_email.h"

#include <openssl/crypto.h>

#include <array>
#include <string>

#include "beacons/opens.h"
#include "cli/email_keys.h"
#include "cli/json_fields.h"
#include "cli/ops_decide.h"
#include "gate/mail_group.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::int64_t kMaxNumber = 0xFFFFFFFF;

[[noreturn]] void refuse(const Error& error, const char* place) {
  throw OpError{error.code, std::string(place) + ": " + fb::EnumNameErrorCode(error.code), error.offset};
}

std::uint32_t number(const Fields& fields, std::string_view key, std::int64_t most) {
  const nlohmann::json& value = fields.need(key);
  if (!value.is_number_integer()) fail(ErrorCode::wrong_type, fields.at(key), "an integer");
  const auto found = value.get<std::int64_t>();
  if (found < 0 || found > most)
    fail(ErrorCode::bad_value, fields.at(key), "a number from 0 to " + std::to_string(most));
  return static_cast<std::uint32_t>(found);
}

MailKey key_of(const nlohmann::json& value, const std::string& pointer) {
  const Fields fields(value, pointer, {"id", "secret"});
  auto secret = from_hex(fields.text("secret"));
  if (!secret || secret->empty()) fail(ErrorCode::bad_value, fields.at("secret"), "hexadecimal digits");
  return {static_cast<std::uint8_t>(number(fields, "id", 255)), std::move(*secret)};
}

Token token_of(const PolicyView& policy, const nlohmann::json& value) {
  const Fields fields(value, "/token",
                      {"kind", "mode", "axis", "campaign", "id", "expires", "copied", "forwarded", "target"});
  Token token;
  token.kind =
      static_cast<fb::TokenKind>(fields.choice("kind", {"none", "open", "click", "unsubscribe", "tracking"}));
  token.mode =
      static_cast<fb::Mode>(fields.choice("mode", {"off", "anonymous", "pseudonymous", "identified"}));
  if (const std::string_view axis = fields.text("axis"); !axis.empty()) {
    const std::uint16_t purpose = PolicyView::index_of(policy.purpose_ids, axis);
    if (purpose == kNoIndex)
      fail(ErrorCode::bad_value, fields.at("axis"), "the id of a purpose of the policy");
    token.axis = static_cast<std::uint8_t>(purpose);
  }
  token.campaign = number(fields, "campaign", kMaxNumber);
  token.expires = number(fields, "expires", kMaxNumber);
  if (fields.flag("copied")) token.flags |= kTokenCopied;
  if (fields.flag("forwarded")) token.flags |= kTokenForwarded;
  if (const std::string_view id = fields.text("id"); !id.empty()) {
    const auto bytes = from_hex(id);
    if (!bytes || bytes->size() != kTokenIdBytes)
      fail(ErrorCode::bad_value, fields.at("id"), "32 hexadecimal digits");
    for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = (*bytes)[i];
  }
  token.target = fields.text("target");
  return token;
}

nlohmann::json token_json(const PolicyView& policy, const Token& token) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  bool anybody = false;
  for (const std::uint8_t byte : token.id) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
    anybody = anybody || byte != 0;
  }
  const std::string_view axis =
      token.axis == 0xFF ? std::string_view{} : PolicyView::id_at(policy.purpose_ids, token.axis);
  return {
      {"kind", fb::EnumNameTokenKind(token.kind)},
      {"mode", fb::EnumNameMode(token.mode)},
      {"axis", axis.empty() ? nlohmann::json(nullptr) : nlohmann::json(std::string(axis))},
      {"campaign", token.campaign},
      {"expires", token.expires},
      {"key", token.key},
      {"copied", (token.flags & kTokenCopied) != 0},
      {"forwarded", (token.flags & kTokenForwarded) != 0},
      {"id", anybody ? nlohmann::json(id) : nlohmann::json(nullptr)},
      {"target", token.target.empty() ? nlohmann::json(nullptr) : nlohmann::json(std::string(token.target))}};
}

}  // namespace

nlohmann::json token_write(const nlohmann::json& input) {
  const Fields fields(input, "", {"policy", "token", "key"});
  const PolicyView& policy = policy_named(fields.text("policy"));
  const Token token = token_of(policy, fields.need("token"));
  const TokenSigner signer(key_of(fields.need("key"), "/key"));
  std::array<char, kMaxTokenText> text{};
  const Result<std::size_t> length = signer.issue(token, text);
  if (!length.ok()) refuse(length.error(), "/token");
  return {{"text", std::string(text.data(), length.value())}};
}

nlohmann::json token_read(const nlohmann::json& input) {
  const Fields fields(input, "", {"policy", "text", "keys", "now"});
  const PolicyView& policy = policy_named(fields.text("policy"));
  std::array<std::uint8_t, kMaxTokenBytes> bytes{};
  const Result<TokenParts> parts = decode_token(fields.text("text"), bytes);
  if (!parts.ok()) refuse(parts.error(), "/text");
  const nlohmann::json& keys = fields.need("keys");
  if (!keys.is_array()) fail(ErrorCode::wrong_type, "/keys", "an array of keys");
  bool known = false;
  bool genuine = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const MailKey key = key_of(keys[i], "/keys/" + std::to_string(i));
    if (key.id != parts.value().body[3]) continue;
    known = true;
    std::array<std::uint8_t, kTokenMacBytes> mac{};
    genuine = TokenSigner(key).sign(parts.value().body, mac.data()) &&
              CRYPTO_memcmp(mac.data(), parts.value().mac.data(), mac.size()) == 0;
  }
  if (!known) refuse({ErrorCode::token_unknown_key, 3}, "/text");
  if (!genuine) refuse({ErrorCode::token_forged, 0}, "/text");
  const Result<Token> token = read_token(parts.value().body);
  if (!token.ok()) refuse(token.error(), "/text");
  const std::int64_t now = fields.time("now");
  if (now > static_cast<std::int64_t>(token.value().expires)) refuse({ErrorCode::token_expired, 4}, "/text");
  return {{"token", token_json(policy, token.value())}};
}

nlohmann::json open_classify(const nlohmann::json& input) {
  const Fields fields(input, "", {"policy", "agent", "prefetch", "head"});
  const PolicyView& policy = policy_named(fields.text("policy"));
  const fb::OpenClass open =
      classify_fetch(policy, {fields.text("agent"), fields.flag("prefetch"), fields.flag("head")});
  return {{"class", fb::EnumNameOpenClass(open)}, {"isOpen", is_open(open)}};
}

nlohmann::json open_decide(const nlohmann::json& input) {
  const Fields fields(input, "", {"policy", "subject", "token", "class"});
  const PolicyView& policy = policy_named(fields.text("policy"));
  const Subject subject = read_subject(policy, fields.need("subject"));
  const Token token = token_of(policy, fields.need("token"));
  const auto open = static_cast<fb::OpenClass>(
      fields.choice("class", {"scanner", "preview", "prefetch", "proxy_open", "human_probable"}));
  const Opened opened = decide_opened(policy, subject, token, open);
  return {{"verdict", verdict_json(policy, opened.verdict)}, {"keep", fb::EnumNameKeep(opened.keep)}};
}

}  // namespace metrofax::consent::cli
