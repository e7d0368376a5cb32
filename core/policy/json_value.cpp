#include "policy/json_value.h"

#include "policy/json_reader.h"

namespace metrofax::consent::json {
namespace {

/// Builds a value from nlohmann's events and stops at the first thing that is not allowed.
class ValueBuilder {
 public:
  explicit ValueBuilder(nlohmann::json& root) : root_(root) {}

  bool null() { return add(nullptr) != nullptr; }
  bool boolean(bool value) { return add(value) != nullptr; }
  bool number_integer(std::int64_t value) { return add(value) != nullptr; }
  bool number_unsigned(std::uint64_t value) { return add(value) != nullptr; }
  bool number_float(double value, const std::string&) { return add(value) != nullptr; }
  bool string(std::string& value) { return add(std::move(value)) != nullptr; }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(nlohmann::json::value_t::object); }
  bool start_array(std::size_t) { return open(nlohmann::json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    auto& members = open_.back()->get_ref<nlohmann::json::object_t&>();
    const auto [at, fresh] = members.emplace(std::move(name), nullptr);
    member_ = &at->second;
    return fresh;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

 private:
  template <class T>
  nlohmann::json* add(T&& value) {
    nlohmann::json* slot = &root_;
    if (!open_.empty()) slot = open_.back()->is_array() ? &open_.back()->emplace_back() : member_;
    *slot = std::forward<T>(value);
    return slot;
  }
  bool open(nlohmann::json::value_t type) {
    if (open_.size() >= kMaxDepth) return false;
    open_.push_back(add(nlohmann::json(type)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  nlohmann::json& root_;
  nlohmann::json* member_ = nullptr;
  std::vector<nlohmann::json*> open_;
};

}  // namespace

bool parse_value(std::string_view text, std::size_t max_bytes, nlohmann::json& value, Fault& fault) {
  value = nullptr;
  if (!check_text(text, max_bytes, fault)) return false;
  ValueBuilder builder(value);
  if (nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder)) return true;
  // Only a bad text is worth a second reading that keeps positions; it follows the same rules.
  Document document = read(text);
  fault = document.faults.empty() ? Fault{0, "no JSON value", fb::ErrorCode::bad_json}
                                  : std::move(document.faults.front());
  return false;
}

}  // namespace metrofax::consent::json
