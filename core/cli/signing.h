// SHA-256 and Ed25519, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;
struct evp_pkey_st;

namespace metrofax::consent::cli {

/// SHA-256 in lower-case hexadecimal; holds what OpenSSL would otherwise look up for each call.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  /// 64 digits; valid until the next call.
  [[nodiscard]] std::string_view hex(std::string_view bytes);

 private:
  evp_md_st* kind_;
  evp_md_ctx_st* context_;
  char digits_[64] = {};
};

/// An Ed25519 key (RFC 8032): public from a PEM "PUBLIC KEY", private from a PEM "PRIVATE KEY" (PKCS #8).
class SigningKey {
 public:
  /// Reads the first key of a PEM text; nothing if it is no Ed25519 key.
  [[nodiscard]] static std::optional<SigningKey> read(std::string_view pem);

  /// The first 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER).
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] bool is_private() const { return private_; }
  /// Signature in 128 hexadecimal digits; empty without a private key.
  [[nodiscard]] std::string sign(std::string_view text) const;
  [[nodiscard]] bool verify(std::string_view text, std::string_view hex_signature) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string id_;
  bool private_ = false;
};

}  // namespace metrofax::consent::cli
