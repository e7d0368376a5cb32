// An authored policy after reading: names resolved, values checked, every part still knowing where it stands.
//
// The compiler emits it, the linter judges it, `policy diff` compares two of it, the notice shows it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiler.h"
#include "policy/json_text.h"
#include "policy_generated.h"

namespace metrofax::consent {

/// A mask of purposes, by number.
using PurposeMask = std::uint32_t;
inline constexpr PurposeMask kAllPurposes = 0xFFFFFFFFu;

/// An index into PolicyModel::clauses; kNoClause only where the source has an error.
using ClauseIndex = std::uint16_t;
inline constexpr ClauseIndex kNoClause = 0xFFFF;

/// A text and the byte of the source where it stands.
struct Name {
  std::string text;
  std::uint32_t at = 0;
};

struct Controller {
  std::string name;
  std::string address;
  std::string role;
};

/// A prefix of a URL path with its own purposes; `beacon` marks clear GIFs.
struct PathDecl {
  Name path;
  PurposeMask purposes = 0;
  bool beacon = false;
};

struct HostDecl {
  Name host;
  bool subdomains = true;
  bool sockets = false;  ///< speaks WebSocket
  PurposeMask purposes = 0;
  std::vector<PathDecl> paths;
  std::string policy_url;  ///< of a co-brand: its own policy
};

/// A name in storage. `apis` is a mask of 1 << StorageApi; `lifetime` in seconds, 0 for the session.
struct StorageDecl {
  Name name;
  std::uint16_t apis = 0;
  bool prefix = false;
  bool persistent = false;
  bool third_party = false;
  bool linked = false;
  bool http_only = false;
  std::uint32_t lifetime = 0;
  Name purpose;
  PurposeMask purposes = 0;
  ClauseIndex clause = kNoClause;
};

struct LimitedArea {
  Name id;
  PurposeMask purposes = 0;
  ClauseIndex clause = kNoClause;
};

/// `retention` in seconds.
struct PurposeDecl {
  Name id;
  std::uint8_t number = 0;
  std::string name;
  std::string description;
  bool necessary = false;
  bool shown = false;
  std::uint8_t uses = 0;
  fb::Mode mode = fb::Mode::off;
  std::uint32_t retention = 0;
  ClauseIndex clause = kNoClause;
};

/// `placements`: 1 on-site, 2 in-email, 4 off-site.
struct VendorDecl {
  Name id;
  std::uint16_t number = 0;
  std::string name;
  std::string controller;
  std::string policy_url;
  std::string opt_out_url;
  PurposeMask purposes = 0;
  std::vector<HostDecl> hosts;
  std::vector<StorageDecl> storage;
  std::uint8_t placements = 0;
  ClauseIndex clause = kNoClause;
};

/// A page where one opts out with many at once (the AdChoices programmes). Shown as a link; no rule looks at
/// it.
struct AdChoiceDecl {
  Name name;
  std::string url;
  std::string where;
};

/// `code`: "FR" or "US-CA".
struct PlaceDecl {
  Name code;
  std::uint16_t country = 0;
  std::uint32_t region = 0;
};

/// What a regime says of mail: purposes that need no consent there, those that a combined consent covers, the
/// ceiling.
struct MailRegimeDecl {
  PurposeMask exempt = 0;
  PurposeMask combined = 0;
  fb::Mode mode = fb::Mode::identified;
};

/// Who fetches: tokens joined by a space, or (`whole`) a whole user agent.
struct AgentDecl {
  Name name;
  std::string text;
  bool whole = false;
  fb::OpenClass open = fb::OpenClass::scanner;
};

/// The policy's "email": absent from a policy that decides no mail.
struct MailDecl {
  bool present = false;
  PurposeMask marketing = 0;
  PurposeMask last_day = 0;
  std::vector<AgentDecl> agents;
};

/// Lifetimes in seconds, 0 where the source has none. Signal masks are of the purposes that the signal
/// denies.
struct RegimeDecl {
  Name id;
  std::string name;
  std::vector<PlaceDecl> places;
  bool has_model = false;
  fb::Model model = fb::Model::opt_in;
  PurposeMask forbids = 0;
  PurposeMask gpc = 0;
  PurposeMask dnt = 0;
  PurposeMask nai = 0;
  PurposeMask daa = 0;
  PurposeMask usp = 0;
  std::uint32_t consent_lifetime = 0;
  std::uint32_t refusal_lifetime = 0;
  std::uint32_t reask = 0;
  MailRegimeDecl mail;
  bool strict = false;     ///< where the place is unknown
  bool elsewhere = false;  ///< where no regime lists the country
};

/// Masks of 0 mean any. `beacon`: 0 any, 1 clear GIFs only, 2 all but clear GIFs. `kinds` is a mask of 1 <<
/// Kind.
struct RuleDecl {
  Name id;
  std::uint32_t at = 0;
  std::uint16_t kinds = 0;
  std::uint8_t party = 0;
  std::uint8_t storage = 0;
  std::uint8_t beacon = 0;
  PurposeMask purposes = 0;
  std::uint32_t topics = 0;
  fb::Needs needs = fb::Needs::never;
  fb::Mode mode = fb::Mode::identified;
  ClauseIndex clause = kNoClause;
};

struct ReasonDecl {
  Name name;
  fb::Reason reason = fb::Reason::none;
  ClauseIndex clause = kNoClause;
};

/// `cited` counts the rules, reasons, purposes, vendors, storage entries and areas that name the clause.
struct ClauseDecl {
  Name id;
  std::string says;
  std::string does;
  std::string declarative;
  bool is_declarative = false;
  std::uint32_t cited = 0;
};

struct RevisionDecl {
  Name version;
  bool material = false;
  bool transition = false;  ///< a merger or sale: the data has another holder (transition.choice)
  PurposeMask purposes = kAllPurposes;
};

struct PolicyModel {
  Name id;
  Name version;
  std::int64_t effective = 0;  ///< unix s, for present users
  std::string new_users;       ///< "on-acceptance" or a date
  std::vector<RevisionDecl> supersedes;
  std::vector<Controller> controllers;
  std::string policy_url;
  std::uint8_t enforcement = 0;  ///< fb::Enforcement
  std::vector<HostDecl> first_party;
  std::vector<HostDecl> co_brands;
  std::vector<PathDecl> beacons;
  std::vector<LimitedArea> areas;
  std::vector<PurposeDecl> purposes;
  std::vector<VendorDecl> vendors;
  std::vector<AdChoiceDecl> ad_choices;
  std::vector<StorageDecl> storage;
  std::vector<RegimeDecl> regimes;
  std::uint32_t regimes_at = 0;
  std::vector<RuleDecl> rules;
  std::vector<ReasonDecl> reasons;
  std::uint32_t reasons_at = 0;
  MailDecl mail;
  std::vector<ClauseDecl> clauses;
  ClauseIndex own_clause = kNoClause;  ///< scope.site: what our own hosts stand on

