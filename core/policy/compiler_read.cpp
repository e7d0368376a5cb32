// From the source to the model: the frame of the policy, its versions, its controllers.
#include <algorithm>
#include <string>

#include "consent/record.h"
#include "policy/compiler_reading.h"

namespace metrofax::consent {
namespace {

constexpr std::string_view kOwnClause = "scope.site";

void read_effective(Reading& reading, Fields& root) {
  const json::Node* node = root.get("effective");
  if (node == nullptr) return;
  Fields fields(reading.findings, *node, "\"effective\"", {"currentUsers", "newUsers"});
  const Name current = fields.text("currentUsers");
  if (const auto time = parse_date(current.text)) {
    reading.model.effective = *time;
  } else if (!current.text.empty()) {
    reading.findings.error(current.at,
                           "expected a date YYYY-MM-DD for \"currentUsers\", found \"" + current.text + "\"");
  }
  const Name fresh = fields.text("newUsers");
  if (!fresh.text.empty() && fresh.text != "on-acceptance" && !parse_date(fresh.text)) {
    reading.findings.error(
        fresh.at,
        "expected \"on-acceptance\" or a date YYYY-MM-DD for \"newUsers\", found \"" + fresh.text + "\"");
  }
  reading.model.new_users = fresh.text;
}

void read_versions(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  model.version = root.id("version");
  Unique versions(reading, "version");
  versions.add(model.version);
  for (const json::Node& node : root.list("supersedes", Need::optional)) {
    Fields fields(reading.findings, node, "a superseded version",
                  {"version", "material", "transition", "purposes"});
    if (!fields.is_object()) continue;
    RevisionDecl revision;
    revision.version = fields.id("version");
    versions.add(revision.version);
    revision.material = fields.boolean("material", true, Need::required);
    revision.transition = fields.boolean("transition", false, Need::optional);
    if (revision.transition && !revision.material) {
      const json::Node* at = node.find("transition");
      reading.findings.error(at != nullptr ? at->at : node.at,
                             "a transition gives people a choice: \"material\" must be true");
    }
    if (node.find("purposes") != nullptr) {
      revision.purposes = reading.purposes(fields, "purposes", true, Need::required);
    }
    model.supersedes.push_back(std::move(revision));
  }
}

// A choice whose record does not fit into its cookie would not be kept: every version and regime has to leave
// room for the longest that a visitor can choose, every vendor refused among it.
void check_record_room(Reading& reading) {
  const PolicyModel& model = reading.model;
  const RegimeDecl* longest = nullptr;
  for (const RegimeDecl& regime : model.regimes) {
    if (longest == nullptr || regime.id.text.size() > longest->id.text.size()) longest = &regime;
  }
  if (longest == nullptr) return;
  ConsentRecord record;
  record.policy_version = record.regime = "x";
  record.time = record.older = 0xFFFFFFFF;  // until 2106
  for (const PurposeDecl& purpose : model.purposes) {
    record.granted |= PurposeMask{1} << purpose.number;
    record.denied = record.granted;
  }
  record.specific = record.granted & (record.granted - 1);  // all but one: the longest to write
  for (const VendorDecl& vendor : model.vendors) {
    if (vendor.number / 32u < record.refused.size())
      record.refused[vendor.number / 32u] |= std::uint32_t{1} << vendor.number % 32u;
  }
  char text[kMaxRecordBytes];
  const Result<std::size_t> length = write_record(record, text);
  std::size_t room = 0;
  if (length.ok()) {
    // The sum has eight digits at most; this one's may begin with zeros, which are not written.
    const std::string_view written(text, length.value());
    const std::size_t sum = written.size() - written.rfind('~') - 1;
    room = kMaxRecordBytes + 2 + sum - written.size() - 8;
  }
  const auto check = [&](const Name& version) {
    const std::size_t used = version.text.size() + longest->id.text.size();
    if (version.text.empty() || used <= room) return;
    reading.findings.error(version.at, "the version \"" + version.text + "\" and the regime \"" +
                                           longest->id.text + "\" have " + std::to_string(used) +
                                           " bytes, and a consent cookie under this policy has room for " +
                                           std::to_string(room) + ": a visitor's choice could not be kept");
  };
  check(model.version);
  for (const RevisionDecl& revision : model.supersedes) check(revision.version);
}

void read_controllers(Reading& reading, Fields& root) {
  static const Vocabulary kRoles = {{"controller", 0}, {"joint", 1}};
  for (const json::Node& node : root.list("controllers")) {
    Fields fields(reading.findings, node, "a controller", {"name", "address", "role"});
    if (!fields.is_object()) continue;
    Controller controller;
    controller.name = fields.text("name").text;
    controller.address = fields.text("address", Need::optional).text;
    controller.role = kRoles[fields.word("role", kRoles, 0)].text;
    reading.model.controllers.push_back(std::move(controller));
  }
}

/// What no single part can see.
void check_whole(Reading& reading, const Fields& root) {
  PolicyModel& model = reading.model;
  model.own_clause = reading.clause(kOwnClause);
  if (model.own_clause == kNoClause) {
    reading.findings.error(root.at(),
                           "the clause \"scope.site\" must be declared: our own hosts stand on it");
  } else {
    ++model.clauses[model.own_clause].cited;
  }
}

}  // namespace

PurposeMask PolicyModel::necessary() const {
  PurposeMask mask = 0;
  for (const PurposeDecl& purpose : purposes) {
    if (purpose.necessary) mask |= PurposeMask{1} << purpose.number;
  }
  return mask;
}

std::vector<std::string> PolicyModel::purpose_ids(PurposeMask mask) const {
  std::vector<const PurposeDecl*> chosen;
  for (const PurposeDecl& purpose : purposes) {
    if ((mask >> purpose.number & 1u) != 0) chosen.push_back(&purpose);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const PurposeDecl* a, const PurposeDecl* b) { return a->number < b->number; });
  std::vector<std::string> ids;
  ids.reserve(chosen.size());
  for (const PurposeDecl* purpose : chosen) ids.push_back(purpose->id.text);
  return ids;
}

