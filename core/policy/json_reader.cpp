#include "policy/json_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace metrofax::consent::json {
namespace {

/// Receives nlohmann's events and builds the tree. The parser tells no positions of good tokens, but every
/// event is one token in the order of the text, so a cursor that steps over it finds where the next one
/// begins.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, Document& document) : text_(text), document_(document) {}

  bool null() { return add(Type::null, 4) != nullptr; }
  bool boolean(bool value) {
    Node* node = add(Type::boolean, value ? 4u : 5u);
    node->boolean = value;
    return true;
  }
  bool number_integer(std::int64_t value) {
    Node* node = add_number(Type::integer);
    node->integer = value;
    node->number = static_cast<double>(value);
    return true;
  }
  bool number_unsigned(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(INT64_MAX))
      return number_integer(static_cast<std::int64_t>(value));
    add_number(Type::number)->number = static_cast<double>(value);
    return true;
  }
  bool number_float(double value, const std::string&) {
    add_number(Type::number)->number = value;
    return true;
  }
  bool string(std::string& value) {
    Node* node = add(Type::text, 0);
    cursor_ = string_end(text_, node->at);
    node->text = std::move(value);
    return true;
  }
  bool binary(std::vector<std::uint8_t>&) { return false; }

  bool start_object(std::size_t) { return open(Type::object); }
  bool end_object() {
    report_duplicates(*open_.back());
    return close();
  }
  bool start_array(std::size_t) { return open(Type::array); }
  bool end_array() { return close(); }

  bool key(std::string& value) {
    const std::size_t at = next_token(text_, cursor_);
    cursor_ = string_end(text_, at);
    open_.back()->keys.push_back({std::move(value), static_cast<std::uint32_t>(at)});
    return true;
  }

  bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) {
    document_.faults.push_back(explain_syntax(text_, next_token(text_, cursor_), read, error.what()));
    return false;
  }

 private:
  void fault(std::size_t at, std::string message) {
    document_.faults.push_back({at, std::move(message), fb::ErrorCode::bad_json});
  }

  Node* add(Type type, std::size_t length) {
    Node* node = &document_.root;
    if (!open_.empty()) node = &open_.back()->items.emplace_back();
    node->type = type;
    const std::size_t at = next_token(text_, cursor_);
    node->at = static_cast<std::uint32_t>(at);
    cursor_ = at + length;
    return node;
  }

  Node* add_number(Type type) {
    Node* node = add(type, 0);
    cursor_ = number_end(text_, node->at);
    return node;
  }

  bool open(Type type) {
    Node* node = add(type, 1);
    if (open_.size() >= kMaxDepth) {
      fault(node->at, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
      return false;
    }
    // A parent's list does not grow while a child is open, so this pointer holds until close().
    open_.push_back(node);
    return true;
  }

  bool close() {
    cursor_ = next_token(text_, cursor_) + 1;
    open_.pop_back();
    return true;
  }

  void report_duplicates(const Node& object) {
    std::vector<std::size_t> order(object.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return object.keys[a].text < object.keys[b].text; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const Key& key = object.keys[order[i]];
      if (key.text == object.keys[order[i - 1]].text) {
        fault(key.at, "the key \"" + key.text + "\" stands twice in this object");
      }
    }
  }

  std::string_view text_;
  Document& document_;
  std::size_t cursor_ = 0;
  std::vector<Node*> open_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.text == key; });
  if (found == keys.end()) return nullptr;
  return &items[static_cast<std::size_t>(found - keys.begin())];
}

Document read(std::string_view text) {
  Document document;
  if (Fault fault; !check_text(text, kMaxBytes, fault)) {
    document.faults.push_back(std::move(fault));
    return document;
  }
  TreeBuilder builder(text, document);
  document.complete = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder);
  std::stable_sort(document.faults.begin(), document.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  return document;
}

}  // namespace metrofax::consent::json
