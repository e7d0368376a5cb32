// From the source to the model: clauses and purposes, which everything else refers to.
#include "policy/compiler_reading.h"

namespace metrofax::consent {

void read_clauses(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  for (const json::Node& node : root.list("clauses")) {
    Fields fields(reading.findings, node, "a clause", {"id", "says", "does", "declarative"});
    if (!fields.is_object()) continue;
    if (model.clauses.size() >= kNoClause) {
      reading.findings.error(node.at, "more than 65534 clauses");
      return;
    }
    ClauseDecl clause;
    clause.id = fields.id("id");
    clause.says = fields.text("says").text;
    clause.does = fields.text("does").text;
    clause.is_declarative = node.find("declarative") != nullptr;
    clause.declarative = fields.text("declarative", Need::optional).text;
    reading.declare_clause(clause.id, static_cast<ClauseIndex>(model.clauses.size()));
    model.clauses.push_back(std::move(clause));
  }
}

void read_purposes(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  Unique ids(reading, "purpose id");
  Unique numbers(reading, "purpose number");
  for (const json::Node& node : root.list("purposes")) {
    Fields fields(
        reading.findings, node, "a purpose",
        {"id", "number", "name", "description", "necessary", "uses", "mode", "retention", "clause", "shown"});
    if (!fields.is_object()) continue;
    PurposeDecl purpose;
    purpose.id = fields.id("id");
    ids.add(purpose.id);
    purpose.number = static_cast<std::uint8_t>(fields.integer("number", 0, 31));
    if (const json::Node* number = node.find("number");
        number != nullptr && number->type == json::Type::integer) {
      numbers.add(std::to_string(number->integer), number->at, std::to_string(number->integer));
    }
    purpose.name = fields.text("name").text;
    purpose.description = fields.text("description").text;
    purpose.necessary = fields.boolean("necessary", false, Need::required);
    purpose.uses = static_cast<std::uint8_t>(fields.words("uses", use_words(), true, Need::required));
    purpose.mode = static_cast<fb::Mode>(fields.word("mode", mode_words(), 0));
    purpose.retention = fields.duration("retention");
    purpose.clause = reading.cite(fields, "clause");
    purpose.shown = fields.boolean("shown", false, Need::required);
    if (!purpose.id.text.empty()) {
      reading.purpose_words.push_back({purpose.id.text, PurposeMask{1} << purpose.number});
    }
    model.purposes.push_back(std::move(purpose));
  }
  // First-party requests without a purpose of their own are purpose 0: it must need nobody's consent.
  if ((model.necessary() & 1u) == 0) {
    const json::Node* list = root.get("purposes", Need::optional);
    reading.findings.error(
        list == nullptr ? root.at() : list->at,
        "the purpose with number 0 must exist and be necessary: it is what our own pages are for");
  }
}

}  // namespace metrofax::consent
