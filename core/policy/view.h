// A compiled policy, read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "policy/host_hash.h"
#include "result.h"

namespace metrofax::consent {

/// A set of purposes: bit n is purpose number n.
using PurposeSet = std::uint32_t;

inline constexpr std::uint16_t kNoIndex = 0xFFFF;   ///< "no vendor", "no clause", "no regime"
inline constexpr std::size_t kMaxHostLength = 253;  ///< RFC 1035 §2.3.4, without the root's dot

/// Who a host belongs to.
enum class PartyKind : std::uint8_t { undeclared, first, third, co_brand };

/// What the policy knows of a URL: whose it is, what it is for, whether it is a clear GIF (gifs.site).
struct Target {
  PartyKind party = PartyKind::undeclared;
  std::uint16_t vendor = kNoIndex;  ///< index into vendors; 0 is ourselves
  PurposeSet purposes = 0;          ///< every one of them is needed
  bool beacon = false;
};

/// A declared name in storage.
struct StorageMatch {
  const fb::Pattern* pattern = nullptr;  ///< null: undeclared
};

/// A verified, immutable policy. Opening checks the checksum, the FlatBuffer and every index in it once, so
/// that nothing read later can leave the blob; it keeps pointers into `blob`, which must outlive it. Look-ups
/// allocate nothing and cost the same whatever the number of vendors.
class PolicyView {
 public:
  PolicyView() = default;

  /// blob: as `mfconsent policy compile` writes it, 8-byte aligned. Errors: policy_truncated,
  /// policy_bad_checksum, policy_bad_magic, policy_bad_format, policy_bad_structure.
  [[nodiscard]] static Result<PolicyView> open(std::span<const std::uint8_t> blob);

  [[nodiscard]] bool loaded() const { return root_ != nullptr; }
  [[nodiscard]] const fb::Policy& root() const { return *root_; }

  /// Whose a URL is. host: lower-case ASCII without trailing dot; path: from its slash, normalised, no query.
  /// is_address: an IP address has no parent domains.
  [[nodiscard]] Target find(std::string_view host, std::string_view path, bool is_address) const;

  /// The declaration of a cookie or storage key: an exact name first, then the longest prefix (cookies.md).
  [[nodiscard]] StorageMatch find_storage(std::string_view name, fb::StorageApi api) const;

  /// W7: region, then country, then "elsewhere" for a country no regime lists, then the strict regime where
  /// the place is unknown. country: ISO 3166-1 alpha-2; region: the part of ISO 3166-2 behind the hyphen;
  /// both upper case or empty.
  [[nodiscard]] std::uint16_t regime_of_place(std::string_view country, std::string_view region) const;
  [[nodiscard]] std::uint16_t strict_regime() const { return root_->strict_regime(); }

  /// Index of a version in `revisions`: 0 is the present one, kNoIndex an unknown one.
  [[nodiscard]] std::uint16_t revision_of(std::string_view version) const;

  /// The clause that explains a reason where no rule row does; kNoIndex if the policy names none.
  [[nodiscard]] std::uint16_t clause_of(fb::Reason reason) const;

  [[nodiscard]] const fb::Purpose& purpose(unsigned number) const { return *root_->purposes()->Get(number); }
  [[nodiscard]] const fb::Vendor& vendor(unsigned index) const { return *root_->vendors()->Get(index); }
  [[nodiscard]] const fb::Regime& regime(unsigned index) const { return *root_->regimes()->Get(index); }

  [[nodiscard]] std::string_view purpose_id(unsigned number) const {
    return line(root_->purpose_ids(), number);
  }
  [[nodiscard]] std::string_view vendor_id(unsigned index) const { return line(root_->vendor_ids(), index); }
  [[nodiscard]] std::string_view regime_id(unsigned index) const { return line(root_->regime_ids(), index); }
  [[nodiscard]] std::string_view clause_id(unsigned index) const { return line(root_->clause_ids(), index); }
  [[nodiscard]] std::string_view area_id(unsigned index) const { return line(root_->area_ids(), index); }

  /// Index of an id in one of the `*_ids` lists, kNoIndex if it is not there.
  [[nodiscard]] static std::uint16_t index_of(const flatbuffers::String* list, std::string_view id);

 private:
  [[nodiscard]] static std::string_view line(const flatbuffers::String* list, unsigned index);
  [[nodiscard]] std::string_view text(std::uint32_t at, std::uint32_t length) const;
  [[nodiscard]] const fb::Host* find_host(std::string_view host, bool is_address) const;
  [[nodiscard]] bool structure_is_sound() const;

  const fb::Policy* root_ = nullptr;
};

}  // namespace metrofax::consent
