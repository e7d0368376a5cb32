#include "policy/fixture.h"

#include <stdexcept>

#include "policy/compiler.h"
#include "policy_generated.h"

namespace metrofax::consent::test {
namespace {

constexpr std::string_view kHead = R"({
  "$schema": "./policy.schema.json",
  "format": 1,
  "id": "small",
  "version": "2013-12-01",
  "effective": {"currentUsers": "2013-12-01", "newUsers": "on-acceptance"},
  "supersedes": [
    {"version": "2012-05-01", "material": true, "purposes": ["measurement"]},
    {"version": "2011-01-01", "material": true}
  ],
  "controllers": [{"name": "Example Fax", "role": "controller"}],
  "policyUrl": "/privacy",
  "enforcement": "strict",
  "firstParty": {
    "hosts": [{"host": "metrofax.com", "subdomains": true}, {"host": "localhost", "subdomains": false}],
    "coBrands": [{"host": "fax.example-partner.test", "subdomains": true, "policyUrl": "https://example-partner.test/privacy"}],
    "beacons": [{"path": "/b/", "purpose": "measurement"}],
    "limitedAreas": [{"id": "remembered-login", "purpose": "remember-me", "clause": "cookies.rejection"}]
  },
)";

constexpr std::string_view kAdChoices =
    R"(  "adChoices": [{"name": "Opt Out Initiative", "url": "https://optout.example/", "where": "United States"}],
)";

constexpr std::string_view kPurposes = R"(  "purposes": [
    {"id": "service", "number": 0, "name": "Service", "description": "What the pages need.", "necessary": true, "uses": [], "mode": "identified", "retention": "P1Y", "clause": "cookies.session", "shown": true},
    {"id": "security", "number": 1, "name": "Security", "description": "Against abuse.", "necessary": true, "uses": [], "mode": "identified", "retention": "P6M", "clause": "abuse.load", "shown": true},
    {"id": "remember-me", "number": 3, "name": "Remember me", "description": "Stay signed in.", "necessary": false, "uses": [], "mode": "identified", "retention": "P1Y", "clause": "cookies.remember-me", "shown": true},
    {"id": "interest", "number": 5, "name": "Interest", "description": "What interests you.", "necessary": false, "uses": ["sale", "share", "targeted", "profiling"], "mode": "identified", "retention": "P13M", "clause": "cookies.interest", "shown": true},
    {"id": "measurement", "number": 6, "name": "Measurement", "description": "Counting visits.", "necessary": false, "uses": ["share"], "mode": "pseudonymous", "retention": "P13M", "clause": "gifs.site", "shown": true},
    {"id": "advertising", "number": 7, "name": "Advertising", "description": "Ads of others.", "necessary": false, "uses": ["sale", "share", "targeted"], "mode": "identified", "retention": "P13M", "clause": "cookies.third-party", "shown": true},
    {"id": "social", "number": 8, "name": "Social", "description": "Buttons of networks.", "necessary": false, "uses": ["share"], "mode": "identified", "retention": "P6M", "clause": "cookies.third-party", "shown": true},
    {"id": "email-marketing", "number": 9, "name": "Offers by mail", "description": "Offers.", "necessary": false, "uses": [], "mode": "identified", "retention": "P3Y", "clause": "email.promotional", "shown": true},
    {"id": "email-open", "number": 10, "name": "Opens", "description": "Which mails are opened.", "necessary": false, "uses": ["profiling"], "mode": "identified", "retention": "P13M", "clause": "gifs.email", "shown": true},
    {"id": "email-click", "number": 11, "name": "Clicks", "description": "Which links are followed.", "necessary": false, "uses": ["profiling"], "mode": "identified", "retention": "P13M", "clause": "gifs.email", "shown": true},
    {"id": "profile-pii", "number": 12, "name": "Profile", "description": "A profile tied to you.", "necessary": false, "uses": ["profiling"], "mode": "identified", "retention": "P13M", "clause": "profile.pii-link", "shown": true},
    {"id": "handoff", "number": 14, "name": "Hand-off", "description": "Your data to a partner's page.", "necessary": false, "uses": ["sale", "share"], "mode": "identified", "retention": "P1D", "clause": "cookies.handoff", "shown": true},
    {"id": "cookieless-ping", "number": 19, "name": "Pings", "description": "Requests without identifiers.", "necessary": false, "uses": ["cookieless"], "mode": "anonymous", "retention": "P1D", "clause": "gifs.site", "shown": false},
    {"id": "updates", "number": 20, "name": "Service mails", "description": "Mails about the service.", "necessary": true, "uses": [], "mode": "identified", "retention": "P3Y", "clause": "email.service", "shown": true}
  ],
)";

