// The compiler: an authored policy (JSON) in, the blob that the gate reads in place out. Native only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrofax::consent {

enum class Severity : std::uint8_t { error, warning };

/// One thing to say about an authored policy, where it stands (line and column from 1, columns count code
/// points).
struct Finding {
  Severity severity = Severity::error;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string message;
};

/// "file:line:column: error: message".
[[nodiscard]] std::string format_finding(std::string_view file, const Finding& finding);

/// `blob` is empty when anything is an error: nothing half-good leaves the compiler.
struct CompileOutput {
  std::vector<std::uint8_t> blob;
  std::vector<Finding> findings;

  [[nodiscard]] bool ok() const { return !blob.empty(); }
};

/// Who reads the blob. A page asks about requests, storage, hand-offs and areas, and is told its regime: its
/// blob carries no rows about mail, logs, profiles or disclosures, no places and no mail table. What a page
/// asks is answered by both blobs alike; what it does not ask has no rule in a page's, and is denied.
enum class PolicyReader : std::uint8_t { everybody, page };

/// Compiles an authored policy. Every error that can be found in one run is in `findings`, in the order of
/// the text. The blob is a FlatBuffer as policy.fbs describes it, followed by kPolicyTrailerBytes of checksum
/// (host_hash.h). The same source always gives the same bytes. Never throws for what stands in the source.
[[nodiscard]] CompileOutput compile_policy(std::string_view source,
                                           PolicyReader reader = PolicyReader::everybody);

}  // namespace metrofax::consent
