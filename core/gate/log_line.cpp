#include "gate/log_line.h"

#include <algorithm>

#include "gate/log_text.h"

namespace metrofax::consent::logs {
namespace {

constexpr auto kFirstField = static_cast<std::uint32_t>(fb::Topic::field_address);
constexpr std::string_view kDash = "-";
constexpr std::size_t kMaxNumber = 24;
constexpr std::size_t kMaxWord = 253;  ///< RFC 1035 §2.3.4: the longest host name

bool is_number_byte(char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; }
bool is_word_byte(char c) {
  return is_number_byte(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == ':';
}

template <class Allowed>
bool is_all(std::string_view text, std::size_t longest, Allowed allowed) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

void add_target(Out& out, std::string_view target, Kept kept) {
  if (kept.has(Field::query)) {
    out.add(target);
  } else {
    append_clean_target(out, target);
  }
}

void add_request(Out& out, const RequestLine& line, Kept kept) {
  out.add(line.method);
  out.add(' ');
  add_target(out, line.target, kept);
  if (line.protocol.empty()) return;
  out.add(' ');
  out.add(line.protocol);
}

void add_quoted(Out& out, std::string_view text) {
  out.add(" \"");
  out.add(text);
  out.add('"');
}

}  // namespace

Kept ask_fields(const PolicyView& policy, const Subject& subject) {
  Kept kept;
  if (!policy.loaded()) return kept;
  for (unsigned field = 0; field < kFields; ++field) {
    Request request;
    request.kind = fb::Kind::log_line;
    request.topics = static_cast<fb::Topic>(kFirstField << field);
    if (decide(policy, subject, request).outcome == fb::Outcome::allow) kept.fields |= 1u << field;
  }
  return kept;
}

bool keep_text(Field field, Form form, Kept kept, std::string_view text, Out& out) {
  const bool allowed = kept.has(field);
  // An address is one wherever it stands: layouts call the client "host", and what the client sent as Host
  // may be one too.
  if (allowed && !kept.has(Field::address) && is_address(text)) {
    append_network(out, text);
    return true;
  }
  switch (form) {
    case Form::address:
      if (allowed) {
        out.add(text);
      } else {
        append_network(out, text);
      }
      return true;
    case Form::whole:
      out.add(text);
      return allowed;
    case Form::number:
      out.add(text);
      return allowed && is_all(text, kMaxNumber, is_number_byte);
    case Form::word:
      out.add(text);
      // A host name of a client's line may be made of its address or its number.
      return allowed && (kept.has(Field::query) || !looks_like_identifier(text)) &&
             is_all(text, kMaxWord, is_word_byte);
    case Form::request_line: {
      RequestLine line;
      if (allowed && !text.empty() && text.front() == '/') {  // Logstash: the target alone
        add_target(out, text, kept);
        return true;
      }
      if (!allowed || !cut_request(text, line)) return false;
      add_request(out, line, kept);
      return true;
    }
    case Form::target:
      if (allowed) add_target(out, text, kept);
      return allowed;
    case Form::query:
      // The names in a query tell as much as a path does.
      if (allowed) {
        out.add(text);
      } else if (kept.has(Field::request)) {
        append_clean_query(out, text);
      }
      return allowed || kept.has(Field::request);
  }
  return false;
}

void write_line(const LogLine& line, Kept kept, Out& out) {
  if (kept.has(Field::address)) {
    out.add(line.address);
  } else {
    append_network(out, line.address);
  }
  // RFC 1413 identity and user name.
  const bool named = kept.has(Field::identity);
  out.add(' ');
  out.add(named ? line.ident : kDash);
  out.add(' ');
  out.add(named ? line.user : kDash);
  out.add(" [");
  out.add(kept.has(Field::time) ? line.time : kDash);
  out.add("] \"");
  // Anything but a request is somebody's noise, of which nothing is kept.
  RequestLine request;
  if (kept.has(Field::request) && cut_request(line.request, request)) {
    add_request(out, request, kept);
  } else {
    out.add(kDash);
  }
  out.add("\" ");
  out.add(kept.has(Field::status) ? line.status : kDash);
  out.add(' ');
  out.add(kept.has(Field::size) ? line.size : kDash);
  if (!line.combined) return;
  out.add(" \"");
  if (kept.has(Field::referrer)) {
    add_target(out, line.referrer, kept);
  } else {
    out.add(kDash);
  }
  out.add('"');
  add_quoted(out, kept.has(Field::agent) ? line.agent : kDash);
}

}  // namespace metrofax::consent::logs
