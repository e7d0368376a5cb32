#include "policy/compiler_fields.h"

#include <algorithm>

namespace metrofax::consent {
namespace {

const std::vector<json::Node> kNoNodes;

}  // namespace

std::string describe(const json::Node& node) {
  switch (node.type) {
    case json::Type::null:
      return "null";
    case json::Type::boolean:
      return node.boolean ? "true" : "false";
    case json::Type::integer:
      return "the number " + std::to_string(node.integer);
    case json::Type::number:
      return "a number that is no whole one";
    case json::Type::text:
      if (node.text.empty()) return "an empty string";
      return in_quotes(node.text.size() <= 60 ? node.text : node.text.substr(0, 57) + "...");
    case json::Type::array:
      return node.items.empty() ? "an empty list" : "a list";
    case json::Type::object:
      return "an object";
  }
  return "nothing";
}

std::string did_you_mean(const std::vector<std::string_view>& words, std::string_view text) {
  const std::string nearest = nearest_word(words, text);
  return nearest.empty() ? "" : " (did you mean " + in_quotes(nearest) + "?)";
}

void expected(Findings& findings, const json::Node& node, std::string_view what) {
  findings.error(node.at, "expected " + std::string(what) + ", found " + describe(node));
}

std::optional<std::uint32_t> read_word(Findings& findings, const json::Node& node, const Vocabulary& words,
                                       std::string_view what) {
  if (node.type == json::Type::text) {
    if (const auto value = find_word(words, node.text)) return value;
  }
  std::string message = "expected " + std::string(what) + ", found " + describe(node);
  std::vector<std::string_view> texts;
  for (const Word& word : words) texts.push_back(word.text);
  if (node.type == json::Type::text) message += did_you_mean(texts, node.text);
  if (words.size() <= 8) {
    message += "; one of";
    for (const Word& word : words) message += (&word == &words.front() ? " " : ", ") + word.text;
  }
  findings.error(node.at, std::move(message));
  return std::nullopt;
}

Fields::Fields(Findings& findings, const json::Node& node, std::string_view what,
               std::initializer_list<std::string_view> keys)
    : findings_(findings), node_(node), what_(what) {
  if (!is_object()) {
    expected(findings_, node_, what_ + " (an object)");
    return;
  }
  for (const json::Key& key : node_.keys) {
    if (std::find(keys.begin(), keys.end(), key.text) != keys.end()) continue;
    findings_.error(key.at, "unknown key " + in_quotes(key.text) + " in " + what_ +
                                did_you_mean(std::vector<std::string_view>(keys), key.text));
  }
}

const json::Node* Fields::get(std::string_view key, Need need) {
  if (!is_object()) return nullptr;
  const json::Node* node = node_.find(key);
  if (node == nullptr && need == Need::required) {
    findings_.error(node_.at, what_ + " lacks the key " + in_quotes(key));
  }
  return node;
}

Name Fields::text(std::string_view key, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return {"", at()};
  if (node->type != json::Type::text || node->text.empty()) {
    expected(findings_, *node, "a text that is not empty for " + in_quotes(key));
    return {"", node->at};
  }
  return {node->text, node->at};
}

Name Fields::id(std::string_view key, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return {"", at()};
  if (node->type != json::Type::text || !is_id(node->text)) {
    expected(findings_, *node,
             "an identifier for " + in_quotes(key) +
                 " (lower-case letters and digits, joined by single '-' or '.', at most 48 bytes)");
    return {"", node->at};
  }
  return {node->text, node->at};
}

std::string Fields::url(std::string_view key, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr || (need == Need::optional && node->type == json::Type::null)) return "";
  const std::string_view text = node->text;
  const bool path = text.substr(0, 1) == "/" && text.substr(0, 2) != "//";
  const bool web = text.substr(0, 8) == "https://" || text.substr(0, 7) == "http://";
  if (node->type != json::Type::text || !(path || web) ||
      text.find_first_of(" \t\r\n\"<>\\") != std::string_view::npos) {
    expected(findings_, *node,
             "an http or https address, or a path that begins with \"/\", for " + in_quotes(key));
    return "";
  }
  return node->text;
}

bool Fields::boolean(std::string_view key, bool otherwise, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return otherwise;
  if (node->type != json::Type::boolean) {
    expected(findings_, *node, "true or false for " + in_quotes(key));
    return otherwise;
  }
  return node->boolean;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t low, std::int64_t high, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return low;
  if (node->type != json::Type::integer || node->integer < low || node->integer > high) {
    expected(findings_, *node,
             "a whole number from " + std::to_string(low) + " to " + std::to_string(high) + " for " +
                 in_quotes(key));
    return low;
  }
  return node->integer;
}

std::uint32_t Fields::duration(std::string_view key, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return 0;
  const auto seconds = node->type == json::Type::text ? parse_duration(node->text) : std::nullopt;
  if (!seconds || *seconds == 0) {
    expected(findings_, *node,
             "an ISO 8601 duration above zero and under 136 years (\"P13M\") for " + in_quotes(key));
    return 0;
  }
  return *seconds;
}

std::uint32_t Fields::word(std::string_view key, const Vocabulary& words, std::uint32_t otherwise,
                           Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return otherwise;
  return read_word(findings_, *node, words, "a word for " + in_quotes(key)).value_or(otherwise);
}

std::uint32_t Fields::words(std::string_view key, const Vocabulary& words, bool may_be_empty, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return 0;
  if (node->type != json::Type::array || (node->items.empty() && !may_be_empty)) {
    expected(findings_, *node,
             (may_be_empty ? "a list for " : "a list that is not empty for ") + in_quotes(key));
    return 0;
  }
  std::uint32_t mask = 0;
  std::vector<std::string_view> seen;
  for (const json::Node& item : node->items) {
    const auto bits = read_word(findings_, item, words,
                                key == "purposes" ? "the id of a purpose of this policy in \"purposes\""
                                                  : "a word in " + in_quotes(key));
    if (!bits) continue;
    if (std::find(seen.begin(), seen.end(), item.text) != seen.end()) {
      findings_.error(item.at, in_quotes(item.text) + " stands twice in " + in_quotes(key));
    }
    seen.push_back(item.text);
    mask |= *bits;
  }
  return mask;
}

const std::vector<json::Node>& Fields::list(std::string_view key, Need need) {
  const json::Node* node = get(key, need);
  if (node == nullptr) return kNoNodes;
  if (node->type != json::Type::array) {
    expected(findings_, *node, "a list for " + in_quotes(key));
    return kNoNodes;
  }
  return node->items;
}

}  // namespace metrofax::consent