constexpr std::string_view kVendors = R"(  "vendors": [
    {"id": "northlight", "number": 1, "name": "Northlight", "controller": "Northlight Analytics", "policyUrl": "https://northlight.example/privacy", "optOutUrl": null,
     "purposes": ["measurement"],
     "hosts": [{"host": "northlight.localhost", "subdomains": true, "paths": [{"path": "/collect", "purposes": ["measurement"], "beacon": true}]}],
     "storage": [{"name": "_nl", "api": ["cookie"], "match": "exact", "kind": "persistent", "lifetime": "P1Y", "purpose": "measurement", "party": "first"},
                 {"name": "nl_visitor", "api": ["localStorage"], "match": "exact", "kind": "persistent", "purpose": "measurement", "party": "first"}],
     "placements": {"onSite": true, "inEmail": false, "offSite": false}, "clause": "cookies.third-party"},
    {"id": "adharbor", "number": 2, "name": "Adharbor", "controller": "Adharbor Network", "policyUrl": "https://adharbor.example/privacy", "optOutUrl": "https://adharbor.example/out",
     "purposes": ["advertising", "measurement"],
     "hosts": [{"host": "adharbor.localhost", "subdomains": true, "purposes": ["advertising"], "paths": [{"path": "/px.gif", "purposes": ["advertising"], "beacon": true}, {"path": "/px.gif/both", "purposes": ["advertising", "measurement"], "beacon": true}]}],
     "storage": [{"name": "ah_uid", "api": ["cookie"], "match": "exact", "kind": "persistent", "lifetime": "P13M", "purpose": "advertising", "party": "third"},
                 {"name": "_ah", "match": "prefix", "kind": "persistent", "lifetime": "P90D", "purpose": "advertising", "party": "first"}],
     "placements": {"onSite": true, "inEmail": true, "offSite": true}, "clause": "cookies.third-party"},
    {"id": "circlet", "number": 3, "name": "Circlet", "controller": "Circlet Social", "policyUrl": "https://circlet.example/privacy", "optOutUrl": null,
     "purposes": ["social"],
     "hosts": [{"host": "circlet.localhost", "subdomains": true, "sockets": true}],
     "storage": [{"name": "cl_sess", "match": "exact", "kind": "session", "lifetime": "session", "purpose": "social", "party": "third"}],
     "placements": {"onSite": true, "inEmail": false, "offSite": false}, "clause": "cookies.third-party"}
  ],
  "storage": [
    {"name": "mf_consent", "match": "exact", "kind": "persistent", "lifetime": "P13M", "purpose": "service", "party": "first", "clause": "cookies.persistent"},
    {"name": "mf_session", "match": "exact", "kind": "session", "purpose": "service", "party": "first", "clause": "cookies.session", "httpOnly": true},
    {"name": "mf_remember", "match": "exact", "kind": "persistent", "lifetime": "P30D", "purpose": "remember-me", "party": "first", "clause": "cookies.remember-me", "linked": true, "httpOnly": true}
  ],
)";

constexpr std::string_view kRegimes = R"(  "regimes": [
    {"id": "eu", "name": "European Union", "places": ["AT", "DE", "FR", "IE"], "model": "opt-in", "forbids": ["cookieless-ping"],
     "signals": {"gpc": ["sale", "share", "targeted"], "dnt": ["targeted"], "nai": ["targeted"], "daa": ["targeted"], "usp": ["sale", "share"]},
     "consentLifetime": "P6M", "refusalLifetime": "P6M", "reask": "P6M", "strict": true},
    {"id": "us-ca", "name": "California", "places": ["US-CA"], "model": "opt-out",
     "signals": {"gpc": ["sale", "share", "targeted"], "dnt": ["targeted"], "nai": ["targeted"], "daa": ["targeted"], "usp": ["sale", "share"]},
     "consentLifetime": "P13M", "refusalLifetime": "P13M", "reask": "P1Y"},
    {"id": "us", "name": "United States", "places": ["US"], "model": "opt-out",
     "signals": {"gpc": ["sale", "share", "targeted"], "nai": ["targeted"], "daa": ["targeted"], "usp": ["sale", "share"]},
     "consentLifetime": "P13M", "refusalLifetime": "P13M", "reask": "P1Y"},
    {"id": "none", "name": "Elsewhere", "places": ["CA", "AU"], "model": "opt-out",
     "signals": {"gpc": ["sale", "share", "targeted"]},
     "consentLifetime": "P13M", "refusalLifetime": "P13M", "reask": "P1Y", "elsewhere": true}
  ],
)";

