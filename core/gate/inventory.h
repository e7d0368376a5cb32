// Whose each cookie of a header is: all of them at once, for the server, the inventory and the scanner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cookies/header.h"
#include "policy/view.h"

namespace metrofax::consent {

/// One cookie of a header and its declaration: null for one that nobody declared.
struct DeclaredPair {
  cookies::CookiePair pair;
  const fb::Pattern* declared = nullptr;
};

/// The declarations of a policy, made quick to ask for many names. Same answers as PolicyView::find_storage
/// (an exact name first, then the longest prefix); keeps pointers into the policy, which must outlive it.
class StorageIndex {
 public:
  StorageIndex() = default;
  explicit StorageIndex(const PolicyView& policy);

  [[nodiscard]] const fb::Pattern* find(std::string_view name, fb::StorageApi api) const;

 private:
  /// Rows [from, to) hold every declaration that begins as the names of one bucket do. Others lie among them.
  struct Range {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  static constexpr unsigned kBuckets = 512;

  const PolicyView* policy_ = nullptr;
  std::uint32_t prefixes_ = 0;  ///< exact names stand before it, prefixes behind, the longest first
  std::uint32_t short_ = 0;     ///< from here on prefixes too short for a bucket
  Range exact_[kBuckets];
  Range prefixed_[kBuckets];
};

/// Takes a Cookie header (or document.cookie) apart and says whose each cookie is: writes the first
/// `capacity` to `out` and returns how many there are. As parse_cookie_header; linear in the header's length.
std::size_t classify_header(const StorageIndex& index, std::string_view header, DeclaredPair* out,
                            std::size_t capacity);

}  // namespace metrofax::consent
