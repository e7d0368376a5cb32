// Typed access to the members of one object of an authored policy; whatever is wrong becomes a finding at its
// place.
#pragma once

#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiler_model.h"
#include "policy/compiler_names.h"
#include "policy/json_reader.h"

namespace metrofax::consent {

/// Whether a key must be there.
enum class Need : bool { optional, required };

/// What stands in a place, for "found …": `the number 5`, `an empty string`, `an object`.
[[nodiscard]] std::string describe(const json::Node& node);

/// " (did you mean "x"?)" for a word that is near one of `words`, else "".
[[nodiscard]] std::string did_you_mean(const std::vector<std::string_view>& words, std::string_view text);

/// One closed object. Construction reports a value that is no object and every key that is not in `keys`; the
/// getters report missing keys and wrong values and then return an empty value, so that reading goes on and
/// finds the rest.
class Fields {
 public:
  /// `what` names the object in messages: "a vendor". `keys` must outlive this (literals).
  Fields(Findings& findings, const json::Node& node, std::string_view what,
         std::initializer_list<std::string_view> keys);

  [[nodiscard]] bool is_object() const { return node_.type == json::Type::object; }
  [[nodiscard]] std::uint32_t at() const { return node_.at; }

  /// The value of a key, or nullptr; reports it when it is required and missing.
  const json::Node* get(std::string_view key, Need need = Need::required);

  /// A text that is not empty.
  Name text(std::string_view key, Need need = Need::required);
  /// An identifier (is_id).
  Name id(std::string_view key, Need need = Need::required);
  /// An address that may be shown as a link: http, https, or a path of the site. Empty when absent or null.
  std::string url(std::string_view key, Need need = Need::required);
  bool boolean(std::string_view key, bool otherwise, Need need = Need::optional);
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, Need need = Need::required);
  /// Seconds of a duration above zero, 0 when absent.
  std::uint32_t duration(std::string_view key, Need need = Need::required);
  /// One word of a vocabulary, or `otherwise`.
  std::uint32_t word(std::string_view key, const Vocabulary& words, std::uint32_t otherwise,
                     Need need = Need::required);
  /// The union of a list of words, each at most once. 0 when absent or wrong; an empty list is an error when
  /// it would read as "any" (`may_be_empty` false).
  std::uint32_t words(std::string_view key, const Vocabulary& words, bool may_be_empty,
                      Need need = Need::optional);
  /// The elements of a list; none when absent or wrong.
  const std::vector<json::Node>& list(std::string_view key, Need need = Need::required);

 private:
  Findings& findings_;
  const json::Node& node_;
  std::string what_;
};

/// Reports "expected … , found …" at a node.
void expected(Findings& findings, const json::Node& node, std::string_view what);

/// The value of a word that a node holds; reports what is no text or not in the vocabulary.
[[nodiscard]] std::optional<std::uint32_t> read_word(Findings& findings, const json::Node& node,
                                                     const Vocabulary& words, std::string_view what);

}  // namespace metrofax::consent
