#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <sstream>

#include "cli/command_line.h"
#include "cli/files.h"
#include "cli/version.h"

namespace metrofax::consent::cli {
namespace {

// The first word of a command line that stands where a command belongs and is none, said with those there
// are; empty if every one is a command. CLI11 only says that a subcommand is required.
std::string unknown_command(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || word.empty() || word.front() == '-') return {};
    const CLI::App* next = nullptr;
    std::string names;
    for (const CLI::App* command : commands) {
      if (command->get_name() == word) next = command;
      names.append(names.empty() ? "" : ", ").append(command->get_name());
    }
    if (next == nullptr)
      return path.append(": error: no command called \"")
          .append(word)
          .append("\"; there are: ")
          .append(names);
    at = next;
    path.append(" ").append(word);
  }
  return {};
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CLI::App app{
      "mfconsent: compiles consent policies and answers what they allow.\n"
      "Exit codes: 0 good, 1 checked and found wanting, 2 bad input.",
      "mfconsent"};
  app.set_version_flag("--version", std::string("mfconsent ") + kVersion);
  app.require_subcommand(1);

  Action action;
  CLI::App* policy = app.add_subcommand("policy", "Check, compile, compare and explain policies");
  policy->require_subcommand(1);
  add_policy_check(*policy, action);
  add_policy_compile(*policy, action);
  add_policy_diff(*policy, action);
  add_policy_explain(*policy, action);
  add_decide(app, action);
  add_eval(app, action);
  CLI::App* log = app.add_subcommand("log", "Keep of access logs what the policy allows");
  log->require_subcommand(1);
  add_log_redact(*log, action);
  CLI::App* ledger = app.add_subcommand("ledger", "Append to, check and export a ledger of consent events");
  ledger->require_subcommand(1);
  add_ledger_verify(*ledger, action);
  add_ledger_export(*ledger, action);
  add_ledger_append(*ledger, action);
  CLI::App* receipt = app.add_subcommand("receipt", "Check consent receipts");
  receipt->require_subcommand(1);
  add_receipt_verify(*receipt, action);
  add_email(app, action);

  try {
    app.parse(argc, argv);
    return action ? action() : kBadInput;
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0 to CLI11; everything else is a command line that cannot be
    // used.
    std::ostringstream out;
    std::ostringstream complaint;
    const int code = app.exit(error, out, complaint);
    if (const std::string unknown = unknown_command(app, argc, argv); code != 0 && !unknown.empty()) {
      std::fprintf(stderr, "%s\n", unknown.c_str());
      return kBadInput;
    }
    // Like everything else this program prints, through C's streams: one order, one place to capture.
    std::fputs(out.str().c_str(), stdout);
    std::fputs(complaint.str().c_str(), stderr);
    return code == 0 ? kGood : kBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mfconsent: error: %s\n", error.what());
    return kBadInput;
  }
}

}  // namespace metrofax::consent::cli
