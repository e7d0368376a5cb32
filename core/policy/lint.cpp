#include "policy/lint.h"
#include "policy/compiler_names.h"

#include <algorithm>
#include <unordered_map>

namespace metrofax::consent {
namespace {

constexpr std::uint32_t kDay = 86400;
constexpr std::uint32_t kCookieLifetimeCap = 400 * kDay;  // draft-ietf-httpbis-rfc6265bis, 5.5

/// The gate gives these only once it has a row, whose clause explains them; every other reason needs one of
/// its own.
bool rule_decides(fb::Reason reason) {
  switch (reason) {
    case fb::Reason::none:
    case fb::Reason::necessary:
    case fb::Reason::regime_forbids:
    case fb::Reason::rule_forbids:
    case fb::Reason::regime_exempts:
    case fb::Reason::granted:
    case fb::Reason::denied:
    case fb::Reason::unknown:
    case fb::Reason::opt_out_regime:
    case fb::Reason::consent_expired:
    case fb::Reason::consent_from_future:
    case fb::Reason::revision_unknown:
    case fb::Reason::revision_material:
    case fb::Reason::service_mail:
    case fb::Reason::promotional_allowed:
      return true;
    default:
      return false;
  }
}

void lint_purposes(const PolicyModel& model, Findings& findings) {
  PurposeMask used = 0;
  for (const RuleDecl& rule : model.rules) used |= rule.purposes;
  for (const VendorDecl& vendor : model.vendors) {
    used |= vendor.purposes;
    for (const StorageDecl& entry : vendor.storage) used |= entry.purposes;
    for (const HostDecl& host : vendor.hosts) {
      used |= host.purposes;
      for (const PathDecl& path : host.paths) used |= path.purposes;
    }
  }
  for (const StorageDecl& entry : model.storage) used |= entry.purposes;
  for (const PathDecl& beacon : model.beacons) used |= beacon.purposes;
  for (const LimitedArea& area : model.areas) used |= area.purposes;
  for (const PurposeDecl& purpose : model.purposes) {
    if ((used >> purpose.number & 1u) == 0) {
      findings.warning(purpose.id.at, "nothing uses the purpose " + in_quotes(purpose.id.text));
    }
    if (purpose.necessary && purpose.uses != 0) {
      findings.warning(purpose.id.at, "the purpose " + in_quotes(purpose.id.text) +
                                          " is necessary and yet has uses that people may refuse");
    }
  }
}

void lint_lifetime(const StorageDecl& entry, Findings& findings) {
  constexpr std::uint32_t cookie = 1u << static_cast<unsigned>(fb::StorageApi::cookie);
  if ((entry.apis & cookie) != 0 && entry.lifetime > kCookieLifetimeCap) {
    findings.warning(entry.name.at, "browsers keep no cookie longer than 400 days, " +
                                        in_quotes(entry.name.text) + " declares " +
                                        std::to_string(entry.lifetime / kDay));
  }
}

void lint_vendors(const PolicyModel& model, Findings& findings) {
  const auto outside = [&](PurposeMask mask, const VendorDecl& vendor) {
    const auto ids = model.purpose_ids(mask & ~vendor.purposes);
    return ids.empty() ? std::string() : ids.front();
  };
  for (const VendorDecl& vendor : model.vendors) {
    const std::string name = "the vendor " + in_quotes(vendor.id.text);
    if (vendor.purposes == 0) findings.warning(vendor.id.at, name + " has no purpose");
    if (vendor.hosts.empty()) findings.warning(vendor.id.at, name + " has no host");
    if (vendor.placements == 0) findings.warning(vendor.id.at, name + " is placed nowhere");
    for (const HostDecl& host : vendor.hosts) {
      PurposeMask all = host.purposes;
      for (const PathDecl& path : host.paths) all |= path.purposes;
      if (const std::string id = outside(all, vendor); !id.empty()) {
        findings.warning(host.host.at,
                         name + " does not list the purpose " + in_quotes(id) + " of this host");
      }
    }
    for (const StorageDecl& entry : vendor.storage) {
      if (const std::string id = outside(entry.purposes, vendor); !id.empty()) {
        findings.warning(entry.name.at,
                         name + " does not list the purpose " + in_quotes(id) + " of this entry");
      }
      lint_lifetime(entry, findings);
    }
  }
  for (const StorageDecl& entry : model.storage) lint_lifetime(entry, findings);
}

void lint_hosts(const PolicyModel& model, Findings& findings) {
  struct Owner {
    const HostDecl* host;
    std::string name;
  };
  std::vector<Owner> all;
  for (const HostDecl& host : model.first_party) all.push_back({&host, "ourselves"});
  for (const HostDecl& host : model.co_brands) all.push_back({&host, "a co-brand"});
  for (const VendorDecl& vendor : model.vendors) {
    for (const HostDecl& host : vendor.hosts) all.push_back({&host, in_quotes(vendor.id.text)});
  }
  std::unordered_map<std::string_view, std::size_t> with_subdomains;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].host->subdomains) with_subdomains.emplace(all[i].host->host.text, i);
  }
  for (const Owner& owner : all) {
    std::string_view parent = owner.host->host.text;
    for (auto dot = parent.find('.'); dot != std::string_view::npos; dot = parent.find('.')) {
      parent.remove_prefix(dot + 1);
      const auto found = with_subdomains.find(parent);
      if (found == with_subdomains.end() || all[found->second].name == owner.name) continue;
      findings.warning(owner.host->host.at, in_quotes(owner.host->host.text) + " of " + owner.name +
                                                " lies under " + in_quotes(parent) + " of " +
                                                all[found->second].name);
    }
  }
}

