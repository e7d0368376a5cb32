// From the source to the model: regimes, rules, and which clause explains which reason.
#include <algorithm>

#include "policy/compiler_reading.h"

namespace metrofax::consent {
namespace {

std::uint32_t region_code(std::string_view region) {
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < region.size(); ++i)
    code |= std::uint32_t{static_cast<unsigned char>(region[i])} << (8 * i);
  return code;
}

void read_places(Reading& reading, Fields& fields, RegimeDecl& regime, Unique& places) {
  for (const json::Node& node : fields.list("places")) {
    if (node.type != json::Type::text) {
      expected(reading.findings, node, "a place like \"FR\" or \"US-CA\"");
      continue;
    }
    if (std::string problem = place_problem(node.text); !problem.empty()) {
      reading.findings.error(node.at, std::move(problem));
      continue;
    }
    PlaceDecl place;
    place.code = {node.text, node.at};
    places.add(place.code);
    place.country = static_cast<std::uint16_t>(region_code(std::string_view(node.text).substr(0, 2)));
    if (node.text.size() > 3) place.region = region_code(std::string_view(node.text).substr(3));
    regime.places.push_back(std::move(place));
  }
}

void read_signals(Reading& reading, Fields& fields, RegimeDecl& regime) {
  const json::Node* node = fields.get("signals");
  if (node == nullptr) return;
  Fields row(reading.findings, *node, "\"signals\"", {"gpc", "dnt", "nai", "daa", "usp"});
  if (!row.is_object()) return;
  // A signal denies uses; the blob holds the purposes that have any of them.
  const auto denied = [&](std::string_view key) {
    const std::uint32_t uses = row.words(key, use_words(), true, Need::optional);
    PurposeMask mask = 0;
    for (const PurposeDecl& purpose : reading.model.purposes) {
      if ((purpose.uses & uses) != 0) mask |= PurposeMask{1} << purpose.number;
    }
    return mask;
  };
  regime.gpc = denied("gpc");
  regime.dnt = denied("dnt");
  regime.nai = denied("nai");
  regime.daa = denied("daa");
  regime.usp = denied("usp");
}

/// Exactly one regime must carry a flag.
void check_single(Reading& reading, std::string_view flag, bool RegimeDecl::*member,
                  std::string_view meaning) {
  const auto& regimes = reading.model.regimes;
  const RegimeDecl* first = nullptr;
  for (const RegimeDecl& regime : regimes) {
    if (!(regime.*member)) continue;
    if (first != nullptr) {
      reading.findings.error(regime.id.at, "only one regime may be \"" + std::string(flag) + "\": \"" +
                                               first->id.text + "\" at line " +
                                               std::to_string(reading.line(first->id.at)) + " is");
    } else {
      first = &regime;
    }
  }
  if (first == nullptr) {
    reading.findings.error(reading.model.regimes_at, "no regime is \"" + std::string(flag) +
                                                         "\": one must be, for " + std::string(meaning));
  }
}

}  // namespace

void read_regimes(Reading& reading, Fields& root) {
  static const Vocabulary kModels = {{"opt-in", 0}, {"opt-out", 1}};
  PolicyModel& model = reading.model;
  const json::Node* list = root.get("regimes", Need::optional);
  model.regimes_at = list == nullptr ? root.at() : list->at;
  Unique ids(reading, "regime id");
  Unique places(reading, "place");
  for (const json::Node& node : root.list("regimes")) {
    Fields fields(reading.findings, node, "a regime",
                  {"id", "name", "places", "model", "forbids", "signals", "consentLifetime",
                   "refusalLifetime", "reask", "strict", "elsewhere", "source", "email"});
    if (!fields.is_object()) continue;
    if (model.regimes.size() == 255) {
      reading.findings.error(node.at, "more than 255 regimes");
      return;
    }
    RegimeDecl regime;
    regime.id = fields.id("id");
    ids.add(regime.id);
    regime.name = fields.text("name").text;
    read_places(reading, fields, regime, places);
    regime.has_model = node.find("model") != nullptr;
    regime.model = static_cast<fb::Model>(fields.word("model", kModels, 0, Need::optional));
    regime.forbids = reading.purposes(fields, "forbids", true, Need::optional);
    read_signals(reading, fields, regime);
    regime.consent_lifetime = fields.duration("consentLifetime", Need::optional);
    regime.refusal_lifetime = fields.duration("refusalLifetime", Need::optional);
    regime.reask = fields.duration("reask", Need::optional);
    regime.mail = read_mail_regime(reading, fields);
    regime.strict = fields.boolean("strict", false);
    regime.elsewhere = fields.boolean("elsewhere", false);
    fields.text("source", Need::optional);  // for readers
    model.regimes.push_back(std::move(regime));
  }
  check_single(reading, "strict", &RegimeDecl::strict, "visitors whose place is unknown");
  check_single(reading, "elsewhere", &RegimeDecl::elsewhere, "countries that no regime lists");
}

void read_rules(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  Unique ids(reading, "rule id");
  for (const json::Node& node : root.list("rules")) {
    Fields fields(
        reading.findings, node, "a rule",
        {"id", "clause", "kinds", "party", "purposes", "storage", "beacon", "topics", "needs", "mode"});
    if (!fields.is_object()) continue;
    RuleDecl rule;
    rule.at = node.at;
    rule.id = fields.id("id");
    ids.add(rule.id);
    rule.clause = reading.cite(fields, "clause");
    rule.kinds = static_cast<std::uint16_t>(fields.words("kinds", kind_words(), false, Need::required));
    rule.party = static_cast<std::uint8_t>(fields.words("party", party_words(), false));
    rule.purposes = reading.purposes(fields, "purposes", false, Need::optional);
    rule.storage = static_cast<std::uint8_t>(fields.words("storage", storage_kind_words(), false));
    if (node.find("beacon") != nullptr) rule.beacon = fields.boolean("beacon", true) ? 1 : 2;
    rule.topics = fields.words("topics", topic_words(), false);
    rule.needs = static_cast<fb::Needs>(fields.word("needs", needs_words(), 0));
    rule.mode = static_cast<fb::Mode>(
        fields.word("mode", mode_words(), static_cast<std::uint32_t>(fb::Mode::identified), Need::optional));
    model.rules.push_back(std::move(rule));
  }
}

void read_reasons(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  model.reasons_at = root.at();
  const json::Node* node = root.get("reasons");
  if (node == nullptr) return;
  model.reasons_at = node->at;
  if (node->type != json::Type::object) {
    expected(reading.findings, *node, "an object from reasons to clauses");
    return;
  }
  std::vector<std::string_view> names;
  for (const Word& word : reason_words()) names.push_back(word.text);
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    const json::Key& key = node->keys[i];
    ReasonDecl reason;
    reason.name = {key.text, key.at};
    if (const auto value = find_word(reason_words(), key.text)) {
      reason.reason = static_cast<fb::Reason>(*value);
    } else {
      reading.findings.error(key.at,
                             "no reason is called \"" + key.text + "\"" + did_you_mean(names, key.text));
    }
    reason.clause = reading.cite(node->items[i]);
    model.reasons.push_back(std::move(reason));
  }
}

}  // namespace metrofax::consent
