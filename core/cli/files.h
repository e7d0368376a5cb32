// Reading and writing files for the commands, with messages on stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiler.h"

namespace metrofax::consent::cli {

/// Exit codes of every command.
inline constexpr int kGood = 0;
inline constexpr int kWanting = 1;   ///< checked, and found wanting
inline constexpr int kBadInput = 2;  ///< the input could not be used

/// The bytes of a file ("-" is the standard input); nothing, with a message on stderr, when it cannot be
/// read.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);

/// Writes a file by way of a temporary one beside it, so that no half-written file is ever seen under its
/// name. "-" is the standard output. Returns false, with a message on stderr, when it cannot be written.
[[nodiscard]] bool write_file(const std::string& path, std::string_view bytes);

/// Prints findings as "file:line:column: error: …", one a line, on stderr.
void print_findings(const std::string& file, const std::vector<Finding>& findings);

/// The blob of a policy given as JSON (compiled on the way) or as a compiled file, told apart by content.
/// Nothing, with messages on stderr, when it is not a good policy.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> load_policy(const std::string& path);

}  // namespace metrofax::consent::cli
