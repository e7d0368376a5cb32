// The public test vectors beside the repository, read in place. A clone has no such folder: the suites then
// say so.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace metrofax::consent::test {

/// A vector whose own expectation is not what we want, by id, with the reason.
using Differences = std::map<std::string, std::string>;

/// Runs `passes` over every vector of `cookies/<suite>.json` and requires: as many vectors as `count`; each
/// passes, or is listed in `differences` and fails. Prints `skipped: <suite> (<count> vectors): no shared
/// vectors here` where the file is missing.
void run_shared_vectors(const std::string& suite, std::size_t count, const Differences& differences,
                        const std::function<bool(const nlohmann::json& vector)>& passes);

}  // namespace metrofax::consent::test
