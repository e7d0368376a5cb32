// mfconsent policy diff
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/canonical.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "policy/compiler_diff.h"

namespace metrofax::consent::cli {
namespace {

std::optional<PolicyModel> read_model(const std::string& path) {
  const auto source = read_file(path);
  if (!source) return std::nullopt;
  Findings findings;
  PolicyModel model = read_policy(*source, findings);
  print_findings(path, findings.place(*source));
  if (findings.has_errors()) return std::nullopt;
  return model;
}

nlohmann::json as_json(const std::vector<Change>& changes, const RevisionAdvice& advice) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Change& change : changes) {
    rows.push_back({{"weight", weight_name(change.weight)},
                    {"what", change.what},
                    {"purposes", change.all_purposes ? nlohmann::json() : nlohmann::json(change.purposes)}});
  }
  // The row that the next policy needs, as the policy has it; null where nothing is owed.
  nlohmann::json row =
      advice.row.empty() ? nlohmann::json() : nlohmann::json::parse(advice.row, nullptr, false);
  return {{"changes", std::move(rows)}, {"supersedes", std::move(row)}, {"problem", advice.problem}};
}

void print_changes(const std::vector<Change>& changes, const RevisionAdvice& advice) {
  for (const Weight weight : {Weight::material, Weight::narrows, Weight::text}) {
    for (const Change& change : changes) {
      if (change.weight != weight) continue;
      std::printf("%-8s  %s\n", weight_name(weight), change.what.c_str());
    }
  }
  if (changes.empty()) std::printf("no change\n");
  if (!changes.empty()) std::printf("supersedes: %s\n", advice.row.c_str());
}

int diff(const std::string& before_path, const std::string& after_path, bool json) {
  const auto before = read_model(before_path);
  const auto after = read_model(after_path);
  if (!before || !after) return kBadInput;
  const auto changes = diff_policies(*before, *after);
  const RevisionAdvice advice = advise_revision(*before, *after, changes);
  if (json) {
    std::printf("%s\n", canonical(as_json(changes, advice)).c_str());
  } else {
    print_changes(changes, advice);
  }
  if (advice.problem.empty()) return kGood;
  std::fprintf(stderr, "%s: warning: %s\n", after_path.c_str(), advice.problem.c_str());
  return kWanting;
}

}  // namespace

void add_policy_diff(CLI::App& policy, Action& action) {
  struct Options {
    std::string before;
    std::string after;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = policy.add_subcommand(
      "diff",
      "Say what changed between two authored policies: \"material\" (more, or something else, may happen to "
      "somebody),\n"
      "\"narrows\" (less may happen) or \"text\" (only words), and the \"supersedes\" row that follows from "
      "it.\n"
      "Exit code 0; 1 when the new policy's own \"supersedes\" row says less than that.");
  command->add_option("old", options->before, "The policy so far (JSON)")->required();
  command->add_option("new", options->after, "The policy to come (JSON)")->required();
  command->add_flag("--json", options->json, "Print one JSON object instead");
  command->callback([options, &action] {
    action = [options] { return diff(options->before, options->after, options->json); };
  });
}

}  // namespace metrofax::consent::cli
