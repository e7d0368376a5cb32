// A compiled policy, read in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "policy/host_hash.h"
#include "result.h"

namespace metrofax::consent {

/// A set of purposes: bit n is purpose number n.
using PurposeSet = std::uint32_t;

/// A set of vendors: bit n of word n / 32 is vendor number n. Those with a higher number cannot be chosen one
/// by one.
inline constexpr unsigned kVendorWords = 8;
using VendorSet = std::array<std::uint32_t, kVendorWords>;

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

/// Rows of a compiled policy, in place.
template <class T>
struct Rows {
  const T* data = nullptr;
  std::uint32_t count = 0;

  [[nodiscard]] const T& operator[](std::uint32_t index) const { return data[index]; }
  [[nodiscard]] const T* begin() const { return data; }
  [[nodiscard]] const T* end() const { return data + count; }
};

/// Ids joined by line feeds, in index order.
using Ids = std::string_view;

/// Flag of a Revision row: what it says changed in substance.
inline constexpr std::uint8_t kRevisionMaterial = 1;

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
  /// What the policy says of mail, verified when asked for (pages never ask); null if it says nothing, or
  /// nothing that can be read.
  [[nodiscard]] const fb::Mail* mail() const;
  /// The blob's checksum: two policies of one are the same policy.
  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }

  // What the gate reads, taken out of the FlatBuffer once: an access is a load and not a search through its
  // vtable.
  Rows<fb::Rule> rules;
  Rows<fb::Purpose> purposes;  ///< by number
  Rows<fb::Vendor> vendors;    ///< 0 is ourselves
  Rows<fb::Regime> regimes;
  Rows<fb::Revision> revisions;  ///< 0 is the present version
  Rows<std::uint32_t> areas;     ///< limited areas: the purposes each of them needs
  Rows<std::uint8_t> sha256;     ///< of the authored source
  Ids purpose_ids, vendor_ids, regime_ids, clause_ids, area_ids;
  std::string_view version;
  std::uint16_t strict_regime = 0;

  /// The rows from the first that is about a kind: those before it are about others.
  [[nodiscard]] Rows<fb::Rule> rules_about(fb::Kind kind) const {
    const unsigned number = static_cast<unsigned>(kind) & 15u;
    return {rules.data + first_rule_[number], rules.count - first_rule_[number]};
  }

  /// Whose a URL is. host: lower-case ASCII without trailing dot; path: from its slash, normalised, no query.
  /// is_address: an IP address has no parent domains.
  [[nodiscard]] Target find(std::string_view host, std::string_view path, bool is_address) const {
    return target_of(find_host(host, is_address), path);
  }
  /// The same in two steps, for callers that have to work for the path: the host's row (null: undeclared),
  /// whether any path of it says more, and what the row and the path say.
  [[nodiscard]] const fb::Host* find_host(std::string_view host, bool is_address) const;
  [[nodiscard]] bool has_paths(const fb::Host* row) const;
  [[nodiscard]] Target target_of(const fb::Host* row, std::string_view path) const;
  /// Every declared host, in no order, for callers that must name them beforehand: a content security policy.
  [[nodiscard]] const Rows<fb::Host>& hosts() const { return hosts_; }
  [[nodiscard]] std::string_view host_name(const fb::Host& row) const {
    return text(row.name_at(), row.name_len());
  }
  /// Whether the row stands for its subdomains too.
  [[nodiscard]] static bool has_subdomains(const fb::Host& row);
  /// Whether it speaks WebSocket: a policy names those apart, since wss: is no https: there (CSP3 §6.7.2.9).
  [[nodiscard]] static bool has_sockets(const fb::Host& row);
  /// The n-th path that says more about a host, empty behind the last.
  [[nodiscard]] std::string_view host_path(const fb::Host& row, unsigned n) const;

  /// The declaration of a cookie or storage key, null if there is none: an exact name first, then the longest
  /// prefix (cookies.md).
  [[nodiscard]] const fb::Pattern* find_storage(std::string_view name, fb::StorageApi api) const;

  /// Everything declared of storage: exact names first, sorted, then prefixes, longest first.
  [[nodiscard]] const Rows<fb::Pattern>& patterns() const { return patterns_; }
  [[nodiscard]] std::string_view name_of(const fb::Pattern& pattern) const {
    return {text_.data() + pattern.name_at(), pattern.name_len()};
  }

  /// Whether anything that is linked to an account is stored for one of the purposes (security.tls).
  [[nodiscard]] bool links(PurposeSet any_of) const;

  /// W7: region, then country, then "elsewhere" for a country no regime lists, then the strict regime where
  /// the place is unknown, or either cannot be read. country: ISO 3166-1 alpha-2; region: the part of ISO
  /// 3166-2 behind the hyphen; both upper case or empty.
  [[nodiscard]] std::uint16_t regime_of_place(std::string_view country, std::string_view region) const;

  /// Index of a version in `revisions`: 0 is the present one, kNoIndex an unknown one.
  [[nodiscard]] std::uint16_t revision_of(std::string_view wanted) const;

  /// The version of a row of `revisions`, empty behind the last.
  [[nodiscard]] std::string_view version_at(std::uint16_t revision) const;

  /// changes.material: the purposes whose use changed in substance since a version; all where that is
  /// unknown.
  [[nodiscard]] PurposeSet changed_since(std::uint16_t revision) const;

  /// The clause that explains a reason where no rule row does; kNoIndex if the policy names none.
  [[nodiscard]] std::uint16_t clause_of(fb::Reason reason) const;

  /// The id at `index` of a list, empty if it is not there.
  [[nodiscard]] static std::string_view id_at(Ids list, unsigned index);
  /// Index of an id in a list, kNoIndex if it is not there.
  [[nodiscard]] static std::uint16_t index_of(Ids list, std::string_view id);

 private:
  [[nodiscard]] std::string_view text(std::uint32_t at, std::uint32_t length) const;
  [[nodiscard]] bool structure_is_sound() const;

  const fb::Policy* root_ = nullptr;
  std::span<const std::uint8_t> blob_;  ///< without its trailer
  std::uint64_t checksum_ = 0;
  Rows<fb::Host> hosts_;
  Rows<fb::Path> paths_;
  Rows<fb::Pattern> patterns_;
  Rows<fb::Place> places_;
  Rows<std::uint16_t> reasons_;
  Rows<std::uint32_t> slots_;
  std::string_view text_;
  std::uint16_t first_rule_[16] = {};
  std::uint16_t first_party_paths_at_ = 0;
  std::uint16_t first_party_paths_count_ = 0;
  std::uint8_t max_labels_ = 0;
  std::uint8_t elsewhere_regime_ = 0;
};

}  // namespace metrofax::consent
