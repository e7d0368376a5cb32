// From the model to the blob that policy.fbs describes.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "policy/compiler_model.h"
#include "policy/host_hash.h"

namespace metrofax::consent {
namespace {

constexpr std::uint16_t kFormat = 2;
constexpr std::uint8_t kHostExact = 1;
constexpr std::uint8_t kHostFirstParty = 2;
constexpr std::uint8_t kHostCoBrand = 4;
constexpr std::uint8_t kHostSockets = 8;

/// All text of a policy in one string; equal texts lie there once. As long as the pool is small, a text that
/// occurs inside another one is not laid again either: what is shipped to browsers is small, and what is big
/// is not shipped.
class TextPool {
 public:
  std::uint32_t place(const std::string& text) {
    const auto known = at_.find(text);
    if (known != at_.end()) return known->second;
    std::size_t at = bytes_.size() <= kSearchLimit ? bytes_.find(text) : std::string::npos;
    if (at == std::string::npos) {
      at = bytes_.size();
      bytes_ += text;
    }
    return at_.emplace(text, static_cast<std::uint32_t>(at)).first->second;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kSearchLimit = 65536;
  std::string bytes_;
  std::map<std::string, std::uint32_t, std::less<>> at_;
};

/// Only clauses that a row of the blob cites are carried, in the order of the source.
class ClauseTable {
 public:
  explicit ClauseTable(const PolicyModel& model) : number_(model.clauses.size(), kNoClause) {
    cite(model.own_clause);
    for (const auto& purpose : model.purposes) cite(purpose.clause);
    for (const auto& vendor : model.vendors) cite(vendor.clause);
    for (const auto& entry : model.storage) cite(entry.clause);
    for (const auto& rule : model.rules) cite(rule.clause);
    for (const auto& reason : model.reasons) cite(reason.clause);
    ClauseIndex next = 0;
    for (std::size_t i = 0; i < number_.size(); ++i) {
      if (number_[i] == kNoClause) continue;
      number_[i] = next++;
      if (!ids_.empty()) ids_ += '\n';
      ids_ += model.clauses[i].id.text;
    }
  }
  [[nodiscard]] ClauseIndex operator[](ClauseIndex clause) const { return number_[clause]; }
  [[nodiscard]] const std::string& ids() const { return ids_; }