constexpr std::string_view kMail = R"(  "email": {
    "marketing": ["email-marketing"],
    "agents": [{"name": "Example", "class": "human-probable", "tokens": ["ExampleMail"]}]
  },
)";

constexpr std::string_view kRules = R"(  "rules": [
    {"id": "own-site", "clause": "scope.site", "kinds": ["web.request"], "party": ["first"], "purposes": ["service", "security", "updates"], "needs": "nothing"},
    {"id": "necessary-storage", "clause": "cookies.session", "kinds": ["web.storage"], "purposes": ["service", "security", "updates"], "needs": "nothing"},
    {"id": "remember", "clause": "cookies.remember-me", "kinds": ["web.storage"], "purposes": ["remember-me"], "needs": "explicit-grant"},
    {"id": "storage", "clause": "cookies.persistent", "kinds": ["web.storage"], "purposes": ["interest", "measurement", "advertising", "social"], "needs": "consent"},
    {"id": "pings", "clause": "gifs.site", "kinds": ["web.request"], "purposes": ["cookieless-ping"], "needs": "consent", "mode": "anonymous"},
    {"id": "gifs", "clause": "gifs.site", "kinds": ["web.request"], "purposes": ["interest", "measurement", "advertising", "social"], "beacon": true, "needs": "consent", "mode": "pseudonymous"},
    {"id": "requests", "clause": "cookies.third-party", "kinds": ["web.request"], "party": ["third"], "purposes": ["interest", "measurement", "advertising", "social"], "beacon": false, "needs": "consent"},
    {"id": "handoff", "clause": "cookies.handoff", "kinds": ["web.handoff"], "purposes": ["handoff"], "needs": "explicit-grant"},
    {"id": "service-mail", "clause": "email.service", "kinds": ["email.send"], "topics": ["class-service"], "purposes": ["updates"], "needs": "active-account"},
    {"id": "welcome-mail", "clause": "email.welcome", "kinds": ["email.send"], "topics": ["class-welcome", "class-test-drive", "class-billing", "class-support", "class-referral"], "purposes": ["service"], "needs": "nothing"},
    {"id": "promotional-mail", "clause": "email.promotional", "kinds": ["email.send"], "topics": ["class-promotional", "class-abandoned-registration"], "purposes": ["email-marketing"], "needs": "promotional"},
    {"id": "opens", "clause": "gifs.email", "kinds": ["email.open"], "purposes": ["email-open"], "needs": "consent"},
    {"id": "clicks", "clause": "gifs.email", "kinds": ["email.click"], "purposes": ["email-click"], "needs": "consent"},
    {"id": "profile", "clause": "profile.pii-link", "kinds": ["profile.link"], "purposes": ["profile-pii"], "needs": "consent"},
    {"id": "log-plain", "clause": "logs.aggregate", "kinds": ["log.line"], "topics": ["field-time", "field-request", "field-status", "field-size"], "purposes": ["security"], "needs": "nothing", "mode": "anonymous"},
    {"id": "log-identifying", "clause": "logs.aggregate", "kinds": ["log.line"], "topics": ["field-address", "field-identity", "field-query", "field-referrer", "field-agent", "field-cookie"], "purposes": ["measurement"], "needs": "consent"},
    {"id": "legal", "clause": "disclosure.legal", "kinds": ["disclosure"], "topics": ["to-legal"], "needs": "nothing"},
    {"id": "event", "clause": "survey.no-disclosure", "kinds": ["disclosure"], "topics": ["to-event", "to-partner"], "purposes": ["interest", "advertising", "handoff"], "needs": "explicit-grant"}
  ],
)";

