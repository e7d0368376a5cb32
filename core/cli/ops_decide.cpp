#include "cli/ops_decide.h"

#include <map>
#include <memory>
#include <vector>

#include "cli/json_fields.h"
#include "gate/choice.h"
#include "gate/gate.h"
#include "gate/mail_group.h"
#include "signals/headers.h"
#include "signals/light.h"

namespace metrofax::consent::cli {
namespace {

struct Loaded {
  std::vector<std::uint64_t> bytes;  // of eights: the blob wants 8-byte alignment
  PolicyView view;
};

std::map<std::string, Loaded, std::less<>>& policies() {
  static std::map<std::string, Loaded, std::less<>> loaded;
  return loaded;
}

const PolicyView*& default_policy() {
  static const PolicyView* policy = nullptr;
  return policy;
}

const PolicyView& policy_of(const Fields& input) { return policy_named(input.text("policy")); }

// ---- subject
// -----------------------------------------------------------------------------------------------------

std::uint16_t regime_of(const PolicyView& policy, const Fields& fields, std::string_view country,
                        std::string_view region) {
  const std::string_view regime = fields.text("regime");
  if (!regime.empty()) {
    const std::uint16_t index = PolicyView::index_of(policy.regime_ids, regime);
    if (index == kNoIndex)
      fail(ErrorCode::bad_value, fields.at("regime"), "the id of a regime of the policy");
    return index;
  }
  if (country.empty()) return kNoIndex;
  if (region.size() > 3 && region.substr(0, 2) == country && region[2] == '-') region.remove_prefix(3);
  return policy.regime_of_place(country, region);
}

ConsentState consent_of(const PolicyView& policy, const Fields& subject) {
  ConsentState consent;
  const nlohmann::json* value = subject.find("consent");
  if (value == nullptr) return consent;
  const Fields fields(*value, subject.at("consent"),
                      {"purposes", "vendors", "policyVersion", "time", "specific", "combined"});
  consent.present = true;
  if (const nlohmann::json* purposes = fields.find("purposes")) {
    if (!purposes->is_object()) fail(ErrorCode::wrong_type, fields.at("purposes"), "an object");
    for (const auto& [id, state] : purposes->items()) {
      const std::string pointer = fields.at("purposes") + "/" + id;
      const bool granted = state == "granted";
      // E2: who withdrew is denied; that it was once otherwise is the receipts' business.
      if (!granted && state != "denied" && state != "withdrawn")
        fail(ErrorCode::bad_value, pointer, "one of granted, denied, withdrawn");
      // A record may name purposes of another version of the policy; they decide nothing under this one.
      const std::uint16_t number = PolicyView::index_of(policy.purpose_ids, id);
      if (number < 32) (granted ? consent.granted : consent.denied) |= PurposeSet{1} << number;
    }
  }
  if (const nlohmann::json* vendors = fields.find("vendors")) {
    if (!vendors->is_object()) fail(ErrorCode::wrong_type, fields.at("vendors"), "an object");
    for (const auto& [id, state] : vendors->items()) {
      if (state != "granted" && state != "denied")
        fail(ErrorCode::bad_value, fields.at("vendors") + "/" + id, "one of granted, denied");
      // Of another version of the policy, like a purpose.
      const std::uint16_t vendor = PolicyView::index_of(policy.vendor_ids, id);
      if (vendor != kNoIndex) choose_vendor(policy, consent, vendor, state == "granted");
    }
  }
  consent.revision = policy.revision_of(fields.text("policyVersion"));
  consent.time = fields.time("time");
  consent.specific = fields.flag("specific") ? ~PurposeSet{0} : 0;
  consent.combined = fields.flag("combined");
  return consent;
}

fb::Tri tri(const Fields& fields, std::string_view key) {
  if (fields.find(key) == nullptr) return fb::Tri::unset;
  return fields.flag(key) ? fb::Tri::on : fb::Tri::off;
}

void read_vendor_opt_outs(const PolicyView& policy, const Fields& fields, Subject& subject) {
  const nlohmann::json* value = fields.find("vendorOptOuts");
  if (value == nullptr) return;
  const std::string pointer = fields.at("vendorOptOuts");
  if (!value->is_array()) fail(ErrorCode::wrong_type, pointer, "an array of vendors' ids");
  if (value->size() > kMaxOptOuts) fail(ErrorCode::too_long, pointer, "at most 8 ids");
  for (std::size_t i = 0; i < value->size(); ++i) {
    const nlohmann::json& id = (*value)[i];
    const std::uint16_t vendor =
        id.is_string() ? PolicyView::index_of(policy.vendor_ids, id.get_ref<const std::string&>()) : kNoIndex;
    if (vendor == kNoIndex)
      fail(ErrorCode::bad_value, pointer + "/" + std::to_string(i), "the id of a vendor of the policy");
    subject.opted_out[i] = static_cast<std::uint16_t>(vendor + 1u);
  }
}

Signals signals_of(const PolicyView& policy, const Fields& of, Subject& subject) {
  Signals signals;
  const nlohmann::json* value = of.find("signals");
  if (value == nullptr) return signals;
  const Fields fields(*value, of.at("signals"),
                      {"gpc", "dnt", "naiOptOut", "daaOptOut", "usp", "gpp", "tcf", "vendorOptOuts"});
  signals.gpc = tri(fields, "gpc");
  signals.dnt = tri(fields, "dnt");
  signals.nai_opt_out = tri(fields, "naiOptOut");
  signals.daa_opt_out = tri(fields, "daaOptOut");
  const struct {
    const char* key;
    Light (*read)(std::string_view text);
    fb::Tri& into;
  } strings[] = {{"usp", usp_opts_out, signals.usp_opt_out},
                 {"gpp", gpp_opts_out, signals.gpp_opt_out},
                 {"tcf", tcf_denies, signals.tcf_denied}};
  for (const auto& one : strings) {
    const std::string_view text = fields.text(one.key);
    const Light light = text.empty() ? Light::unset : one.read(text);
    // A string that is there and cannot be read says something: it counts as an opt-out.
    signals.unreadable |= light == Light::unreadable;
    one.into = light == Light::unreadable ? fb::Tri::unset : static_cast<fb::Tri>(light);
  }
  read_vendor_opt_outs(policy, fields, subject);
  return signals;
}

Subject subject_at(const PolicyView& policy, const nlohmann::json& value, const std::string& pointer) {
  const Fields fields(
      value, pointer,
      {"now", "regime", "country", "region", "consent", "signals", "account", "age", "parental"});
  Subject subject;
  subject.now = fields.time("now");
  subject.regime = regime_of(policy, fields, fields.text("country"), fields.text("region"));
  subject.consent = consent_of(policy, fields);
  subject.signals = signals_of(policy, fields, subject);
  if (const nlohmann::json* account = fields.find("account")) {
    const Fields in(*account, fields.at("account"), {"state", "promotional", "rememberMe"});
    subject.account = static_cast<fb::AccountState>(in.choice("state", {"none", "active", "deactivated"}));
    subject.promotional = static_cast<fb::Promotional>(in.choice("promotional", {"unknown", "in", "out"}));
    subject.remember_me = in.flag("rememberMe");
  }
  subject.age = static_cast<fb::Age>(fields.choice("age", {"unknown", "under13", "13plus"}));
  if (const nlohmann::json* parental = fields.find("parental")) {
    if (!parental->is_object()) fail(ErrorCode::wrong_type, fields.at("parental"), "an object");
    unsigned grants = 0;
    for (const auto& [recipient, state] : parental->items()) {
      if (state != "granted") fail(ErrorCode::bad_value, fields.at("parental") + "/" + recipient, "granted");
      const std::uint16_t vendor = PolicyView::index_of(policy.vendor_ids, recipient);
      if (vendor != kNoIndex && grants < kMaxParentalGrants) subject.parental[grants++] = vendor;
    }
  }
  return subject;
}

// ---- request
// -----------------------------------------------------------------------------------------------------

template <class Enum>
bool find_name(std::string_view name, const char* (*name_of)(Enum), Enum last, Enum& found) {
  for (unsigned value = 1; value <= static_cast<unsigned>(last); ++value) {
    if (name != name_of(static_cast<Enum>(value))) continue;
    found = static_cast<Enum>(value);
    return true;
  }
  return false;
}

fb::Kind kind_of(const Fields& request) {
  std::string name(request.text("kind"));
  for (char& c : name)
    c = c == '_' ? ' ' : c == '.' ? '_' : c;  // enumerators have an underscore where JSON has a dot
  fb::Kind kind = fb::Kind::none;
  find_name(name, fb::EnumNameKind, fb::Kind::MAX, kind);
  return kind;
}

fb::Topic topic_of(std::string_view prefix, std::string_view name, const std::string& pointer) {
  std::string wanted(prefix);
  for (const char c : name) wanted += c == '-' ? '_' : c;
  for (unsigned bit = 0; bit < 32; ++bit) {
    const auto topic = static_cast<fb::Topic>(std::uint32_t{1} << bit);
    if (wanted == fb::EnumNameTopic(topic)) return topic;
  }
  fail(ErrorCode::bad_value, pointer, "a name the policy's rules know");
}

std::uint8_t purpose_of(const PolicyView& policy, const Fields& request) {
  const std::string_view id = request.text("purpose");
  if (id.empty()) return 0xFF;
  const std::uint16_t number = PolicyView::index_of(policy.purpose_ids, id);
  if (number == kNoIndex)
    fail(ErrorCode::bad_value, request.at("purpose"), "the id of a purpose of the policy");
  return static_cast<std::uint8_t>(number);
}

fb::Mode mode_of(const Fields& fields, std::string_view key, fb::Mode otherwise) {
  if (fields.find(key) == nullptr) return otherwise;
  return static_cast<fb::Mode>(fields.choice(key, {"off", "anonymous", "pseudonymous", "identified"}));
}

// E3: the campaign's regime, where the request names one, and what everybody in To, Cc and Bcc allows.
void read_mail(const PolicyView& policy, const nlohmann::json& value, Request& request) {
  if (request.kind == fb::Kind::email_send) {
    const Fields fields(value, "/request", {"kind", "class", "sentBefore"});
    request.topics = topic_of("class_", fields.text("class"), fields.at("class"));
    request.sent_before = fields.flag("sentBefore");
    return;
  }
  if (request.kind == fb::Kind::email_load) {
    const Fields fields(value, "/request", {"kind", "url", "hidden"});
    if (fields.find("url") == nullptr) fail(ErrorCode::missing_key, "/request/url", "a value");
    request.url = fields.text("url");
    request.hidden = fields.flag("hidden");
    return;
  }
  const Fields fields(
      value, "/request",
      {"kind", "campaign", "asked", "regime", "class", "purpose", "ceiling", "clamp", "coRecipients"});
  // A campaign's number as `email merge` takes it, or its name: kept by the caller, decided by neither.
  if (const nlohmann::json* campaign = fields.find("campaign"); campaign != nullptr && !campaign->is_number())
    static_cast<void>(fields.text("campaign"));
  if (!fields.text("regime").empty()) request.regime = regime_of(policy, fields, {}, {});
  request.asked = mode_of(fields, "asked", fb::Mode::off);
  if (!fields.text("class").empty())
    request.topics = topic_of("class_", fields.text("class"), fields.at("class"));
  request.purpose = purpose_of(policy, fields);
  request.ceiling = mode_of(fields, "ceiling", fb::Mode::identified);
  request.clamp = fields.flag("clamp");
  const nlohmann::json* others = fields.find("coRecipients");
  if (others == nullptr) return;
  if (!others->is_array()) fail(ErrorCode::wrong_type, fields.at("coRecipients"), "an array of subjects");
  for (std::size_t i = 0; i < others->size(); ++i) {
    const Subject other =
        subject_at(policy, (*others)[i], fields.at("coRecipients") + "/" + std::to_string(i));
    request.ceiling = narrowed_by(policy, other, request);
  }
}

void read_data(const PolicyView& policy, const nlohmann::json& value, Request& request) {
  if (request.kind == fb::Kind::profile_link) {
    const Fields fields(value, "/request", {"kind", "source", "identified"});
    request.topics = topic_of("source_", fields.text("source"), fields.at("source"));
    request.identified = fields.flag("identified");
    return;
  }
  if (request.kind == fb::Kind::log_line) {
    const Fields fields(value, "/request", {"kind", "fields"});
    const nlohmann::json& names = fields.need("fields");
    if (!names.is_array()) fail(ErrorCode::wrong_type, fields.at("fields"), "an array of field names");
    std::uint32_t topics = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string pointer = fields.at("fields") + "/" + std::to_string(i);
      if (!names[i].is_string()) fail(ErrorCode::wrong_type, pointer, "text");
      topics |=
          static_cast<std::uint32_t>(topic_of("field_", names[i].get_ref<const std::string&>(), pointer));
    }
    request.topics = static_cast<fb::Topic>(topics);
    return;
  }
  const Fields fields(value, "/request", {"kind", "party", "purpose"});
  const std::string_view party = fields.text("party");
  if (fields.text("purpose") == "legal") {
    request.topics = fb::Topic::to_legal;
    return;
  }
  request.purpose = purpose_of(policy, fields);
  request.party = PolicyView::index_of(policy.vendor_ids, party);
  if (request.party != kNoIndex) {
    request.topics = fb::Topic::to_processor;
  } else {
    request.topics = party == "entity" ? fb::Topic::data_entity : topic_of("to_", party, fields.at("party"));
  }
}

// `line` holds what request.key points into where a cookie is asked for by its name alone.
Request request_of(const PolicyView& policy, const nlohmann::json& value, std::string& line) {
  if (!value.is_object()) fail(ErrorCode::wrong_type, "/request", "an object");
  Request request;
  const auto kind = value.find("kind");
  if (kind == value.end() || !kind->is_string())
    fail(ErrorCode::missing_key, "/request/kind", "a kind of request");
  request.kind = kind_of(Fields({{"kind", *kind}}, "/request", {"kind"}));
  switch (request.kind) {
    case fb::Kind::web_request: {
      const Fields fields(value, "/request", {"kind", "url", "initiator", "page"});
      if (fields.find("url") == nullptr) fail(ErrorCode::missing_key, "/request/url", "a value");
      request.url = fields.text("url");
      request.page = fields.text("page");
      find_name(fields.text("initiator"), fb::EnumNameInitiator, fb::Initiator::MAX, request.initiator);
      break;
    }
    case fb::Kind::web_storage: {
      const Fields fields(value, "/request", {"kind", "api", "key", "line", "page", "writer"});
      find_name(fields.text("api"), fb::EnumNameStorageApi, fb::StorageApi::MAX, request.api);
      request.page = fields.text("page");
      request.writer = fields.text("writer");
      request.key = fields.text("line");
      if (request.key.empty()) request.key = fields.text("key");
      const bool cookie = request.api == fb::StorageApi::cookie || request.api == fb::StorageApi::httpCookie;
      if (cookie && fields.find("line") == nullptr) {
        line = std::string(request.key) + "=";
        request.key = line;
      }
      break;
    }
    case fb::Kind::web_handoff: {
      const Fields fields(value, "/request", {"kind", "url", "page"});
      request.url = fields.text("url");
      request.page = fields.text("page");
      break;
    }
    case fb::Kind::area: {
      const Fields fields(value, "/request", {"kind", "area", "page"});
      request.key = fields.text("area");
      request.page = fields.text("page");
      break;
    }
    case fb::Kind::email_send:
    case fb::Kind::email_open:
    case fb::Kind::email_click:
    case fb::Kind::email_load:
      read_mail(policy, value, request);
      break;
    case fb::Kind::profile_link:
    case fb::Kind::log_line:
    case fb::Kind::disclosure:
      read_data(policy, value, request);
      break;
    case fb::Kind::none:
      break;
  }
  return request;
}

// ---- verdict
// -----------------------------------------------------------------------------------------------------

nlohmann::json id_or_null(Ids list, unsigned index) {
  const std::string_view id = index < kNoIndex ? PolicyView::id_at(list, index) : std::string_view{};
  return id.empty() ? nlohmann::json(nullptr) : nlohmann::json(std::string(id));
}

nlohmann::json to_json(const PolicyView& policy, const Verdict& verdict) {
  const bool recorded = verdict.mode != fb::Mode::off;
  return {{"outcome", fb::EnumNameOutcome(verdict.outcome)},
          {"mode", fb::EnumNameMode(verdict.mode)},
          {"reason", fb::EnumNameReason(verdict.reason)},
          {"reasonCode", static_cast<unsigned>(verdict.reason)},
          {"clause", id_or_null(policy.clause_ids, verdict.clause)},
          {"purpose", id_or_null(policy.purpose_ids, verdict.purpose == 0xFF ? kNoIndex : verdict.purpose)},
          {"vendor", id_or_null(policy.vendor_ids, verdict.vendor)},
          {"retention", recorded ? nlohmann::json(verdict.retention) : nlohmann::json(nullptr)}};
}

Verdict ask(const nlohmann::json& input, const PolicyView*& policy, Trace* trace) {
  const Fields fields(input, "", {"policy", "subject", "request"});
  policy = &policy_of(fields);
  const Subject subject = subject_at(*policy, fields.need("subject"), "/subject");
  std::string line;
  const Request request = request_of(*policy, fields.need("request"), line);
  return decide(*policy, subject, request, trace);
}

}  // namespace

