#include "cli/signing.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

namespace metrofax::consent::cli {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr std::size_t kSignatureBytes = 64;

void print_hex(const unsigned char* bytes, std::size_t length, char* out) {
  for (std::size_t i = 0; i < length; ++i) {
    out[2 * i] = kHex[bytes[i] >> 4];
    out[2 * i + 1] = kHex[bytes[i] & 15];
  }
}

int value_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
Context new_context() { return {EVP_MD_CTX_new(), EVP_MD_CTX_free}; }

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Sha256::Sha256() : kind_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_);
  EVP_MD_free(kind_);
}

std::string_view Sha256::hex(std::string_view bytes) {
  unsigned char digest[32] = {};
  EVP_DigestInit_ex2(context_, kind_, nullptr);
  EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context_, digest, nullptr);
  print_hex(digest, sizeof digest, digits_);
  return {digits_, sizeof digits_};
}

std::optional<SigningKey> SigningKey::read(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  SigningKey key;
  key.private_ = pem.find("PRIVATE KEY") != std::string_view::npos;
  EVP_PKEY* read = key.private_ ? PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr)
                                : PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  key.key_ = std::shared_ptr<EVP_PKEY>(read, EVP_PKEY_free);
  if (read == nullptr || EVP_PKEY_get_id(read) != EVP_PKEY_ED25519) return std::nullopt;
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(read, &der);
  if (length <= 0) return std::nullopt;
  Sha256 sha256;
  key.id_ = sha256.hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)}).substr(0, 16);
  OPENSSL_free(der);
  return key;
}

std::string SigningKey::sign(std::string_view text) const {
  if (!private_) return {};
  const Context context = new_context();
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t length = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length, bytes_of(text), text.size()) != 1) {
    return {};
  }
  std::string hex(2 * length, '0');
  print_hex(signature.data(), length, hex.data());
  return hex;
}

bool SigningKey::verify(std::string_view text, std::string_view hex_signature) const {
  if (hex_signature.size() != 2 * kSignatureBytes) return false;
  std::array<unsigned char, kSignatureBytes> signature{};
  for (std::size_t i = 0; i < signature.size(); ++i) {
    const int high = value_of(hex_signature[2 * i]);
    const int low = value_of(hex_signature[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    signature[i] = static_cast<unsigned char>(high * 16 + low);
  }
  const Context context = new_context();
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace metrofax::consent::cli
