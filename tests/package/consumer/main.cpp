// Reads a compiled policy and asks one question: exit code 0 if the answer is the one that is expected.
#include <cstdio>
#include <fstream>
#include <vector>

#include "gate/gate.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::size_t>(file.tellg());
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  file.seekg(0).read(reinterpret_cast<char*>(aligned.data()), static_cast<std::streamsize>(size));

  namespace consent = metrofax::consent;
  const auto policy =
      consent::PolicyView::open({reinterpret_cast<const std::uint8_t*>(aligned.data()), size});
  if (!policy.ok()) return 3;
  consent::Subject visitor;
  visitor.now = 1790000000;
  consent::Request request;
  request.kind = consent::fb::Kind::web_request;
  request.page = "https://www.metrofax.com/";
  request.url = "https://www.google-analytics.com/g/collect";
  const consent::Verdict verdict = consent::decide(policy.value(), visitor, request);
  std::printf("%s\n", consent::fb::EnumNameReason(verdict.reason));
  const bool denied =
      verdict.outcome == consent::fb::Outcome::deny && verdict.reason == consent::fb::Reason::unknown;
  return denied ? 0 : 1;
}
