// mfconsent policy check | compile
#include <cstdio>
#include <memory>
#include <sstream>

#include "cli/canonical.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "policy/compiler_notice.h"
#include "policy/lint.h"

namespace metrofax::consent::cli {
namespace {

struct Counts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
};

Counts count(const std::vector<Finding>& findings) {
  Counts counts;
  for (const Finding& finding : findings)
    ++(finding.severity == Severity::error ? counts.errors : counts.warnings);
  return counts;
}

std::string number_of(std::size_t number, const char* thing) {
  return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

nlohmann::json as_json(const std::string& file, const std::vector<Finding>& findings) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Finding& finding : findings) {
    rows.push_back({{"severity", finding.severity == Severity::error ? "error" : "warning"},
                    {"line", finding.line},
                    {"column", finding.column},
                    {"message", finding.message}});
  }
  const Counts counts = count(findings);
  return {{"file", file},
          {"errors", counts.errors},
          {"warnings", counts.warnings},
          {"findings", std::move(rows)}};
}

struct CheckOptions {
  std::vector<std::string> paths;
  std::string known;
  std::string seen;
  bool json = false;
};

/// The public list and the names seen, where the command line names them.
bool read_names(const CheckOptions& options, KnownNames& known, std::vector<std::string>& seen) {
  if (!options.known.empty()) {
    const auto text = read_file(options.known);
    if (!text) return false;
    std::string error;
    known = KnownNames::read(*text, error);
    if (!error.empty()) {
      std::fprintf(stderr, "%s: error: %s\n", options.known.c_str(), error.c_str());
      return false;
    }
  }
  if (!options.seen.empty()) {
    const auto text = read_file(options.seen);
    if (!text) return false;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) seen.push_back(line);
  }
  return true;
}

int check(const CheckOptions& options) {
  KnownNames known;
  std::vector<std::string> seen;
  if (!read_names(options, known, seen)) return kBadInput;
  const bool names = !options.known.empty() || !options.seen.empty();
  int code = kGood;
  for (const std::string& path : options.paths) {
    const auto source = read_file(path);
    if (!source) {
      code = kBadInput;
      continue;
    }
    const auto findings = check_policy(*source, names ? &known : nullptr, seen);
    const Counts counts = count(findings);
    if (options.json) {
      std::printf("%s\n", canonical(as_json(path, findings)).c_str());
    } else {
      print_findings(path, findings);
      std::fprintf(stderr, "%s: %s, %s\n", path.c_str(), number_of(counts.errors, "error").c_str(),
                   number_of(counts.warnings, "warning").c_str());
    }
    code = std::max(code, counts.errors > 0 ? kBadInput : counts.warnings > 0 ? kWanting : kGood);
  }
  return code;
}

struct CompileOptions {
  std::string source;
  std::string blob;
  std::string notice;
  bool page = false;
};

int compile(const CompileOptions& options) {
  const auto source = read_file(options.source);
  if (!source) return kBadInput;
  // What check calls an error is one here as well; its warnings are check's business.
  std::vector<Finding> findings = check_policy(*source);
  std::erase_if(findings, [](const Finding& finding) { return finding.severity != Severity::error; });
  const PolicyReader reader = options.page ? PolicyReader::page : PolicyReader::everybody;
  CompileOutput output = findings.empty() ? compile_policy(*source, reader) : CompileOutput{};
  if (findings.empty()) findings = std::move(output.findings);
  print_findings(options.source, findings);
  if (!output.ok()) {
    std::fprintf(stderr, "%s: %s, nothing written\n", options.source.c_str(),
                 number_of(findings.size(), "error").c_str());
    return kBadInput;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(output.blob.data()), output.blob.size());
  if (!write_file(options.blob, bytes)) return kBadInput;
  if (options.notice.empty()) return kGood;
  return write_file(options.notice, canonical(notice_data(*source)) + "\n") ? kGood : kBadInput;
}

}  // namespace

void add_policy_check(CLI::App& policy, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = policy.add_subcommand("check",
                                            "Report every error and every finding of authored policies, as "
                                            "file:line:column, on the standard error.\n"
                                            "Exit code 0 clean, 1 findings only, 2 errors.");
  command->add_option("policy", options->paths, "Authored policies (JSON); - is the standard input")
      ->required();
  command->add_flag("--json", options->json, "Print one JSON object a policy on the standard output instead");
  command->add_option("--known", options->known,
                      "A list of known cookie names (cookie-names.json of the package): suggestions for what "
                      "is not declared");
  command->add_option("--seen", options->seen,
                      "Names seen in browsers, one a line: those that nobody declares are findings");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

void add_policy_compile(CLI::App& policy, Action& action) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* command = policy.add_subcommand(
      "compile",
      "Compile an authored policy into the blob that the gate reads. Nothing is written on any error.");
  command->add_option("policy", options->source, "Authored policy (JSON); - is the standard input")
      ->required();
  command->add_option("-o,--output", options->blob, "Where the compiled policy goes")->required();
  command->add_flag("--page", options->page,
                    "Only what a page asks: smaller, for the inside of consent.js. Mail, logs, profiles and "
                    "disclosures are denied by it");
  command->add_option(
      "--notice", options->notice,
      "Where the data that notices show goes (purposes, vendors, storage, clauses), as canonical JSON");
  command->callback([options, &action] { action = [options] { return compile(*options); }; });
}

}  // namespace metrofax::consent::cli
