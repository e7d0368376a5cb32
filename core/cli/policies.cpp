#include "cli/policies.h"

#include <cstdio>

#include "cli/files.h"
#include "cli/ops_decide.h"
#include "policy/compiler_names.h"

namespace metrofax::consent::cli {

int register_policies(const std::vector<std::string>& arguments) {
  struct Named {
    std::string name;
    std::string path;
  };
  std::vector<Named> policies;
  for (const std::string& argument : arguments) {
    const auto equals = argument.find('=');
    const bool named = equals != std::string::npos && is_id(std::string_view(argument).substr(0, equals));
    Named one{named ? argument.substr(0, equals) : "", named ? argument.substr(equals + 1) : argument};
    for (const Named& known : policies) {
      if (known.name != one.name) continue;
      std::fprintf(stderr, "mfconsent: error: two policies %s\n",
                   named ? ("are called " + in_quotes(one.name)).c_str() : "have no name");
      return kBadInput;
    }
    // The first one known answers requests that name none.
    policies.insert(named ? policies.end() : policies.begin(), std::move(one));
  }
  for (const Named& one : policies) {
    const auto blob = load_policy(one.path);
    if (!blob) return kBadInput;
    Error error;
    if (set_policy(one.name, *blob, error)) continue;
    std::fprintf(stderr, "%s: error: the policy does not open: %s\n", one.path.c_str(),
                 fb::EnumNameErrorCode(error.code));
    return kBadInput;
  }
  return kGood;
}

}  // namespace metrofax::consent::cli
