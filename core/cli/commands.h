// The commands of mfconsent. Each adds itself to the command line and returns an exit code (files.h) when it
// runs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace metrofax::consent::cli {

/// What runs once the command line is read: set by the callback of the subcommand that was named.
using Action = std::function<int()>;

void add_policy_check(CLI::App& policy, Action& action);
void add_policy_compile(CLI::App& policy, Action& action);
void add_policy_diff(CLI::App& policy, Action& action);
void add_policy_explain(CLI::App& policy, Action& action);
void add_decide(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_log_redact(CLI::App& log, Action& action);
void add_ledger_verify(CLI::App& ledger, Action& action);
void add_ledger_export(CLI::App& ledger, Action& action);
void add_ledger_append(CLI::App& ledger, Action& action);
void add_receipt_verify(CLI::App& receipt, Action& action);
void add_email(CLI::App& app, Action& action);

}  // namespace metrofax::consent::cli