  /// The purposes that need nobody's consent.
  [[nodiscard]] PurposeMask necessary() const;
  /// Ids of the purposes in a mask, by number.
  [[nodiscard]] std::vector<std::string> purpose_ids(PurposeMask mask) const;
};

/// What is found in a source, by byte offset until positions are asked for.
class Findings {
 public:
  void error(std::size_t at, std::string message) { add(Severity::error, at, std::move(message)); }
  void warning(std::size_t at, std::string message) { add(Severity::warning, at, std::move(message)); }
  [[nodiscard]] bool has_errors() const { return errors_ > 0; }

  /// All of them in the order of the source, with positions in it.
  [[nodiscard]] std::vector<Finding> place(std::string_view source) const;

 private:
  struct Entry {
    std::size_t at;
    Severity severity;
    std::string message;
  };
  void add(Severity severity, std::size_t at, std::string message);

  std::vector<Entry> entries_;
  std::size_t errors_ = 0;
};

/// Reads and checks an authored policy. The model is whole only when `findings` has no errors.
[[nodiscard]] PolicyModel read_policy(std::string_view source, Findings& findings);

/// The blob of a model that was read without errors. Reports what the blob's own limits refuse.
[[nodiscard]] std::vector<std::uint8_t> emit_policy(const PolicyModel& model, std::string_view source,
                                                    PolicyReader reader, Findings& findings);

}  // namespace metrofax::consent
