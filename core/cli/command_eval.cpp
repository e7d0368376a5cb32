// mfconsent eval
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string_view>

#include "cli/commands.h"
#include "cli/eval.h"
#include "cli/policies.h"

namespace metrofax::consent::cli {

void add_eval(CLI::App& app, Action& action) {
  auto policies = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(
      "eval",
      "Answer requests: JSON Lines on the standard input, one answer a line on the standard output, in "
      "order, in the\n"
      "canonical form of RFC 8785. A request is {\"op\": …, \"id\": any, …}; its answer {\"id\": …, \"ok\": "
      "true, …} or\n"
      "{\"id\": …, \"ok\": false, \"error\": code, \"message\": …, \"at\": offset}. No line ends the run.");
  command->add_option(
      "--policy", *policies,
      "A policy, JSON or compiled: PATH for requests that name none, NAME=PATH for those with\n"
      "\"policy\": NAME. May stand several times");
  command->callback([policies, &action] {
    action = [policies] {
      if (const int code = register_policies(*policies); code != 0) return code;
      return eval_stream(STDIN_FILENO, STDOUT_FILENO);
    };
  });
}

}  // namespace metrofax::consent::cli
