#include "cli/redact_json.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/canonical.h"
#include "cli/clf.h"
#include "cli/redact_text.h"
#include "cli/rfc3339.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

/// How the value of a key is read.
enum class Form : std::uint8_t {
  address,       ///< one address: its network where the field is refused
  whole,         ///< text that goes or stays as a whole
  number,        ///< a number, or digits
  time,          ///< a number, or a time in one of the usual spellings
  word,          ///< a method, a protocol, a host name
  request_line,  ///< METHOD target PROTOCOL
  target,        ///< a path or URL, with or without query
  query,         ///< a query alone
  nested         ///< an object with keys of this list (Caddy)
};

struct Key {
  std::string_view name;
  Field field;
  Form form;
};

constexpr Key kKeys[] = {
    {"remote_addr", Field::address, Form::address},
    {"remote_ip", Field::address, Form::address},
    {"remote_host", Field::address, Form::address},
    {"client_ip", Field::address, Form::address},
    {"clientip", Field::address, Form::address},
    {"ip", Field::address, Form::address},
    {"x_forwarded_for", Field::address, Form::whole},
    {"http_x_forwarded_for", Field::address, Form::whole},
    {"remote_port", Field::address, Form::whole},
    {"remote_user", Field::identity, Form::whole},
    {"user", Field::identity, Form::whole},
    {"user_id", Field::identity, Form::whole},
    {"username", Field::identity, Form::whole},
    {"auth_user", Field::identity, Form::whole},
    {"ident", Field::identity, Form::whole},
    {"time", Field::time, Form::time},
    {"ts", Field::time, Form::time},
    {"timestamp", Field::time, Form::time},
    {"@timestamp", Field::time, Form::time},
    {"time_local", Field::time, Form::time},
    {"time_iso8601", Field::time, Form::time},
    {"method", Field::request, Form::word},
    {"request_method", Field::request, Form::word},
    {"protocol", Field::request, Form::word},
    {"server_protocol", Field::request, Form::word},
    {"proto", Field::request, Form::word},
    {"scheme", Field::request, Form::word},
    {"host", Field::request, Form::word},
    {"http_host", Field::request, Form::word},
    {"server_name", Field::request, Form::word},
    {"vhost", Field::request, Form::word},
    {"request", Field::request, Form::request_line},
    {"request_uri", Field::request, Form::target},
    {"uri", Field::request, Form::target},
    {"url", Field::request, Form::target},
    {"path", Field::request, Form::target},
    {"args", Field::query, Form::query},
    {"query", Field::query, Form::query},
    {"query_string", Field::query, Form::query},
    {"status", Field::status, Form::number},
    {"status_code", Field::status, Form::number},
    {"size", Field::size, Form::number},
    {"bytes", Field::size, Form::number},
    {"bytes_sent", Field::size, Form::number},
    {"bytes_read", Field::size, Form::number},
    {"body_bytes_sent", Field::size, Form::number},
    {"request_length", Field::size, Form::number},
    {"request_time", Field::size, Form::number},
    {"upstream_response_time", Field::size, Form::number},
    {"duration", Field::size, Form::number},
    {"referer", Field::referrer, Form::target},
    {"referrer", Field::referrer, Form::target},
    {"http_referer", Field::referrer, Form::target},
    {"http_referrer", Field::referrer, Form::target},
    {"agent", Field::agent, Form::whole},
    {"user_agent", Field::agent, Form::whole},
    {"http_user_agent", Field::agent, Form::whole},
    {"cookie", Field::cookie, Form::whole},
    {"http_cookie", Field::cookie, Form::whole},
    {"headers", Field::request, Form::nested},
};

constexpr std::size_t kMaxDepth = 3;

