#include "cli/redact.h"

#include <functional>

#include "cli/redact_json.h"
#include "consent/record.h"

namespace metrofax::consent::cli {
namespace {

using logs::ask_fields;

constexpr std::int64_t kDay = 86400;

}  // namespace

Redactor::Redactor(const PolicyView& policy, const Subject& subject, RedactOptions options)
    : policy_(policy), subject_(subject), options_(options), kept_(ask_fields(policy, subject)) {}

const char* Redactor::redact(std::string_view line, std::string& out) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) return "the line is empty";
  return line.front() == '{' ? json(line, out) : common(line, out);
}

const char* Redactor::common(std::string_view text, std::string& out) {
  logs::LogLine line;
  if (const char* problem = logs::cut_line(text, line)) return problem;
  Kept kept = kept_;
  if (options_.with_consent) {
    if (!line.has_consent) return "expected \"%{Sec-GPC}i\" \"%{mf_consent}C\" behind the user agent";
    kept = kept_of(line.consent, line.gpc, logs::time_of(line.time));
  }
  if (kept.fields == 0) return nullptr;
  if (written_.size() < text.size() + logs::kLineGrowth)
    written_.resize(2 * (text.size() + logs::kLineGrowth));
  logs::Out written(written_.data(), written_.size());
  logs::write_line(line, kept, written);
  written.add('\n');
  if (written.full()) return "longer than this command expected";
  out += written.text();
  return nullptr;
}

const char* Redactor::json(std::string_view line, std::string& out) {
  JsonLine parsed;
  if (const char* problem = parse_json_line(line, parsed)) return problem;
  Kept kept = kept_;
  if (options_.with_consent) kept = kept_of(parsed.consent, parsed.gpc, parsed.time);
  return append_json_line(out, parsed, kept);
}

Kept Redactor::kept_of(std::string_view record, std::string_view gpc, std::int64_t time) {
  const bool opted_out = gpc == "1";
  const bool none = record.empty() || record == "-";
  if (none && !opted_out) return kept_;
  // A grant ages by days, not by seconds: a day's answers are one answer, taken at its end so that a grant is
  // never believed for longer than it lasts.
  const std::int64_t day = time > 0 ? time / kDay : 0;
  const std::size_t place =
      (std::hash<std::string_view>{}(record) ^ static_cast<std::size_t>(day * 2 + (opted_out ? 1 : 0))) %
      answers_.size();
  Remembered& remembered = answers_[place];
  if (remembered.record != record || remembered.day != day || remembered.gpc != opted_out) {
    Subject subject = subject_;
    subject.now = time > 0 ? (day + 1) * kDay - 1 : 0;
    subject.consent = ConsentState{};
    if (opted_out) subject.signals.gpc = fb::Tri::on;
    remembered = {std::string(record), day, 0, opted_out, ask_fields(policy_, subject), {}};
    remembered.after = remembered.before;
    if (const Result<ConsentRecord> read = read_record(record); read.ok()) {
      const ConsentRecord& consent = read.value();
      subject.regime = PolicyView::index_of(policy_.regime_ids, consent.regime);
      subject.consent = {true,
                         consent.granted,
                         consent.denied,
                         consent.time,
                         consent.older,
                         policy_.revision_of(consent.policy_version),
                         consent.specific};
      remembered.chosen = consent.time;
      remembered.after = ask_fields(policy_, subject);
    }
  }
  // A choice made later than the line says nothing about the line.
  return time < remembered.chosen ? remembered.before : remembered.after;
}

}  // namespace metrofax::consent::cli