bool set_policy(std::string_view name, std::span<const std::uint8_t> blob, Error& error) {
  Loaded loaded;
  loaded.bytes.resize((blob.size() + 7) / 8);
  auto* bytes = reinterpret_cast<std::uint8_t*>(loaded.bytes.data());
  std::copy(blob.begin(), blob.end(), bytes);
  const Result<PolicyView> opened = PolicyView::open({bytes, blob.size()});
  error = opened.error();
  if (!opened.ok()) return false;
  loaded.view = opened.value();
  const auto [place, added] = policies().insert_or_assign(std::string(name), std::move(loaded));
  if (default_policy() == nullptr || !added) default_policy() = &place->second.view;
  return true;
}

const PolicyView* find_policy(std::string_view name) {
  if (name.empty()) return default_policy();
  const auto found = policies().find(name);
  return found == policies().end() ? nullptr : &found->second.view;
}

const PolicyView& policy_named(std::string_view name) {
  const PolicyView* found = find_policy(name);
  if (found == nullptr && name.empty())
    fail(ErrorCode::policy_not_loaded, "/policy", "a policy given with --policy");
  if (found == nullptr)
    fail(ErrorCode::policy_unknown, "/policy", "the name of a policy given with --policy");
  return *found;
}

Subject read_subject(const PolicyView& policy, const nlohmann::json& value) {
  return subject_at(policy, value, "/subject");
}