void lint_regimes(const PolicyModel& model, Findings& findings) {
  for (const RegimeDecl& regime : model.regimes) {
    const std::string name = "the regime " + in_quotes(regime.id.text);
    if (!regime.has_model) {
      findings.warning(regime.id.at, name + " has no \"model\": unknown means opt-in, that is deny");
    }
    if (regime.consent_lifetime == 0) {
      findings.warning(regime.id.at, name + " has no \"consentLifetime\": every grant counts as expired");
    }
    if (regime.refusal_lifetime == 0) findings.warning(regime.id.at, name + " has no \"refusalLifetime\"");
    if (regime.reask == 0) findings.warning(regime.id.at, name + " has no \"reask\"");
    if (regime.strict && regime.model == fb::Model::opt_out) {
      findings.warning(regime.id.at,
                       name + " stands for unknown places, yet unknown choices are allowed in it");
    }
  }
}

}  // namespace

void lint_completeness(const PolicyModel& model, Findings& findings) {
  for (const ClauseDecl& clause : model.clauses) {
    if (clause.cited == 0 && !clause.is_declarative) {
      findings.error(clause.id.at,
                     "nothing enforces the clause " + in_quotes(clause.id.text) +
                         ": cite it in a rule, reason, purpose, vendor, storage entry or area, or say in "
                         "\"declarative\" why nothing does");
    }
  }
  lint_reasons(model, findings);
}

void lint_reasons(const PolicyModel& model, Findings& findings) {
  for (const fb::Reason reason : fb::EnumValuesReason()) {
    if (rule_decides(reason)) continue;
    const bool mapped = std::any_of(model.reasons.begin(), model.reasons.end(),
                                    [&](const ReasonDecl& row) { return row.reason == reason; });
    if (!mapped) {
      findings.error(model.reasons_at, "\"reasons\" names no clause for " +
                                           in_quotes(fb::EnumNameReason(reason)) +
                                           ", which no rule explains");
    }
  }
}

void lint_data(const PolicyModel& model, Findings& findings) {
  for (const ClauseDecl& clause : model.clauses) {
    if (clause.cited > 0 && clause.is_declarative) {
      findings.warning(clause.id.at,
                       "the clause " + in_quotes(clause.id.text) + " is called declarative and yet is cited");
    }
  }
  lint_purposes(model, findings);
  lint_vendors(model, findings);
  lint_hosts(model, findings);
  lint_regimes(model, findings);
}

std::vector<Finding> check_policy(std::string_view source, const KnownNames* known,
                                  const std::vector<std::string>& seen) {
  Findings findings;
  const PolicyModel model = read_policy(source, findings);
  const bool readable = !findings.has_errors();
  // A text that is no policy at all has no clauses to miss.
  if (!model.clauses.empty()) lint_completeness(model, findings);
  if (readable) {
    lint_data(model, findings);
    lint_rules(model, findings);
    if (known != nullptr) lint_names(model, *known, seen, findings);
  }
  return findings.place(source);
}

}  // namespace metrofax::consent
