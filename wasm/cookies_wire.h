// What crosses the boundary of cookies.wasm: texts lie one behind the other in one buffer, everything else in
// two structs. Places are addresses in the module's memory; kAbsent stands for text that is not there.
#pragma once

#include <cstdint>

namespace metrofax::consent::wasm {

inline constexpr std::uint32_t kCookieTextBytes = 17 * 1024 * 1024;  ///< a line of `mfconsent eval`, and some
inline constexpr std::uint32_t kHeaderPairs = 4096;                  ///< answered by one call
inline constexpr std::uint32_t kStoreOps = 4096;
inline constexpr std::uint32_t kAbsent = 0xFFFFFFFFu;

struct TextWire {
  std::uint32_t at = kAbsent;
  std::uint32_t length = 0;
};

/// A question: lengths of the texts in the buffer, in this order, and what is not text.
struct CookieQuestion {
  std::uint32_t line = 0;           ///< a line, a header, a name; for serialize the name
  std::uint32_t url = 0;            ///< for serialize the value
  std::uint32_t public_suffix = 0;  ///< for serialize the domain
  std::uint32_t partition = 0;      ///< for serialize the path
  std::uint32_t max_age = 0;
  std::uint8_t profile = 0;
  std::uint8_t api = 0;
  std::uint8_t site = 0;
  std::uint8_t same_site = 0;
  std::uint8_t secure = 0;
  std::uint8_t http_only = 0;
  std::uint8_t partitioned = 0;
  std::uint8_t has_expires = 0;
  std::int64_t now = 0;  ///< for serialize the expiry
};

/// An answer. Which members count depends on the question.
struct CookieAnswer {
  TextWire name, value, domain, path, max_age;
  std::uint32_t error = 0;   ///< an ErrorCode
  std::uint32_t offset = 0;  ///< of the error
  std::uint8_t kind = 0;     ///< a CookieKind
  std::uint8_t same_site = 0;
  std::uint8_t secure = 0;
  std::uint8_t http_only = 0;
  std::uint8_t partitioned = 0;
  std::uint8_t host_only = 0;
  std::uint8_t persistent = 0;
  std::uint8_t has_expires = 0;
  std::uint8_t capped = 0;
  std::uint8_t complete = 0;
  std::int64_t expires = 0;
  std::int64_t lifetime = 0;
};

/// One cookie of a header, and whose it is under the policy that is open. All zero where nothing was written
/// yet: the module would otherwise carry thousands of them.
struct PairWire {
  struct {
    std::uint32_t at, length;
  } name, value;
  std::uint32_t pattern;  ///< the row of its declaration and one; 0: nobody declared it
};

}  // namespace metrofax::consent::wasm
