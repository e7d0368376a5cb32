#include "shared_vectors.h"

#include <cstdio>
#include <fstream>

#include "catch.h"

namespace metrofax::consent::test {

void run_shared_vectors(const std::string& suite, std::size_t count, const Differences& differences,
                        const std::function<bool(const nlohmann::json& vector)>& passes) {
  std::ifstream file(METROFAX_SOURCE_DIR "/../shared/vectors/cookies/" + suite + ".json");
  if (!file) {
    std::printf("skipped: %s (%zu vectors): no shared vectors here\n", suite.c_str(), count);
    SUCCEED("skipped: no shared vectors here");
    return;
  }
  const nlohmann::json document = nlohmann::json::parse(file);
  const nlohmann::json& vectors = document.at("vectors");
  CHECK(vectors.size() == count);
  std::size_t listed = 0;
  for (const nlohmann::json& vector : vectors) {
    const std::string id = vector.at("id");
    const bool expected = differences.count(id) == 0;
    listed += expected ? 0 : 1;
    INFO(id << ": " << vector.dump().substr(0, 600));
    CHECK(passes(vector) == expected);
  }
  CHECK(listed == differences.size());
}

}  // namespace metrofax::consent::test
