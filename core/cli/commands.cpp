#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <sstream>

#include "cli/files.h"
#include "cli/version.h"

namespace metrofax::consent::cli {

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