void Reading::declare_clause(const Name& id, ClauseIndex index) {
  if (id.text.empty()) return;
  const auto [known, fresh] = clauses_.emplace(id.text, index);
  if (!fresh) {
    findings.error(id.at, "the clause \"" + id.text + "\" stands twice: first at line " +
                              std::to_string(line(model.clauses[known->second].id.at)));
  }
}

ClauseIndex Reading::clause(std::string_view id) const {
  const auto found = clauses_.find(std::string(id));
  return found == clauses_.end() ? kNoClause : found->second;
}

std::vector<std::string_view> Reading::clause_names() const {
  std::vector<std::string_view> names;
  for (const ClauseDecl& clause : model.clauses) names.push_back(clause.id.text);
  return names;
}

ClauseIndex Reading::cite(Fields& fields, std::string_view key, Need need) {
  const json::Node* node = fields.get(key, need);
  return node == nullptr ? kNoClause : cite(*node);
}

ClauseIndex Reading::cite(const json::Node& node) {
  if (node.type != json::Type::text) {
    expected(findings, node, "the id of a clause");
    return kNoClause;
  }
  const ClauseIndex index = clause(node.text);
  if (index == kNoClause) {
    findings.error(node.at,
                   "no clause has the id \"" + node.text + "\"" + did_you_mean(clause_names(), node.text));
  } else {
    ++model.clauses[index].cited;
  }
  return index;
}

PurposeMask Reading::purpose(Fields& fields, std::string_view key, Name& name) {
  const json::Node* node = fields.get(key);
  if (node == nullptr) return 0;
  name = {node->text, node->at};
  return read_word(findings, *node, purpose_words, "the id of a purpose for \"" + std::string(key) + "\"")
      .value_or(0);
}

PurposeMask Reading::purposes(Fields& fields, std::string_view key, bool may_be_empty, Need need) const {
  return fields.words(key, purpose_words, may_be_empty, need);
}

void Unique::add(const std::string& key, std::uint32_t at, const std::string& shown) {
  if (key.empty()) return;
  const auto [known, fresh] = seen_.emplace(key, at);
  if (!fresh) {
    reading_.findings.error(at, "the " + what_ + " \"" + shown + "\" stands twice: first at line " +
                                    std::to_string(reading_.line(known->second)));
  }
}

PolicyModel read_policy(std::string_view source, Findings& findings) {
  PolicyModel model;
  const json::Document document = json::read(source);
  for (const json::Fault& fault : document.faults) findings.error(fault.offset, fault.message);
  if (!document.complete) return model;

  Fields root(findings, document.root, "the policy",
              {"$schema", "format", "id", "version", "effective", "supersedes", "controllers", "policyUrl",
               "enforcement", "firstParty", "purposes", "vendors", "adChoices", "storage", "regimes", "rules",
               "reasons", "email", "clauses"});
  if (!root.is_object()) return model;
  Reading reading(source, model, findings);
  root.text("$schema", Need::optional);
  root.integer("format", 1, 1);
  model.id = root.id("id");
  read_clauses(reading, root);
  read_purposes(reading, root);
  read_effective(reading, root);
  read_versions(reading, root);
  read_controllers(reading, root);
  model.policy_url = root.url("policyUrl");
  model.enforcement =
      static_cast<std::uint8_t>(root.word("enforcement", enforcement_words(), 0, Need::optional));
  read_first_party(reading, root);
  read_vendors(reading, root);
  read_ad_choices(reading, root);
  read_own_storage(reading, root);
  read_regimes(reading, root);
  read_rules(reading, root);
  read_reasons(reading, root);
  read_mail(reading, root);
  check_record_room(reading);
  check_whole(reading, root);
  return model;
}

}  // namespace metrofax::consent
