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
  [[nodiscard]] bool may_be_prefixed(std::string_view name) const;

  const PolicyView* policy_ = nullptr;
  std::uint32_t exact_ = 0;      ///< how many exact names stand before the prefixes
  std::uint64_t beginnings_[4];  ///< a bit for the first two bytes of each prefix
};

/// Takes a Cookie header (or document.cookie) apart and says whose each cookie is: writes the first
/// `capacity` to `out` and returns how many there are. As parse_cookie_header; linear in the header's length.
std::size_t classify_header(const StorageIndex& index, std::string_view header, DeclaredPair* out,
                            std::size_t capacity);

}  // namespace metrofax::consent
