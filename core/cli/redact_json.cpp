#include "cli/redact_json.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/canonical.h"
#include "cli/rfc3339.h"
#include "gate/log_text.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

using logs::Field;

/// How the value of a key is read.
enum class Form : std::uint8_t {
  address = static_cast<std::uint8_t>(logs::Form::address),
  whole = static_cast<std::uint8_t>(logs::Form::whole),
  number = static_cast<std::uint8_t>(logs::Form::number),
  word = static_cast<std::uint8_t>(logs::Form::word),
  request_line = static_cast<std::uint8_t>(logs::Form::request_line),
  target = static_cast<std::uint8_t>(logs::Form::target),
  query = static_cast<std::uint8_t>(logs::Form::query),
  time,   ///< a number, or a time in one of the usual spellings
  nested  ///< an object with keys of this list (Caddy)
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
    {"clientaddr", Field::address, Form::address},  // Traefik
    {"clienthost", Field::address, Form::address},
    {"clientport", Field::address, Form::whole},
    {"remoteip", Field::address, Form::address},   // Google Cloud's httpRequest
    {"client.ip", Field::address, Form::address},  // Elastic Common Schema, nested or with dots
    {"client.address", Field::address, Form::address},
    {"client.port", Field::address, Form::whole},
    {"source.ip", Field::address, Form::address},
    {"source.address", Field::address, Form::address},
    {"source.port", Field::address, Form::whole},
    {"remote_user", Field::identity, Form::whole},
    {"user", Field::identity, Form::whole},
    {"user_id", Field::identity, Form::whole},
    {"username", Field::identity, Form::whole},
    {"auth_user", Field::identity, Form::whole},
    {"ident", Field::identity, Form::whole},
    {"auth", Field::identity, Form::whole},
    {"clientusername", Field::identity, Form::whole},
    {"user.id", Field::identity, Form::whole},
    {"user.name", Field::identity, Form::whole},
    {"time", Field::time, Form::time},
    {"ts", Field::time, Form::time},
    {"timestamp", Field::time, Form::time},
    {"@timestamp", Field::time, Form::time},
    {"time_local", Field::time, Form::time},
    {"time_iso8601", Field::time, Form::time},
    {"startutc", Field::time, Form::time},
    {"startlocal", Field::time, Form::time},
    {"method", Field::request, Form::word},
    {"verb", Field::request, Form::word},
    {"httpversion", Field::request, Form::word},
    {"requestmethod", Field::request, Form::word},
    {"requestprotocol", Field::request, Form::word},
    {"requestscheme", Field::request, Form::word},
    {"requesthost", Field::request, Form::word},
    {"http.request.method", Field::request, Form::word},
    {"http.version", Field::request, Form::word},
    {"url.domain", Field::request, Form::word},
    {"url.scheme", Field::request, Form::word},
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
    {"requestpath", Field::request, Form::target},
    {"requesturl", Field::request, Form::target},
    {"url.original", Field::request, Form::target},
    {"url.full", Field::request, Form::target},
    {"url.path", Field::request, Form::target},
    {"url.query", Field::query, Form::query},
    {"args", Field::query, Form::query},
    {"query", Field::query, Form::query},
    {"query_string", Field::query, Form::query},
    {"status", Field::status, Form::number},
    {"status_code", Field::status, Form::number},
    {"code", Field::status, Form::number},
    {"response", Field::status, Form::number},
    {"downstreamstatus", Field::status, Form::number},
    {"originstatus", Field::status, Form::number},
    {"http.response.status_code", Field::status, Form::number},
    {"size", Field::size, Form::number},
    {"requestsize", Field::size, Form::number},
    {"responsesize", Field::size, Form::number},
    {"requestcontentsize", Field::size, Form::number},
    {"downstreamcontentsize", Field::size, Form::number},
    {"origincontentsize", Field::size, Form::number},
    {"originduration", Field::size, Form::number},
    {"http.request.bytes", Field::size, Form::number},
    {"http.request.body.bytes", Field::size, Form::number},
    {"http.response.bytes", Field::size, Form::number},
    {"http.response.body.bytes", Field::size, Form::number},
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
    {"request_referer", Field::referrer, Form::target},
    {"http.request.referrer", Field::referrer, Form::target},
    {"agent", Field::agent, Form::whole},
    {"useragent", Field::agent, Form::whole},
    {"request_user_agent", Field::agent, Form::whole},
    {"user_agent.original", Field::agent, Form::whole},
    {"user_agent", Field::agent, Form::whole},
    {"http_user_agent", Field::agent, Form::whole},
    {"cookie", Field::cookie, Form::whole},
    {"http_cookie", Field::cookie, Form::whole},
    {"request_cookie", Field::cookie, Form::whole},
    {"headers", Field::request, Form::nested},
    {"httprequest", Field::request, Form::nested},
};