// "X-Forwarded-For" is "x_forwarded_for": headers are spelt as the server pleases.
std::string plain_name(std::string_view key) {
  std::string name(key);
  for (char& c : name) c = c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

const Key* find_key(std::string_view key) {
  const std::string name = plain_name(key);
  const auto* found =
      std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& one) { return one.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

template <class Allowed>
bool all(std::string_view text, std::size_t longest, Allowed allowed) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::int64_t read_time(const nlohmann::json& value) {
  if (value.is_number()) {
    const double seconds = value.get<double>();
    if (!(seconds > 0) || seconds > 4e12) return -1;
    return static_cast<std::int64_t>(seconds > 4e10 ? seconds / 1000 : seconds);  // milliseconds are common
  }
  if (!value.is_string()) return -1;
  const std::string& text = value.get_ref<const std::string&>();
  if (const auto time = parse_rfc3339(text)) return *time;
  return time_of(text);
}

// Text kept by the form of its key; false: it goes.
bool keep_text(const Key& key, Kept kept, std::string_view text, std::string& out) {
  const bool allowed = kept.has(key.field);
  switch (key.form) {
    case Form::address:
      if (allowed) {
        out = text;
      } else {
        append_network(out, text);
      }
      return true;
    case Form::whole:
      out = text;
      return allowed;
    case Form::number:
      out = text;
      return allowed && all(text, 24, [](char c) { return is_digit(c) || c == '.' || c == '-'; });
    case Form::time:
      out = text;
      return allowed && (parse_rfc3339(text) || time_of(text) >= 0);
    case Form::word:
      out = text;
      return allowed && all(text, 253, [](char c) {
               return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '/' || c == ':';
             });
    case Form::request_line: {
      RequestLine line;
      if (!allowed || !cut_request(text, line)) return false;
      out.append(line.method).append(" ");
      kept.has(Field::query) ? static_cast<void>(out += line.target) : append_clean_target(out, line.target);
      if (!line.protocol.empty()) out.append(" ").append(line.protocol);
      return true;
    }
    case Form::target:
      if (!allowed) return false;
      kept.has(Field::query) ? static_cast<void>(out = text) : append_clean_target(out, text);
      return true;
    case Form::query:
      // The names in a query tell as much as a path does.
      if (!allowed && !kept.has(Field::request)) return false;
      allowed ? static_cast<void>(out = text) : append_clean_query(out, text);
      return true;
    case Form::nested:
      break;
  }
  return false;
}

nlohmann::json keep_object(const nlohmann::json& object, Kept kept, std::size_t depth);

// Null: it goes.
nlohmann::json keep_value(const Key& key, const nlohmann::json& value, Kept kept, std::size_t depth) {
  if (value.is_object()) {
    const bool opens = key.form == Form::nested || key.form == Form::request_line;
    if (!opens || depth >= kMaxDepth) return nullptr;
    nlohmann::json left = keep_object(value, kept, depth + 1);
    return left.empty() ? nlohmann::json(nullptr) : left;
  }
  if (value.is_array()) {  // Caddy's headers: a list of texts each
    nlohmann::json left = nlohmann::json::array();
    for (const nlohmann::json& item : value) {
      if (!item.is_string()) return nullptr;
      nlohmann::json one = keep_value(key, item, kept, depth);
      if (!one.is_null()) left.push_back(std::move(one));
    }
    return left.empty() ? nlohmann::json(nullptr) : left;
  }
  if (value.is_string()) {
    std::string text;
    if (!keep_text(key, kept, value.get_ref<const std::string&>(), text)) return nullptr;
    return text;
  }
  const bool numeric = key.form == Form::number || key.form == Form::time || key.form == Form::whole;
  return value.is_number() && numeric && kept.has(key.field) ? value : nlohmann::json(nullptr);
}

nlohmann::json keep_object(const nlohmann::json& object, Kept kept, std::size_t depth) {
  nlohmann::json left = nlohmann::json::object();
  for (const auto& [name, value] : object.items()) {
    const Key* key = find_key(name);
    if (key == nullptr) continue;
    nlohmann::json one = keep_value(*key, value, kept, depth);
    if (!one.is_null()) left[name] = std::move(one);
  }
  return left;
}

}  // namespace

const char* parse_json_line(std::string_view text, JsonLine& line) {
  constexpr std::size_t longest = std::size_t{1} << 20;
  json::Fault fault;
  if (!json::parse_value(text, longest, line.value, fault)) return "not good JSON";
  if (!line.value.is_object()) return "expected a JSON object";
  for (const auto& [name, value] : line.value.items()) {
    const std::string plain = plain_name(name);
    if (plain == "mf_consent" && value.is_string()) line.consent = value.get<std::string>();
    if (plain == "sec_gpc" && value.is_string()) line.gpc = value.get<std::string>();
    const Key* key = find_key(name);
    if (key != nullptr && key->form == Form::time && line.time < 0) line.time = read_time(value);
  }
  return nullptr;
}

void append_json_line(std::string& out, const JsonLine& line, Kept kept) {
  const nlohmann::json left = keep_object(line.value, kept, 0);
  if (left.empty()) return;
  append_canonical(out, left);
  out += '\n';
}

}  // namespace metrofax::consent::cli
