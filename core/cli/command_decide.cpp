// mfconsent decide, mfconsent policy explain
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/canonical.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/op.h"
#include "cli/ops_decide.h"
#include "cli/policies.h"
#include "policy/json_reader.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

struct Options {
  std::string policy;
  std::string subject;
  std::string request;
};

void add_options(CLI::App* command, Options& options) {
  command->add_option("--policy", options.policy, "Policy, JSON or compiled")->required();
  command->add_option("--subject", options.subject, "What is known of the visitor or recipient (JSON)")
      ->required();
  command->add_option("--request", options.request, "What somebody wants to do (JSON)")->required();
}

void print_error(const std::string& file, std::string_view text, std::size_t offset,
                 const std::string& message) {
  const json::Position at = json::LineIndex(text).at(offset);
  std::fprintf(stderr, "%s:%u:%u: error: %s\n", file.c_str(), at.line, at.column, message.c_str());
}

/// One input file: its text, for positions, and its value.
struct Input {
  std::string text;
  nlohmann::json value;
};

std::optional<Input> read_input(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::nullopt;
  Input input{std::move(*text), nullptr};
  json::Fault fault;
  if (json::parse_value(input.text, json::kMaxBytes, input.value, fault)) return input;
  print_error(path, input.text, fault.offset, fault.message);
  return std::nullopt;
}

/// The byte of the deepest part of a JSON pointer ("/consent/time") that the text has.
std::size_t locate(std::string_view text, std::string_view pointer) {
  const json::Document document = json::read(text);
  const json::Node* node = &document.root;
  while (!pointer.empty() && pointer.front() == '/') {
    pointer.remove_prefix(1);
    const auto key = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(key.size());
    const json::Node* next = nullptr;
    if (node->type == json::Type::object) {
      next = node->find(key);
    } else if (node->type == json::Type::array) {
      const std::size_t index = std::strtoul(std::string(key).c_str(), nullptr, 10);
      if (index < node->items.size()) next = &node->items[index];
    }
    if (next == nullptr) break;
    node = next;
  }
  return node->at;
}

/// An operation's error names its place as "/subject/…: what": find the file and the position.
void print_op_error(const Options& options, const Input& subject, const Input& request,
                    const OpError& error) {
  const auto in = [&](std::string_view root, const std::string& file, const Input& input) {
    if (error.message.compare(0, root.size(), root) != 0) return false;
    const auto end = error.message.find(':');
    const auto pointer = std::string_view(error.message).substr(0, end).substr(root.size());
    print_error(file, input.text, locate(input.text, pointer), error.message);
    return true;
  };
  if (in("/subject", options.subject, subject) || in("/request", options.request, request)) return;
  std::fprintf(stderr, "mfconsent: error: %s: %s\n", fb::EnumNameErrorCode(error.code),
               error.message.c_str());
}

int run(const Options& options, std::string (*answer)(const nlohmann::json&)) {
  if (const int code = register_policies({options.policy}); code != kGood) return code;
  auto subject = read_input(options.subject);
  auto request = read_input(options.request);
  if (!subject || !request) return kBadInput;
  try {
    const nlohmann::json input = {{"subject", subject->value}, {"request", request->value}};
    const std::string text = answer(input);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
    return kGood;
  } catch (const OpError& error) {
    print_op_error(options, *subject, *request, error);
    return kBadInput;
  }
}

std::string verdict_text(const nlohmann::json& input) { return canonical(decide_op(input).at("verdict")); }

}  // namespace

void add_decide(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("decide", "Print the verdict on one request as JSON, with its reason and clause");
  add_options(command, *options);
  command->callback([options, &action] { action = [options] { return run(*options, verdict_text); }; });
}

void add_policy_explain(CLI::App& policy, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = policy.add_subcommand(
      "explain", "Print the path that a verdict took: every step, and the one that decided");
  add_options(command, *options);
  command->callback([options, &action] { action = [options] { return run(*options, explain); }; });
}

}  // namespace metrofax::consent::cli
