// What changed between two versions of a policy, and what of it people have to be asked about (changes.*).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/compiler_model.h"

namespace metrofax::consent {

/// How a change bears on people. `material`: something more, or something else, may happen to somebody: more
/// purposes, recipients, storage, time, or fewer objections heard. `narrows`: less may happen. `text`: only
/// words changed.
enum class Weight : std::uint8_t { text, narrows, material };

[[nodiscard]] const char* weight_name(Weight weight);

struct Change {
  Weight weight = Weight::text;
  std::string what;
  /// Purposes, by id in the new policy, whose use changes; all of them when `all_purposes`.
  std::vector<std::string> purposes;
  bool all_purposes = false;
};

/// Every change from `before` to `after`, in the order of the parts of a policy: purposes, vendors, hosts,
/// storage, regimes, rules, clauses, texts. Both must have been read without errors.
[[nodiscard]] std::vector<Change> diff_policies(const PolicyModel& before, const PolicyModel& after);

/// The row of "supersedes" in `after` for the version of `before` that these changes ask for, and what is
/// wrong with the one that stands there ("" when nothing is).
struct RevisionAdvice {
  std::string row;
  std::string problem;
};
[[nodiscard]] RevisionAdvice advise_revision(const PolicyModel& before, const PolicyModel& after,
                                             const std::vector<Change>& changes);

}  // namespace metrofax::consent
