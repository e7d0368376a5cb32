// mfconsent receipt verify
#include <cstdio>
#include <memory>

#include "cli/canonical.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/signing.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kMaxReceipt = std::size_t{1} << 20;

struct Options {
  std::vector<std::string> receipts;
  std::vector<std::string> keys;
};

// What ISO/IEC TS 27560:2023 asks of a consent record, by JSON pointer; "*" is every item of a list that has
// at least one.
constexpr const char* kMandatory[] = {
    "/header/schema_version",
    "/header/record_id",
    "/header/pii_principal_id",
    "/pii_processing/privacy_notice",
    "/pii_processing/language",
    "/pii_processing/purposes/*/purpose",
    "/pii_processing/purposes/*/lawful_basis",
    "/pii_processing/purposes/*/pii_information/*/pii_type",
    "/pii_processing/purposes/*/pii_controllers/*",
    "/pii_processing/purposes/*/collection_method",
    "/pii_processing/purposes/*/processing_method",
    "/pii_processing/purposes/*/storage_locations/*",
    "/pii_processing/purposes/*/retention_period",
    "/pii_processing/purposes/*/processing_locations/*",
    "/pii_processing/purposes/*/jurisdiction",
    "/pii_processing/purposes/*/recipient_third_parties",
    "/pii_processing/purposes/*/withdrawal_method",
    "/pii_processing/purposes/*/privacy_rights",
    "/party_identification/*/party_id",
    "/party_identification/*/party_name",
    "/party_identification/*/party_address",
    "/party_identification/*/party_contact",
    "/party_identification/*/party_type",
    "/events/*/event_time",
    "/events/*/validity_duration",
    "/events/*/entity_id",
    "/events/*/event_type",
    "/events/*/event_state",
};

bool has(const nlohmann::json& value, std::string_view pointer) {
  if (pointer.empty()) return !value.is_null();
  pointer.remove_prefix(1);
  const std::string_view key = pointer.substr(0, pointer.find('/'));
  const std::string_view rest = pointer.substr(key.size());
  if (key == "*") {
    if (!value.is_array() || value.empty()) return false;
    for (const nlohmann::json& item : value) {
      if (!has(item, rest)) return false;
    }
    return true;
  }
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found != value.end() && has(*found, rest);
}

std::string text_at(const nlohmann::json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Empty if the signature is good and by one of the keys.
std::string signature_problem(const nlohmann::json& receipt, const std::vector<SigningKey>& keys) {
  const auto signature = receipt.find("signature");
  if (signature == receipt.end() || !signature->is_object()) return "it is not signed";
  if (text_at(*signature, "alg") != "Ed25519") return "its signature is not Ed25519";
  nlohmann::json unsigned_receipt = receipt;
  unsigned_receipt.erase("signature");
  const std::string text = "metrofax-consent-receipt-1\n" + canonical(unsigned_receipt);
  for (const SigningKey& key : keys) {
    if (key.id() != text_at(*signature, "key")) continue;
    return key.verify(text, text_at(*signature, "value")) ? std::string()
                                                          : "its signature does not fit: it was changed";
  }
  return "it is signed by key " + text_at(*signature, "key") + ", which was not given";
}

int verify(const Options& options) {
  std::vector<SigningKey> keys;
  for (const std::string& path : options.keys) {
    const auto pem = read_file(path);
    if (!pem) return kBadInput;
    auto key = SigningKey::read(*pem);
    if (!key) {
      std::fprintf(stderr, "%s: error: no Ed25519 key in PEM\n", path.c_str());
      return kBadInput;
    }
    keys.push_back(std::move(*key));
  }
  int code = kGood;
  for (const std::string& path : options.receipts) {
    const auto text = read_file(path);
    if (!text) return kBadInput;
    nlohmann::json receipt;
    json::Fault fault;
    if (!json::parse_value(*text, kMaxReceipt, receipt, fault) || !receipt.is_object()) {
      const json::Position at = json::LineIndex(*text).at(fault.offset);
      std::fprintf(stderr, "%s:%u:%u: error: %s\n", path.c_str(), at.line, at.column,
                   fault.message.empty() ? "expected an object" : fault.message.c_str());
      code = kBadInput;
      continue;
    }
    std::vector<std::string> problems;
    if (std::string problem = signature_problem(receipt, keys); !problem.empty()) problems.push_back(problem);
    for (const char* pointer : kMandatory) {
      if (!has(receipt, pointer)) problems.push_back(std::string(pointer) + " is missing (ISO/IEC TS 27560)");
    }
    for (const std::string& problem : problems)
      std::fprintf(stderr, "%s: error: %s\n", path.c_str(), problem.c_str());
    const nlohmann::json report = {{"receipt", path}, {"valid", problems.empty()}, {"problems", problems}};
    std::printf("%s\n", canonical(report).c_str());
    if (!problems.empty() && code == kGood) code = kWanting;
  }
  return code;
}

}  // namespace

void add_receipt_verify(CLI::App& receipt, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = receipt.add_subcommand(
      "verify",
      "Check consent receipts offline: signature (Ed25519 over the RFC 8785 form without \"signature\") and "
      "the\n"
      "members that ISO/IEC TS 27560:2023 asks for. Exit code 1 where one is wanting.");
  command->add_option("receipt", options->receipts, "Receipts (JSON)")->required();
  command->add_option("--key", options->keys, "Public key of the issuer (PEM); may stand several times")
      ->required();
  command->callback([options, &action] { action = [options] { return verify(*options); }; });
}

}  // namespace metrofax::consent::cli
