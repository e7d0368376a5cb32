#include "policy/compiler_notice.h"

#include "policy/compiler_model.h"

namespace metrofax::consent {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kDay = 86400;

/// Whole days, rounded up: a notice must not promise less than is kept.
std::uint32_t days(std::uint32_t seconds) { return seconds / kDay + (seconds % kDay == 0 ? 0 : 1); }

Json storage_row(const StorageDecl& entry) {
  return {{"name", entry.name.text + (entry.prefix ? "*" : "")},
          {"kind", entry.persistent ? "persistent" : "session"},
          {"lifetimeDays", entry.lifetime == 0 ? Json() : Json(days(entry.lifetime))},
          {"purpose", entry.purpose.text}};
}

Json purpose_row(const PolicyModel& model, const PurposeDecl& purpose) {
  Json vendors = Json::array();
  for (const VendorDecl& vendor : model.vendors) {
    if ((vendor.purposes >> purpose.number & 1u) != 0) vendors.push_back(vendor.id.text);
  }
  return {{"id", purpose.id.text},
          {"name", purpose.name},
          {"description", purpose.description},
          {"necessary", purpose.necessary},
          {"clause", model.clauses[purpose.clause].id.text},
          {"retentionDays", days(purpose.retention)},
          {"vendors", std::move(vendors)}};
}

Json vendor_row(const PolicyModel& model, const VendorDecl& vendor) {
  Json storage = Json::array();
  for (const StorageDecl& entry : vendor.storage) storage.push_back(storage_row(entry));
  return {{"id", vendor.id.text},
          {"name", vendor.name},
          {"controller", vendor.controller},
          {"policyUrl", vendor.policy_url},
          {"optOutUrl", vendor.opt_out_url.empty() ? Json() : Json(vendor.opt_out_url)},
          {"purposes", model.purpose_ids(vendor.purposes)},
          {"placements",
           {{"onSite", (vendor.placements & 1u) != 0},
            {"inEmail", (vendor.placements & 2u) != 0},
            {"offSite", (vendor.placements & 4u) != 0}}},
          {"storage", std::move(storage)}};
}

}  // namespace

nlohmann::json notice_data(std::string_view source) {
  Findings findings;
  const PolicyModel model = read_policy(source, findings);
  if (findings.has_errors()) return nullptr;
  Json purposes = Json::array();
  for (const PurposeDecl& purpose : model.purposes) {
    if (purpose.shown) purposes.push_back(purpose_row(model, purpose));
  }
  Json vendors = Json::array();
  for (const VendorDecl& vendor : model.vendors) vendors.push_back(vendor_row(model, vendor));
  Json ad_choices = Json::array();
  for (const AdChoiceDecl& choice : model.ad_choices) {
    ad_choices.push_back({{"name", choice.name.text}, {"url", choice.url}, {"where", choice.where}});
  }
  Json storage = Json::array();
  for (const StorageDecl& entry : model.storage) {
    storage.push_back(storage_row(entry));
    storage.back()["clause"] = model.clauses[entry.clause].id.text;
  }
  Json clauses = Json::object();
  for (const ClauseDecl& clause : model.clauses) {
    clauses[clause.id.text] = {{"says", clause.says}, {"does", clause.does}};
  }
  return {{"policyUrl", model.policy_url},      {"version", model.version.text},
          {"purposes", std::move(purposes)},    {"vendors", std::move(vendors)},
          {"adChoices", std::move(ad_choices)}, {"storage", std::move(storage)},
          {"clauses", std::move(clauses)}};
}

}  // namespace metrofax::consent
