#include "policy/compiler.h"

#include <algorithm>

#include "policy/compiler_model.h"
#include "policy/lint.h"

namespace metrofax::consent {

void Findings::add(Severity severity, std::size_t at, std::string message) {
  if (severity == Severity::error) ++errors_;
  entries_.push_back({at, severity, std::move(message)});
}

std::vector<Finding> Findings::place(std::string_view source) const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
  const json::LineIndex lines(source);
  std::vector<Finding> placed;
  placed.reserve(sorted.size());
  for (Entry& entry : sorted) {
    const json::Position position = lines.at(entry.at);
    placed.push_back({entry.severity, position.line, position.column, std::move(entry.message)});
  }
  return placed;
}

std::string format_finding(std::string_view file, const Finding& finding) {
  return std::string(file) + ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column) +
         (finding.severity == Severity::error ? ": error: " : ": warning: ") + finding.message;
}

CompileOutput compile_policy(std::string_view source, PolicyReader reader) {
  CompileOutput output;
  Findings findings;
  const PolicyModel model = read_policy(source, findings);
  if (!findings.has_errors()) lint_reasons(model, findings);
  if (!findings.has_errors()) output.blob = emit_policy(model, source, reader, findings);
  output.findings = findings.place(source);
  return output;
}

}  // namespace metrofax::consent