/// Reasons whose clause tests look at; every other reason stands on scope.site.
struct ReasonRow {
  std::string_view reason;
  std::string_view clause;
};
constexpr ReasonRow kReasons[] = {
    {"co_brand", "scope.co-brand"},
    {"link_out", "scope.links"},
    {"undeclared_party", "cookies.third-party"},
    {"undeclared_storage", "cookies.persistent"},
    {"undeclared_session_storage", "cookies.session"},
    {"removal", "cookies.removal"},
    {"child", "children.none"},
    {"parental_grant", "children.none"},
    {"gpc", "choice.third-party-ads"},
    {"dnt", "choice.third-party-ads"},
    {"nai_opt_out", "choice.third-party-ads"},
    {"daa_opt_out", "choice.third-party-ads"},
    {"usp_opt_out", "choice.third-party-ads"},
    {"gpp_opt_out", "choice.third-party-ads"},
    {"tcf_denied", "choice.third-party-ads"},
    {"signal_unreadable", "choice.third-party-ads"},
    {"vendor_opt_out", "choice.third-party-ads"},
    {"vendor_refused", "choice.third-party-ads"},
    {"account_deactivated", "changes.deactivated"},
    {"transition_pending", "transition.choice"},
    {"insecure_page", "security.tls"},
    {"cookie_rejected", "cookies.persistent"},
    {"lifetime_shortened", "cookies.persistent"},
    {"turned_into_session", "cookies.persistent"},
    {"service_mail", "email.service"},
    {"promotional_opted_out", "choice.promotional"},
    {"promotional_unknown", "choice.promotional"},
    {"promotional_allowed", "email.promotional"},
    {"mode_exceeds_ceiling", "gifs.email"},
    {"already_sent", "referral.one-time"},
    {"pixel_off", "gifs.optout"},
    {"no_account", "email.service"},
    {"personal_data_removed", "cookies.handoff"},
    {"field_kept", "logs.aggregate"},
    {"entity_data", "entity.unrestricted"},
    {"legal_disclosure", "disclosure.legal"},
    {"purpose_mismatch", "intermediary.purpose"},
};

std::string reasons() {
  std::string out;
  for (const fb::Reason reason : fb::EnumValuesReason()) {
    const std::string_view name = fb::EnumNameReason(reason);
    if (reason == fb::Reason::none) continue;
    std::string_view clause = "scope.site";
    for (const ReasonRow& row : kReasons) {
      if (row.reason == name) clause = row.clause;
    }
    // What a rule row decides takes the row's clause.
    const bool of_row = (reason >= fb::Reason::regime_forbids && reason <= fb::Reason::revision_material) ||
                        reason == fb::Reason::necessary;
    if (of_row) continue;
    out += out.empty() ? "  \"reasons\": {\n" : ",\n";
    out.append("    \"").append(name).append("\": \"").append(clause).append("\"");
  }
  return out + "\n  },\n";
}

/// Clauses cited above, and one that nothing enforces.
std::string clauses() {
  std::string out = "  \"clauses\": [\n";
  for (const std::string_view id : {"scope.site",
                                    "scope.links",
                                    "scope.co-brand",
                                    "cookies.session",
                                    "cookies.persistent",
                                    "cookies.removal",
                                    "cookies.remember-me",
                                    "cookies.rejection",
                                    "cookies.interest",
                                    "cookies.third-party",
                                    "cookies.handoff",
                                    "logs.aggregate",
                                    "gifs.site",
                                    "gifs.email",
                                    "gifs.optout",
                                    "profile.pii-link",
                                    "children.none",
                                    "disclosure.legal",
                                    "email.welcome",
                                    "email.promotional",
                                    "email.service",
                                    "abuse.load",
                                    "intermediary.purpose",
                                    "transition.choice",
                                    "choice.promotional",
                                    "choice.third-party-ads",
                                    "survey.no-disclosure",
                                    "referral.one-time",
                                    "security.tls",
                                    "changes.deactivated",
                                    "entity.unrestricted"}) {
    out +=
        "    {\"id\": \"" + std::string(id) + "\", \"says\": \"It says so.\", \"does\": \"It does so.\"},\n";
  }
  return out +
         "    {\"id\": \"safe-harbor\", \"says\": \"It took part.\", \"does\": \"Nothing.\", "
         "\"declarative\": "
         "\"Superseded.\"}\n  ]\n}\n";
}

}  // namespace

std::string small_policy_json() {
  std::string out;
  for (const std::string_view part : {kHead, kAdChoices, kPurposes, kVendors, kRegimes, kMail, kRules})
    out += part;
  return out + reasons() + clauses();
}

std::vector<std::uint8_t> compile_or_die(std::string_view json) {
  CompileOutput output = compile_policy(json);
  if (output.ok()) return std::move(output.blob);
  std::string message = "the policy does not compile";
  for (const Finding& finding : output.findings) message += "\n" + format_finding("policy.json", finding);
  throw std::runtime_error(message);
}

std::string replaced(std::string source, std::string_view from, std::string_view to) {
  const auto at = source.find(from);
  if (at == std::string::npos) throw std::runtime_error("the fixture has no \"" + std::string(from) + "\"");
  return source.replace(at, from.size(), to);
}

}  // namespace metrofax::consent::test
