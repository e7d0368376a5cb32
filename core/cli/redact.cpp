#include "cli/redact.h"

#include <cstring>
#include <functional>

#include "cli/clf.h"
#include "cli/redact_json.h"
#include "cli/redact_text.h"
#include "consent/record.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr auto kFirstField = static_cast<std::uint32_t>(fb::Topic::field_address);

using std::string_view_literals::operator""sv;  // their length is known, where a pointer's is counted

void append_quoted(std::string& out, std::string_view text) {
  out.append(" \""sv).append(text).push_back('"');
}

// "GET /path?a=1 HTTP/1.1" by its parts; anything else is somebody's noise, of which nothing is kept.
void append_request(std::string& out, std::string_view request, Kept kept) {
  out += " \""sv;
  RequestLine line;
  if (!kept.has(Field::request) || !cut_request(request, line)) {
    out += '-';
  } else {
    out.append(line.method).push_back(' ');
    if (kept.has(Field::query)) {
      out += line.target;
    } else {
      append_clean_target(out, line.target);
    }
    if (!line.protocol.empty()) out.append(" "sv).append(line.protocol);
  }
  out += '"';
}

void append_line(std::string& out, const LogLine& line, Kept kept) {
  constexpr std::string_view nothing = "-";
  if (kept.has(Field::address)) {
    out += line.address;
  } else {
    append_network(out, line.address);
  }
  // RFC 1413 identity and user name.
  const bool named = kept.has(Field::identity);
  out.append(" "sv).append(named ? line.ident : nothing);
  out.append(" "sv).append(named ? line.user : nothing);
  out.append(" ["sv).append(kept.has(Field::time) ? line.time : nothing).push_back(']');
  append_request(out, line.request, kept);
  out.append(" "sv).append(kept.has(Field::status) ? line.status : nothing);
  out.append(" "sv).append(kept.has(Field::size) ? line.size : nothing);
  if (line.combined) {
    if (!kept.has(Field::referrer)) {
      append_quoted(out, nothing);
    } else if (kept.has(Field::query)) {
      append_quoted(out, line.referrer);
    } else {
      out += " \""sv;
      append_clean_target(out, line.referrer);
      out += '"';
    }
    append_quoted(out, kept.has(Field::agent) ? line.agent : nothing);
  }
  out += '\n';
}

}  // namespace

Kept ask_fields(const PolicyView& policy, const Subject& subject) {
  Kept kept;
  for (unsigned field = 0; field < kFields; ++field) {
    Request request;
    request.kind = fb::Kind::log_line;
    request.topics = static_cast<fb::Topic>(kFirstField << field);
    if (decide(policy, subject, request).outcome == fb::Outcome::allow) kept.fields |= 1u << field;
  }
  return kept;
}

Redactor::Redactor(const PolicyView& policy, const Subject& subject, RedactOptions options)
    : policy_(policy), subject_(subject), options_(options), kept_(ask_fields(policy, subject)) {}

const char* Redactor::redact(std::string_view line, std::string& out) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) return "the line is empty";
  return line.front() == '{' ? json(line, out) : common(line, out);
}

const char* Redactor::common(std::string_view text, std::string& out) {
  LogLine line;
  if (const char* problem = cut_line(text, line)) return problem;
  Kept kept = kept_;
  if (options_.with_consent) {
    if (!line.has_consent) return "expected \"%{Sec-GPC}i\" \"%{mf_consent}C\" behind the user agent";
    kept = kept_of(line.consent, line.gpc, time_of(line.time));
  }
  if (kept.fields != 0) append_line(out, line, kept);
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
