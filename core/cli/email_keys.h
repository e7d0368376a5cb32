// Keys of mail tokens, and signing with them. HMAC-SHA256 is OpenSSL's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beacons/token.h"

namespace metrofax::consent::cli {

/// One key: `id` stands in every token that it signed, so that an older one goes on verifying (E6).
struct MailKey {
  std::uint8_t id = 0;
  std::vector<std::uint8_t> secret;  ///< at least 32 bytes
};

/// The environment variable that holds the keys, and its form: `id:hexadecimal[,id:hexadecimal…]`, the first
/// signs, all verify.
inline constexpr const char* kMailKeysVariable = "METROFAX_MAIL_KEYS";

/// Reads that form. Nothing, with what is wrong in `problem` (never with the secret), if it cannot be used.
[[nodiscard]] std::optional<std::vector<MailKey>> read_mail_keys(std::string_view text, std::string& problem);

/// Bytes of hexadecimal text; nothing if it is none.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// A key that is set up once for many tokens.
class TokenSigner {
 public:
  explicit TokenSigner(const MailKey& key);
  ~TokenSigner();
  TokenSigner(const TokenSigner&) = delete;
  TokenSigner& operator=(const TokenSigner&) = delete;

  [[nodiscard]] bool ready() const { return context_ != nullptr; }
  [[nodiscard]] std::uint8_t key_id() const { return id_; }
  /// The first kTokenMacBytes of HMAC-SHA256 over `body`; false if the crypto library refuses.
  [[nodiscard]] bool sign(std::span<const std::uint8_t> body, std::uint8_t* mac) const;
  /// The whole token as text, its key set; an error as write_token().
  [[nodiscard]] Result<std::size_t> issue(Token token, std::span<char> out) const;

 private:
  std::uint8_t id_;
  void* context_;  ///< EVP_MAC_CTX: keyed, copied for each token
};

}  // namespace metrofax::consent::cli
