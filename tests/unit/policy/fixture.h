// A small policy for tests, and its compiled form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrofax::consent::test {

/// An authored policy as small as tests can use: the demo's purposes and regimes, three vendors, a rule for
/// every kind.
[[nodiscard]] std::string small_policy_json();

/// The blob of a source, 8-byte aligned as PolicyView wants it (vectors are). Throws std::runtime_error with
/// every finding when the source has errors.
[[nodiscard]] std::vector<std::uint8_t> compile_or_die(std::string_view json);

/// `source` with the first occurrence of `from` replaced by `to`. Throws when `from` is not there.
[[nodiscard]] std::string replaced(std::string source, std::string_view from, std::string_view to);

}  // namespace metrofax::consent::test
