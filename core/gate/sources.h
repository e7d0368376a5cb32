// What a page may reach, said beforehand and wholesale: the source expressions of a content security policy.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gate/gate.h"

namespace metrofax::consent {

/// How far a page's CSP opens to a declared address.
enum class Admission : std::uint8_t {
  shut,  ///< not at all
  open,  ///< it may be reached now
  held,  ///< it may not, but a choice in this page could still release it: enforcement "live", and nobody has
         ///< refused
  later  ///< not in this page, whose policy can only be tightened; a choice one by one would open the next
};

/// The admission of one absolute URL from one page. `shut` and `later` are not admitted; `shut` is the answer
/// to everything that cannot be read.
[[nodiscard]] Admission admit(const PolicyView& policy, const Subject& subject, const Page& page,
                              std::string_view url);

/// Writes every declared address that is admitted, one to a line: '+' open or '?' held, then a host source of
/// CSP Level 3 §2.3.1 without scheme and port ("*.example.com"; a host that stands for its subdomains has two
/// lines; a path where only that part of the host is admitted; the same again behind "wss://" for a host that
/// is declared to speak WebSocket). Where an address is for later, one more line says "-" and no more.
/// Returns the bytes written. Errors: policy_not_loaded; too_long where `out` is too small, and then nothing
/// may be taken from it.
[[nodiscard]] Result<std::size_t> write_sources(const PolicyView& policy, const Subject& subject,
                                                const Page& page, std::span<char> out);

}  // namespace metrofax::consent
