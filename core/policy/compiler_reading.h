// What the parts of the policy reader share: the model being filled, the findings, and the names that others
// refer to.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/compiler_fields.h"
#include "policy/compiler_model.h"
#include "policy/json_text.h"

namespace metrofax::consent {

/// The state of one reading. Clauses and purposes are read first, whatever their place in the source, because
/// everything else refers to them.
class Reading {
 public:
  Reading(std::string_view source, PolicyModel& policy, Findings& found)
      : model(policy), findings(found), lines_(source) {}

  PolicyModel& model;
  Findings& findings;
  Vocabulary purpose_words;  ///< id -> bit

  /// Makes a clause known; reports one that is known already.
  void declare_clause(const Name& id, ClauseIndex index);
  /// The clause that `key` names, counted as cited; kNoClause (and a finding) when it is unknown.
  ClauseIndex cite(Fields& fields, std::string_view key, Need need = Need::required);
  ClauseIndex cite(const json::Node& node);
  /// A clause by id, not counted; kNoClause when there is none.
  [[nodiscard]] ClauseIndex clause(std::string_view id) const;

  /// One purpose by id; the mask is 0 when it is unknown (and reported).
  PurposeMask purpose(Fields& fields, std::string_view key, Name& name);
  PurposeMask purposes(Fields& fields, std::string_view key, bool may_be_empty, Need need) const;

  /// The line of a byte, for "first at line N".
  [[nodiscard]] std::uint32_t line(std::size_t at) const { return lines_.at(at).line; }

 private:
  json::LineIndex lines_;
  std::unordered_map<std::string, ClauseIndex> clauses_;
  std::vector<std::string_view> clause_names() const;
};

/// Reports the second of two equal names.
class Unique {
 public:
  Unique(Reading& reading, std::string_view what) : reading_(reading), what_(what) {}
  /// Empty names (already reported) are passed over. `shown` is what the message calls the name.
  void add(const Name& name) { add(name.text, name.at, name.text); }
  void add(const std::string& key, std::uint32_t at, const std::string& shown);

 private:
  Reading& reading_;
  std::string what_;
  std::unordered_map<std::string, std::uint32_t> seen_;
};

void read_clauses(Reading& reading, Fields& root);
void read_purposes(Reading& reading, Fields& root);
void read_first_party(Reading& reading, Fields& root);
void read_vendors(Reading& reading, Fields& root);
void read_ad_choices(Reading& reading, Fields& root);
void read_own_storage(Reading& reading, Fields& root);
void read_regimes(Reading& reading, Fields& root);
void read_rules(Reading& reading, Fields& root);
void read_reasons(Reading& reading, Fields& root);
void read_mail(Reading& reading, Fields& root);
/// What one regime says of mail, under its key "email".
[[nodiscard]] MailRegimeDecl read_mail_regime(Reading& reading, Fields& regime);

/// A prefix of a URL path: begins with "/", plain characters, at most 128 bytes.
[[nodiscard]] Name read_path(Reading& reading, Fields& fields);

}  // namespace metrofax::consent
