// Access-log lines in JSON, as nginx, Caddy, Traefik, Google Cloud, Elastic (ECS) and Apache's JSON layouts,
// fluentd's and Logstash's among them, write them. What a key is for is known
// for a list of keys; every other key is dropped.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/redact.h"

namespace metrofax::consent::cli {

/// A line, parsed; `consent`, `gpc` and `time` (unix s, -1 unknown) are what it says about its visitor.
struct JsonLine {
  nlohmann::json value;
  std::string consent;
  std::string gpc;
  std::int64_t time = -1;
};

/// Null if `text` is one JSON object; else what is wrong with it.
[[nodiscard]] const char* parse_json_line(std::string_view text, JsonLine& line);

/// Appends what may be kept of it, in the canonical form (RFC 8785), and a line feed; nothing where nothing
/// is left. Null if all is well; else what is wrong with the line: a layout of which no key is known.
[[nodiscard]] const char* append_json_line(std::string& out, const JsonLine& line, Kept kept);

}  // namespace metrofax::consent::cli