nlohmann::json verdict_json(const PolicyView& policy, const Verdict& verdict) {
  return to_json(policy, verdict);
}

nlohmann::json decide_op(const nlohmann::json& input) {
  const PolicyView* policy = nullptr;
  const Verdict verdict = ask(input, policy, nullptr);
  return {{"verdict", to_json(*policy, verdict)}};
}

std::string explain(const nlohmann::json& input) {
  auto trace = std::make_unique<Trace>();
  const PolicyView* policy = nullptr;
  const Verdict verdict = ask(input, policy, trace.get());
  std::string text;
  std::uint8_t purpose = 0xFF;
  for (unsigned i = 0; i < trace->size; ++i) {
    const Trace::Entry& entry = trace->entries[i];
    if (entry.purpose != purpose && entry.purpose != 0xFF) {
      text += "purpose " + std::string(PolicyView::id_at(policy->purpose_ids, entry.purpose)) + "\n";
    }
    purpose = entry.purpose;
    text += "  " + std::string(step_name(entry.step)) + ": ";
    if (entry.decided) {
      text += std::string(fb::EnumNameOutcome(entry.verdict.outcome)) + ", " +
              fb::EnumNameReason(entry.verdict.reason);
      const std::string_view clause = PolicyView::id_at(policy->clause_ids, entry.verdict.clause);
      if (entry.verdict.clause != kNoIndex && !clause.empty()) text += " [" + std::string(clause) + "]";
    } else {
      text += "passes";
    }
    text += "\n";
  }
  return text + to_json(*policy, verdict).dump(2) + "\n";
}

}  // namespace metrofax::consent::cli
