#include "cli/email_keys.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kMinSecretBytes = 32;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

using Context = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

}  // namespace

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::vector<MailKey>> read_mail_keys(std::string_view text, std::string& problem) {
  std::vector<MailKey> keys;
  std::array<bool, 256> seen{};
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    const std::string_view entry = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const std::string which = "key " + std::to_string(keys.size() + 1);
    const std::size_t colon = entry.find(':');
    unsigned id = 0;
    bool digits = colon != std::string_view::npos && colon >= 1 && colon <= 3;
    for (std::size_t i = 0; digits && i < colon; ++i) {
      digits = entry[i] >= '0' && entry[i] <= '9';
      id = id * 10 + static_cast<unsigned>(entry[i] - '0');
    }
    auto secret =
        digits && id < 256 ? from_hex(entry.substr(colon + 1)) : std::optional<std::vector<std::uint8_t>>{};
    if (!secret) {
      problem = which + " is not of the form id:hexadecimal, id from 0 to 255";
    } else if (secret->size() < kMinSecretBytes) {
      problem = which + " is shorter than 32 bytes";
    } else if (seen[id]) {
      problem = which + " has an id that another one has";
    } else {
      seen[id] = true;
      keys.push_back({static_cast<std::uint8_t>(id), std::move(*secret)});
      continue;
    }
    return std::nullopt;
  }
  if (keys.empty()) {
    problem = "there is no key";
    return std::nullopt;
  }
  return keys;
}

TokenSigner::TokenSigner(const MailKey& key) : id_(key.id), context_(nullptr) {
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                        &EVP_MAC_free);
  if (mac == nullptr) return;
  Context context(EVP_MAC_CTX_new(mac.get()), &EVP_MAC_CTX_free);
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
  if (context == nullptr ||
      EVP_MAC_init(context.get(), key.secret.data(), key.secret.size(), parameters) != 1)
    return;
  context_ = context.release();
}

TokenSigner::~TokenSigner() { EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(context_)); }

bool TokenSigner::sign(std::span<const std::uint8_t> body, std::uint8_t* mac) const {
  if (!ready()) return false;
  const Context context(EVP_MAC_CTX_dup(static_cast<EVP_MAC_CTX*>(context_)), &EVP_MAC_CTX_free);
  std::array<std::uint8_t, 32> full{};
  std::size_t length = 0;
  if (context == nullptr || EVP_MAC_update(context.get(), body.data(), body.size()) != 1 ||
      EVP_MAC_final(context.get(), full.data(), &length, full.size()) != 1 || length != full.size())
    return false;
  for (std::size_t i = 0; i < kTokenMacBytes; ++i) mac[i] = full[i];
  return true;
}

Result<std::size_t> TokenSigner::issue(Token token, std::span<char> out) const {
  std::array<std::uint8_t, kMaxTokenBytes> bytes{};
  token.key = id_;
  const Result<std::size_t> body = write_token(token, bytes);
  if (!body.ok()) return body.error();
  if (!sign({bytes.data(), body.value()}, bytes.data() + body.value()))
    return Error{ErrorCode::token_forged, 0};
  const std::size_t length = encode_token({bytes.data(), body.value() + kTokenMacBytes}, out);
  if (length == 0) return Error{ErrorCode::token_too_long, 0};
  return length;
}

}  // namespace metrofax::consent::cli
