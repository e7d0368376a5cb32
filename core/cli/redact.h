// Access-log lines in, lines that the policy allows to keep out (logs.aggregate).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gate/gate.h"
#include "gate/log_line.h"

namespace metrofax::consent::cli {

using logs::Kept;

/// How lines are read.
struct RedactOptions {
  /// Lines carry the consent that was in force when they were written: behind the user agent
  /// `"%{Sec-GPC}i" "%{mf_consent}C"`, in JSON `sec_gpc` and `mf_consent`. Each line is then decided for its
  /// own subject, at its own time; neither field is written.
  bool with_consent = false;
};

/// Turns lines, one at a time. The policy must outlive it.
class Redactor {
 public:
  Redactor(const PolicyView& policy, const Subject& subject, RedactOptions options);

  /// Appends what may be kept of `line` (without its line feed) and a line feed. Null if all is well; else
  /// what is wrong with the line, and nothing was appended. Lines that begin with '{' are JSON, all others
  /// Common or Combined Log Format. A line of which nothing may be kept is dropped without complaint.
  [[nodiscard]] const char* redact(std::string_view line, std::string& out);

 private:
  struct Remembered {
    std::string record;
    std::int64_t day = -1;
    std::int64_t chosen = 0;  ///< unix s of the choice
    bool gpc = false;
    Kept before;  ///< of lines written before it
    Kept after;
  };

  [[nodiscard]] const char* common(std::string_view text, std::string& out);
  [[nodiscard]] const char* json(std::string_view line, std::string& out);
  /// What may be kept of a line with this consent record and GPC header, written at `time` (unix s).
  [[nodiscard]] Kept kept_of(std::string_view record, std::string_view gpc, std::int64_t time);

  const PolicyView& policy_;
  Subject subject_;
  RedactOptions options_;
  Kept kept_;                            ///< of a line that says nothing about its visitor
  std::string written_;                  ///< the line at hand, as far as it is kept
  std::array<Remembered, 256> answers_;  ///< of records seen lately: visitors come in runs
};

}  // namespace metrofax::consent::cli
