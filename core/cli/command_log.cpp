// mfconsent log redact
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/line_reader.h"
#include "cli/op.h"
#include "cli/ops_decide.h"
#include "cli/policies.h"
#include "cli/redact.h"
#include "policy/json_reader.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 18;
constexpr std::size_t kMaxLogLine = std::size_t{1} << 20;  ///< longer lines are bad ones

struct Options {
  std::string policy;
  std::string subject;
  std::vector<std::string> files;
  bool with_consent = false;
  unsigned reports = 100;
};

/// One run: what has been read, written and refused.
class Run {
 public:
  Run(Redactor& redactor, unsigned reports) : redactor_(redactor), reports_(reports) {
    out_.reserve(2 * kWriteBytes);
  }

  /// Reads a file to its end. False if reading or writing failed, which is said.
  bool file(const std::string& name) {
    const int input = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (input < 0) return complain(name, "cannot open");
    name_ = name == "-" ? "stdin" : name;
    number_ = 0;
    const bool good = stream(input);
    if (input != STDIN_FILENO) ::close(input);
    return good;
  }

  [[nodiscard]] std::uint64_t bad() const { return bad_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t nothing() const { return nothing_; }  ///< lines of which nothing may be kept

 private:
  static bool complain(const std::string& name, const char* what) {
    std::fprintf(stderr, "%s: error: %s: %s\n", name.c_str(), what, std::strerror(errno));
    return false;
  }

  bool stream(int input) {
    LineReader reader(input, kMaxLogLine);
    for (std::string_view text;;) {
      switch (reader.next(text)) {
        case LineReader::Got::line:
          line(text);
          break;
        case LineReader::Got::too_long:
          report("longer than 1 MiB");
          break;
        case LineReader::Got::end:
          return write_all(STDOUT_FILENO, out_) || complain("stdout", "cannot write");
        case LineReader::Got::failed:
          return complain(name_, "cannot read");
      }
      if (out_.size() >= kWriteBytes && !write_all(STDOUT_FILENO, out_))
        return complain("stdout", "cannot write");
    }
  }

  void line(std::string_view text) {
    const std::size_t before = out_.size();
    const char* problem = redactor_.redact(text, out_);
    if (problem != nullptr) {
      report(problem);
      return;
    }
    if (out_.size() == before) ++nothing_;
    ++number_;
    ++lines_;
  }

  // Where and what, never the line itself: it is what must not be kept.
  void report(const char* problem) {
    ++number_;
    ++lines_;
    if (bad_++ < reports_) {
      std::fprintf(stderr, "%s:%llu: error: %s; left out\n", name_.c_str(),
                   static_cast<unsigned long long>(number_), problem);
    } else if (bad_ == reports_ + std::uint64_t{1}) {
      std::fprintf(stderr, "%s: further bad lines are counted only (--max-reports)\n", name_.c_str());
    }
  }

  Redactor& redactor_;
  std::uint64_t reports_;
  std::string name_;
  std::string out_;
  std::uint64_t number_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t bad_ = 0;
  std::uint64_t nothing_ = 0;
};

int redact(const Options& options) {
  if (const int code = register_policies({options.policy}); code != kGood) return code;
  const PolicyView& policy = *find_policy("");
  Subject subject;  // nobody is known: what needs a choice is not kept
  if (!options.subject.empty()) {
    const auto text = read_file(options.subject);
    if (!text) return kBadInput;
    nlohmann::json value;
    json::Fault fault;
    if (!json::parse_value(*text, json::kMaxBytes, value, fault)) {
      const json::Position at = json::LineIndex(*text).at(fault.offset);
      std::fprintf(stderr, "%s:%u:%u: error: %s\n", options.subject.c_str(), at.line, at.column,
                   fault.message.c_str());
      return kBadInput;
    }
    try {
      subject = read_subject(policy, value);
    } catch (const OpError& error) {
      std::fprintf(stderr, "%s: error: %s\n", options.subject.c_str(), error.message.c_str());
      return kBadInput;
    }
  }
  Redactor redactor(policy, subject, {options.with_consent});
  Run run(redactor, options.reports);
  for (const std::string& name : options.files.empty() ? std::vector<std::string>{"-"} : options.files) {
    if (!run.file(name)) return kBadInput;
  }
  if (run.nothing() > 0) {
    std::fprintf(stderr, "mfconsent log redact: of %llu of %llu lines nothing may be kept: left out\n",
                 static_cast<unsigned long long>(run.nothing()),
                 static_cast<unsigned long long>(run.lines()));
  }
  if (run.bad() == 0) return kGood;
  std::fprintf(stderr, "mfconsent log redact: %llu of %llu lines could not be read and were left out\n",
               static_cast<unsigned long long>(run.bad()), static_cast<unsigned long long>(run.lines()));
  return kWanting;
}

}  // namespace

void add_log_redact(CLI::App& log, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = log.add_subcommand(
      "redact",
      "Write what the policy allows to keep of access-log lines (logs.aggregate): Common and Combined Log\n"
      "Format, or JSON Lines, told apart line by line. Addresses are truncated; identities, values of "
      "queries,\n"
      "identifiers in paths, referrers, user agents and cookies go, unless the subject granted them. Lines "
      "that\n"
      "cannot be read, JSON without any known key among them, are reported by number and left out; exit code "
      "1\nthen. How many lines left nothing is said at the end.");
  command->add_option("--policy", options->policy, "Policy, JSON or compiled")->required();
  command->add_option("--subject", options->subject,
                      "Whose lines these are (JSON); without it nobody is known, and nothing is granted");
  command->add_flag("--with-consent", options->with_consent,
                    "Each line carries the consent it was written under: combined, then \"%{Sec-GPC}i\"\n"
                    "\"%{mf_consent}C\"; in JSON the keys sec_gpc and mf_consent");
  command
      ->add_option("--max-reports", options->reports,
                   "How many bad lines are named before they are only counted")
      ->capture_default_str();
  command->add_option("file", options->files, "Logs to read; none, or -, is the standard input");
  command->callback([options, &action] { action = [options] { return redact(*options); }; });
}

}  // namespace metrofax::consent::cli
