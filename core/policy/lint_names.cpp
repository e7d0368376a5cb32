#include "policy/lint_names.h"

#include <nlohmann/json.hpp>

#include "policy/compiler_names.h"

namespace metrofax::consent {
namespace {

constexpr std::size_t kTellingPrefix = 4;

bool declares(const StorageDecl& entry, std::string_view name) {
  return entry.prefix ? name.starts_with(entry.name.text) : name == entry.name.text;
}

bool is_declared(const PolicyModel& model, std::string_view name) {
  for (const StorageDecl& entry : model.storage) {
    if (declares(entry, name)) return true;
  }
  for (const VendorDecl& vendor : model.vendors) {
    for (const StorageDecl& entry : vendor.storage) {
      if (declares(entry, name)) return true;
    }
  }
  return false;
}

std::string described(const KnownName& row) {
  return row.platform + (row.controller.empty() ? "" : ", " + row.controller) + ", " + row.category;
}

/// Tells of entries that are called necessary here and something else there.
void lint_necessary(const PolicyModel& model, const KnownNames& known, Findings& findings) {
  PurposeMask necessary = 0;
  for (const PurposeDecl& purpose : model.purposes) {
    if (purpose.necessary) necessary |= PurposeMask{1} << purpose.number;
  }
  const auto look = [&](const StorageDecl& entry, std::string_view platform) {
    if (entry.purposes == 0 || (entry.purposes & ~necessary) != 0) return;
    const KnownName* row = known.find(entry.name.text, platform);
    if (row == nullptr || (row->category != "Marketing" && row->category != "Analytics")) return;
    findings.warning(entry.name.at, in_quotes(entry.name.text) +
                                        " is declared necessary; Open Cookie Database: " + described(*row));
  };
  for (const StorageDecl& entry : model.storage) look(entry, {});
  for (const VendorDecl& vendor : model.vendors) {
    for (const StorageDecl& entry : vendor.storage) look(entry, vendor.name);
  }
}

}  // namespace

KnownNames KnownNames::read(std::string_view json, std::string& error) {
  KnownNames known;
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  const auto rows = parsed.is_object() ? parsed.find("names") : parsed.end();
  if (!parsed.is_object() || rows == parsed.end() || !rows->is_array()) {
    error = "expected the object of cookie-names.json, with \"names\"";
    return known;
  }
  for (const auto& row : *rows) {
    if (!row.is_array() || row.size() != 7 || !row[6].is_number_integer()) {
      error = "\"names\": expected rows of name, platform, controller, category, purpose, days, prefix";
      return KnownNames{};
    }
    for (std::size_t i = 0; i < 5; ++i) {
      if (!row[i].is_string()) {
        error = "\"names\": expected text";
        return KnownNames{};
      }
    }
    known.rows_.push_back({row[0].get<std::string>(), row[1].get<std::string>(), row[2].get<std::string>(),
                           row[3].get<std::string>(), row[4].get<std::string>(), row[6].get<int>() != 0});
  }
  return known;
}

const KnownName* KnownNames::find(std::string_view name, std::string_view platform) const {
  const KnownName* best = nullptr;
  for (const KnownName& row : rows_) {
    if (!row.prefix) {
      if (row.name == name) return &row;
      continue;
    }
    if (!name.starts_with(row.name) || (best != nullptr && best->name.size() >= row.name.size())) continue;
    if (row.name.size() < kTellingPrefix && row.platform != platform) continue;
    best = &row;
  }
  return best;
}

void lint_names(const PolicyModel& model, const KnownNames& known, const std::vector<std::string>& seen,
                Findings& findings) {
  lint_necessary(model, known, findings);
  for (const std::string& name : seen) {
    if (name.empty() || is_declared(model, name)) continue;
    const KnownName* row = known.find(name);
    std::string text = "nobody declares " + in_quotes(name) + ", so it is denied; ";
    if (row == nullptr) {
      text += "Open Cookie Database does not know it";
    } else {
      text += "Open Cookie Database: " + described(*row);
      if (!row->purpose.empty()) text += "; a suggestion: purpose " + in_quotes(row->purpose);
    }
    findings.warning(0, text);
  }
}

}  // namespace metrofax::consent