constexpr std::size_t kMaxDepth = 3;

// "X-Forwarded-For" is "x_forwarded_for": headers are spelt as the server pleases.
std::string plain_name(std::string_view key) {
  std::string name(key);
  for (char& c : name) c = c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

const Key* find_key(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& one) { return one.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

// Whether keys of the list stand in an object of this name ("client" of "client.ip").
bool holds_keys(std::string_view name) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const Key& one) {
    return one.name.size() > name.size() && one.name.substr(0, name.size()) == name &&
           one.name[name.size()] == '.';
  });
}

// What a key of an object is for; `within` is the name of the object where names of the list have it before
// them. In what Apache's and fluentd's layouts call "host" beside "user" stands the client, unless another
// key says who that is.
const Key* key_of(const nlohmann::json& object, const std::string& name, const std::string& within) {
  const Key* key = find_key(within.empty() ? name : within + "." + name);
  if (name != "host" || key == nullptr || !object.contains("user")) return key;
  for (const auto& [other, value] : object.items()) {
    const Key* beside = find_key(plain_name(other));
    if (beside != nullptr && beside->form == Form::address) return key;
  }
  return find_key("remote_host");
}

std::int64_t read_time(const nlohmann::json& value) {
  if (value.is_number()) {
    const double seconds = value.get<double>();
    if (!(seconds > 0) || seconds > 4e12) return -1;
    return static_cast<std::int64_t>(seconds > 4e10 ? seconds / 1000 : seconds);  // milliseconds are common
  }
  if (!value.is_string()) return -1;
  const std::string& text = value.get_ref<const std::string&>();
  if (const auto time = parse_rfc3339(text)) return *time;
  return logs::time_of(text);
}

// Text kept by the form of its key; false: it goes.
bool keep_text(const Key& key, Kept kept, std::string_view text, std::string& out) {
  if (key.form == Form::nested) return false;
  if (key.form == Form::time && (kept.has(Field::address) || !logs::is_address(text))) {
    out = text;
    return kept.has(key.field) && (parse_rfc3339(text) || logs::time_of(text) >= 0);
  }
  const logs::Form form = key.form == Form::time ? logs::Form::number : static_cast<logs::Form>(key.form);
  out.resize(text.size() + logs::kLineGrowth);
  logs::Out written(out.data(), out.size());
  const bool stays = logs::keep_text(key.field, form, kept, text, written) && !written.full();
  out.resize(stays ? written.size() : 0);
  return stays;
}

// Null: it goes.
nlohmann::json keep_value(const Key& key, const nlohmann::json& value, Kept kept) {
  if (value.is_array()) {  // Caddy's headers: a list of texts each
    nlohmann::json left = nlohmann::json::array();
    for (const nlohmann::json& item : value) {
      if (!item.is_string()) return nullptr;
      nlohmann::json one = keep_value(key, item, kept);
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

// What is left of an object; `known` becomes true where a key of the list stands in it.
nlohmann::json keep_object(const nlohmann::json& object, const std::string& within, Kept kept,
                           std::size_t depth, bool& known) {
  nlohmann::json left = nlohmann::json::object();
  for (const auto& [spelt, value] : object.items()) {
    const std::string name = plain_name(spelt);
    const Key* key = key_of(object, name, within);
    nlohmann::json one;
    if (value.is_object()) {
      const bool opens = key != nullptr && (key->form == Form::nested || key->form == Form::request_line);
      const std::string whole = within.empty() ? name : within + "." + name;
      if (depth >= kMaxDepth || (!opens && !holds_keys(whole))) continue;
      one = keep_object(value, opens ? std::string() : whole, kept, depth + 1, known);
      if (one.empty()) continue;
    } else if (key != nullptr) {
      known = true;
      one = keep_value(*key, value, kept);
    }
    if (!one.is_null()) left[spelt] = std::move(one);
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
    const Key* key = find_key(plain);
    if (key != nullptr && key->form == Form::time && line.time < 0) line.time = read_time(value);
  }
  return nullptr;
}

const char* append_json_line(std::string& out, const JsonLine& line, Kept kept) {
  bool known = false;
  const nlohmann::json left = keep_object(line.value, {}, kept, 0, known);
  if (!known) return "no key of it is one that this command knows";
  if (left.empty() || kept.fields == 0) return nullptr;
  append_canonical(out, left);
  out += '\n';
  return nullptr;
}

}  // namespace metrofax::consent::cli