 private:
  void cite(ClauseIndex clause) { number_[clause] = 0; }
  std::vector<ClauseIndex> number_;
  std::string ids_;
};

unsigned labels_of(const std::string& host) {
  return static_cast<unsigned>(std::count(host.begin(), host.end(), '.')) + 1;
}

std::vector<std::uint8_t> sha256(std::string_view source) {
  std::vector<std::uint8_t> digest(32);
  unsigned length = 0;
  if (EVP_Digest(source.data(), source.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    digest.clear();
  return digest;
}

constexpr unsigned bit_of(fb::Kind kind) { return 1u << static_cast<unsigned>(kind); }
/// What a page asks about (page.wasm answers nothing else).
constexpr unsigned kPageKinds = bit_of(fb::Kind::web_request) | bit_of(fb::Kind::web_storage) |
                                bit_of(fb::Kind::web_handoff) | bit_of(fb::Kind::area);

/// Collects the rows of a model and writes them.
class Emitter {
 public:
  Emitter(const PolicyModel& model, PolicyReader reader, Findings& findings)
      : model_(model), page_(reader == PolicyReader::page), findings_(findings), clauses_(model) {}

  std::vector<std::uint8_t> emit(std::string_view source) {
    const auto digest = sha256(source);
    if (digest.empty()) {
      findings_.error(0, "SHA-256 is not to be had from the crypto library");
      return {};
    }
    collect_paths_and_hosts();
    fill_slots();
    collect_patterns();
    collect_purposes();
    collect_vendors();
    collect_regimes();
    collect_rules();
    collect_revisions();
    if (paths_.size() > UINT16_MAX) findings_.error(0, "more than 65535 paths in one policy");
    if (hosts_.size() >= kSlotIndexMask) findings_.error(0, "more than 1048574 hosts in one policy");
    if (findings_.has_errors()) return {};
    return write(digest);
  }

 private:
  std::uint16_t add_paths(std::vector<PathDecl> paths) {
    std::sort(paths.begin(), paths.end(), [](const PathDecl& a, const PathDecl& b) {
      const auto& x = a.path.text;
      const auto& y = b.path.text;
      return x.size() != y.size() ? x.size() > y.size() : x < y;
    });
    const std::size_t at = paths.empty() ? 0 : paths_.size();
    for (const PathDecl& path : paths) {
      paths_.emplace_back(text_.place(path.path.text), path.purposes,
                          static_cast<std::uint16_t>(path.path.text.size()),
                          static_cast<std::uint16_t>(path.beacon ? 1 : 0));
    }
    return static_cast<std::uint16_t>(at);
  }

  void add_host(const HostDecl& host, std::size_t vendor, std::uint8_t flags) {
    const auto all_flags = static_cast<std::uint8_t>(flags | (host.subdomains ? 0 : kHostExact) |
                                                     (host.sockets ? kHostSockets : 0));
    const std::uint16_t paths_at = add_paths(host.paths);
    hosts_.emplace_back(text_.place(host.host.text), host.purposes, static_cast<std::uint16_t>(vendor),
                        paths_at, static_cast<std::uint8_t>(host.paths.size()), all_flags,
                        static_cast<std::uint8_t>(host.host.text.size()));
    hashes_.push_back(HostHash::of(host.host.text));
    max_labels_ = std::max(max_labels_, labels_of(host.host.text));
  }

  void collect_paths_and_hosts() {
    first_party_paths_at_ = add_paths(model_.beacons);
    for (const HostDecl& host : model_.first_party) add_host(host, 0, kHostFirstParty);
    for (const HostDecl& host : model_.co_brands) add_host(host, 0, kHostCoBrand);
    for (std::size_t i = 0; i < model_.vendors.size(); ++i) {
      for (const HostDecl& host : model_.vendors[i].hosts) add_host(host, i + 1, 0);
    }
  }

  /// A table at most two thirds full: a search that finds nothing ends after two slots on average.
  void fill_slots() {
    const auto count = static_cast<std::uint32_t>(std::bit_ceil(hosts_.size() + hosts_.size() / 2 + 1));
    slots_.assign(count, 0);
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
      std::uint32_t at = hashes_[i] & (count - 1);
      while (slots_[at] != 0) at = (at + 1) & (count - 1);
      slots_[at] = (hashes_[i] & ~kSlotIndexMask) | (i + 1);
    }
  }

  void collect_patterns() {
    struct Entry {
      const StorageDecl* entry;
      std::size_t vendor;
    };
    std::vector<Entry> entries;
    for (const StorageDecl& entry : model_.storage) entries.push_back({&entry, 0});
    for (std::size_t i = 0; i < model_.vendors.size(); ++i) {
      for (const StorageDecl& entry : model_.vendors[i].storage) entries.push_back({&entry, i + 1});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      if (a.entry->prefix != b.entry->prefix) return b.entry->prefix;
      const auto& x = a.entry->name.text;
      const auto& y = b.entry->name.text;
      if (a.entry->prefix && x.size() != y.size()) return x.size() > y.size();
      return x < y;
    });
    for (const auto& [entry, vendor] : entries) {
      const unsigned flags = (entry->prefix ? 1u : 0u) | (entry->persistent ? 2u : 0u) |
                             (entry->linked ? 4u : 0u) | (entry->http_only ? 8u : 0u) |
                             (entry->third_party ? 16u : 0u);
      patterns_.emplace_back(text_.place(entry->name.text), entry->purposes, entry->lifetime,
                             static_cast<std::uint16_t>(vendor), entry->apis, clauses_[entry->clause],
                             static_cast<std::uint8_t>(entry->name.text.size()),
                             static_cast<std::uint8_t>(flags));
    }
  }

  void collect_purposes() {
    std::size_t rows = 0;
    for (const PurposeDecl& purpose : model_.purposes)
      rows = std::max<std::size_t>(rows, purpose.number + 1u);
    purposes_.assign(rows, fb::Purpose(0, kNoClause, 0, 0, fb::Mode::off));
    std::vector<std::string> ids(rows);
    for (const PurposeDecl& purpose : model_.purposes) {
      const unsigned flags = (purpose.necessary ? 1u : 0u) | (purpose.shown ? 2u : 0u) | 4u;
      purposes_[purpose.number] = fb::Purpose(purpose.retention, clauses_[purpose.clause],
                                              static_cast<std::uint8_t>(flags), purpose.uses, purpose.mode);
      ids[purpose.number] = purpose.id.text;
    }
    for (std::size_t i = 0; i < rows; ++i) purpose_ids_ += (i == 0 ? "" : "\n") + ids[i];
  }

  void collect_vendors() {
    vendors_.emplace_back(model_.necessary(), std::uint16_t{0}, clauses_[model_.own_clause], std::uint8_t{7});
    vendor_ids_ = "self";
    for (const VendorDecl& vendor : model_.vendors) {
      vendors_.emplace_back(vendor.purposes, vendor.number, clauses_[vendor.clause], vendor.placements);
      vendor_ids_ += "\n" + vendor.id.text;
    }
  }

  void collect_regimes() {
    for (std::size_t i = 0; i < model_.regimes.size(); ++i) {
      const RegimeDecl& r = model_.regimes[i];
      regimes_.emplace_back(r.forbids, r.gpc, r.dnt, r.nai, r.daa, r.usp, r.consent_lifetime,
                            r.refusal_lifetime, r.reask, r.model);
      regime_ids_ += (i == 0 ? "" : "\n") + r.id.text;
      for (const PlaceDecl& place : r.places) {
        if (page_) break;
        places_.emplace_back(place.region, place.country, static_cast<std::uint16_t>(i));
      }
      if (r.strict) strict_ = static_cast<std::uint8_t>(i);
      if (r.elsewhere) elsewhere_ = static_cast<std::uint8_t>(i);
    }
    std::sort(places_.begin(), places_.end(), [](const fb::Place& a, const fb::Place& b) {
      return a.country() != b.country() ? a.country() < b.country() : a.region() < b.region();
    });
  }

  void collect_rules() {
    for (const RuleDecl& r : model_.rules) {
      if (page_ && (r.kinds & kPageKinds) == 0) continue;
      rules_.emplace_back(r.purposes, static_cast<fb::Topic>(r.topics), r.kinds, clauses_[r.clause],
                          static_cast<fb::Party>(r.party), static_cast<fb::StorageKind>(r.storage), r.beacon,
                          r.needs, r.mode);
    }
    for (const ReasonDecl& r : model_.reasons) {
      const auto number = static_cast<std::size_t>(r.reason);
      if (number >= reasons_.size()) reasons_.resize(number + 1, kNoClause);
      reasons_[number] = clauses_[r.clause];
    }
    for (std::size_t i = 0; i < model_.areas.size(); ++i) {
      areas_.push_back(model_.areas[i].purposes);
      area_ids_ += (i == 0 ? "" : "\n") + model_.areas[i].id.text;
    }
  }

  void collect_revisions() {
    const auto add = [&](const Name& version, PurposeMask purposes, bool material, bool transition) {
      revisions_.emplace_back(text_.place(version.text), purposes,
                              static_cast<std::uint8_t>(version.text.size()),
                              static_cast<std::uint8_t>((material ? 1 : 0) | (transition ? 2 : 0)));
    };
    add(model_.version, 0, false, false);
    for (const RevisionDecl& r : model_.supersedes) add(r.version, r.purposes, r.material, r.transition);
  }

  flatbuffers::Offset<fb::Mail> write_mail(flatbuffers::FlatBufferBuilder& builder) const {
    const MailDecl& decl = model_.mail;
    if (!decl.present || page_) return {};
    TextPool text;
    std::vector<fb::Agent> agents;
    for (const AgentDecl& agent : decl.agents) {
      agents.emplace_back(text.place(agent.text), static_cast<std::uint16_t>(agent.text.size()), agent.open,
                          static_cast<std::uint8_t>(agent.whole ? 1 : 0));
    }
    std::vector<fb::MailRegime> regimes;
    for (const RegimeDecl& r : model_.regimes)
      regimes.emplace_back(r.mail.exempt, r.mail.combined, r.mail.mode);
    const auto text_at = builder.CreateString(text.bytes());
    const auto regimes_at = builder.CreateVectorOfStructs(regimes);
    const auto agents_at = builder.CreateVectorOfStructs(agents);
    return fb::CreateMail(builder, text_at, regimes_at, agents_at, decl.marketing, decl.last_day);
  }

  std::vector<std::uint8_t> write(const std::vector<std::uint8_t>& digest) {
    flatbuffers::FlatBufferBuilder builder(64 * 1024);
    const auto text = builder.CreateString(text_.bytes());
    const auto id = builder.CreateString(model_.id.text);
    const auto version = builder.CreateString(model_.version.text);
    const auto sha = builder.CreateVector(digest);
    const auto slots = builder.CreateVector(slots_);
    const auto hosts = builder.CreateVectorOfStructs(hosts_);
    const auto paths = builder.CreateVectorOfStructs(paths_);
    const auto patterns = builder.CreateVectorOfStructs(patterns_);
    const auto purposes = builder.CreateVectorOfStructs(purposes_);
    const auto vendors = builder.CreateVectorOfStructs(vendors_);
    const auto regimes = builder.CreateVectorOfStructs(regimes_);
    const auto places = builder.CreateVectorOfStructs(places_);
    const auto rules = builder.CreateVectorOfStructs(rules_);
    const auto reasons = builder.CreateVector(reasons_);
    const auto revisions = builder.CreateVectorOfStructs(revisions_);
    const auto areas = builder.CreateVector(areas_);
    const auto purpose_ids = builder.CreateString(purpose_ids_);
    const auto vendor_ids = builder.CreateString(vendor_ids_);
    const auto regime_ids = builder.CreateString(regime_ids_);
    const auto clause_ids = builder.CreateString(clauses_.ids());
    const auto area_ids = builder.CreateString(area_ids_);
    const auto mail = write_mail(builder);

    fb::PolicyBuilder policy(builder);
    const fb::Header header(model_.effective, kFormat, first_party_paths_at_,
                            static_cast<std::uint16_t>(model_.beacons.size()),
                            static_cast<std::uint8_t>(max_labels_), strict_, elsewhere_,
                            static_cast<fb::Enforcement>(model_.enforcement));
    policy.add_header(&header);
    policy.add_text(text);
    policy.add_id(id);
    policy.add_version(version);
    policy.add_sha256(sha);
    policy.add_slots(slots);
    policy.add_hosts(hosts);
    policy.add_paths(paths);
    policy.add_patterns(patterns);
    policy.add_purposes(purposes);
    policy.add_vendors(vendors);
    policy.add_regimes(regimes);
    policy.add_places(places);
    policy.add_rules(rules);
    policy.add_reasons(reasons);
    policy.add_revisions(revisions);
    policy.add_areas(areas);
    policy.add_purpose_ids(purpose_ids);
    policy.add_vendor_ids(vendor_ids);
    policy.add_regime_ids(regime_ids);
    policy.add_clause_ids(clause_ids);
    policy.add_area_ids(area_ids);
    if (!mail.IsNull()) policy.add_mail(mail);
    fb::FinishPolicyBuffer(builder, policy.Finish());

    std::vector<std::uint8_t> blob(builder.GetBufferPointer(),
                                   builder.GetBufferPointer() + builder.GetSize());
    const std::uint64_t sum = policy_checksum(blob.data(), blob.size());
    for (unsigned i = 0; i < kPolicyTrailerBytes; ++i)
      blob.push_back(static_cast<std::uint8_t>(sum >> (8 * i) & 0xFF));
    return blob;
  }

  const PolicyModel& model_;
  const bool page_;  ///< for a page alone
  Findings& findings_;
  ClauseTable clauses_;
  TextPool text_;
  std::vector<fb::Host> hosts_;
  std::vector<std::uint32_t> hashes_;
  std::vector<std::uint32_t> slots_;
  std::vector<fb::Path> paths_;
  std::vector<fb::Pattern> patterns_;
  std::vector<fb::Purpose> purposes_;
  std::vector<fb::Vendor> vendors_;
  std::vector<fb::Regime> regimes_;
  std::vector<fb::Place> places_;
  std::vector<fb::Rule> rules_;
  std::vector<ClauseIndex> reasons_;
  std::vector<fb::Revision> revisions_;
  std::vector<std::uint32_t> areas_;
  std::string purpose_ids_;
  std::string vendor_ids_;
  std::string regime_ids_;
  std::string area_ids_;
  unsigned max_labels_ = 1;
  std::uint16_t first_party_paths_at_ = 0;
  std::uint8_t strict_ = 0;
  std::uint8_t elsewhere_ = 0;
};

}  // namespace

std::vector<std::uint8_t> emit_policy(const PolicyModel& model, std::string_view source, PolicyReader reader,
                                      Findings& findings) {
  return Emitter(model, reader, findings).emit(source);
}

}  // namespace metrofax::consent
