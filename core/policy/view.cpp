#include "policy/view.h"

namespace metrofax::consent {
namespace {

constexpr std::uint16_t kFormat = 1;
constexpr std::uint8_t kHostExact = 1;
constexpr std::uint8_t kHostFirstParty = 2;
constexpr std::uint8_t kHostCoBrand = 4;
constexpr std::uint8_t kPatternPrefix = 1;
constexpr std::uint16_t kPathBeacon = 1;
constexpr unsigned kMaxPurposes = 32;

std::uint64_t read_little_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::string_view view_of(const flatbuffers::String* string) { return {string->c_str(), string->size()}; }

unsigned lines_in(const flatbuffers::String* list) {
  unsigned lines = 1;
  for (const char c : view_of(list)) lines += c == '\n' ? 1u : 0u;
  return lines;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && text.substr(0, prefix.size()) == prefix;
}

}  // namespace

Result<PolicyView> PolicyView::open(std::span<const std::uint8_t> blob) {
  // The smallest FlatBuffer with an identifier is 12 bytes; reading it in place needs its own alignment.
  if (blob.size() < 12 + kPolicyTrailerBytes) return Error{ErrorCode::policy_truncated, 0};
  const std::size_t size = blob.size() - kPolicyTrailerBytes;
  if (policy_checksum(blob.data(), size) != read_little_endian(blob.data() + size)) {
    return Error{ErrorCode::policy_bad_checksum, static_cast<std::uint32_t>(size)};
  }
  if (!fb::PolicyBufferHasIdentifier(blob.data())) return Error{ErrorCode::policy_bad_magic, 4};
  if (reinterpret_cast<std::uintptr_t>(blob.data()) % 8 != 0)
    return Error{ErrorCode::policy_bad_structure, 0};
  flatbuffers::Verifier verifier(blob.data(), size);
  if (!fb::VerifyPolicyBuffer(verifier)) return Error{ErrorCode::policy_bad_structure, 0};

  PolicyView view;
  view.root_ = fb::GetPolicy(blob.data());
  if (view.root_->format() != kFormat) return Error{ErrorCode::policy_bad_format, 0};
  if (!view.structure_is_sound()) return Error{ErrorCode::policy_bad_structure, 0};
  return view;
}

// The FlatBuffers verifier knows offsets and lengths, not what our own indices mean. A blob is data from
// outside: what later look-ups take on trust is proven here, once.
bool PolicyView::structure_is_sound() const {
  const fb::Policy& p = *root_;
  const std::size_t text_size = p.text()->size();
  const auto in_text = [text_size](std::uint32_t at, std::uint32_t length) {
    return at <= text_size && length <= text_size - at;
  };
  const unsigned clauses = lines_in(p.clause_ids());
  const auto is_clause = [clauses](std::uint16_t clause) { return clause < clauses || clause == kNoIndex; };
  const std::size_t vendors = p.vendors()->size();
  const std::size_t regimes = p.regimes()->size();
  const std::size_t paths = p.paths()->size();

  const std::size_t buckets = p.buckets()->size();
  if (buckets < 2 || ((buckets - 1) & (buckets - 2)) != 0) return false;
  std::uint32_t previous = 0;
  for (const std::uint32_t start : *p.buckets()) {
    if (start < previous) return false;
    previous = start;
  }
  if (p.buckets()->Get(0) != 0 || previous != p.hosts()->size()) return false;

  for (const fb::Host* host : *p.hosts()) {
    if (!in_text(host->name_at(), host->name_len()) || host->name_len() == 0 || host->vendor() >= vendors)
      return false;
    if (static_cast<std::size_t>(host->paths_at()) + host->paths_len() > paths) return false;
  }
  for (const fb::Path* path : *p.paths()) {
    if (!in_text(path->text_at(), path->text_len())) return false;
  }
  if (static_cast<std::size_t>(p.first_party_paths_at()) + p.first_party_paths_len() > paths) return false;
  for (const fb::Pattern* pattern : *p.patterns()) {
    if (!in_text(pattern->name_at(), pattern->name_len()) || pattern->vendor() >= vendors) return false;
    if (!is_clause(pattern->clause())) return false;
  }
  if (p.purposes()->size() == 0 || p.purposes()->size() > kMaxPurposes) return false;
  if (lines_in(p.purpose_ids()) != p.purposes()->size()) return false;
  for (const fb::Purpose* purpose : *p.purposes()) {
    if (!is_clause(purpose->clause()) || purpose->mode() > fb::Mode::MAX) return false;
  }
  if (vendors == 0 || lines_in(p.vendor_ids()) != vendors) return false;
  for (const fb::Vendor* vendor : *p.vendors()) {
    if (!is_clause(vendor->clause())) return false;
  }
  if (regimes == 0 || lines_in(p.regime_ids()) != regimes) return false;
  if (p.strict_regime() >= regimes || p.elsewhere_regime() >= regimes) return false;
  for (const fb::Regime* regime : *p.regimes()) {
    if (regime->model() > fb::Model::MAX) return false;
  }
  for (const fb::Place* place : *p.places()) {
    if (place->regime() >= regimes) return false;
  }
  for (const fb::Rule* rule : *p.rules()) {
    if (!is_clause(rule->clause()) || rule->needs() > fb::Needs::MAX || rule->mode() > fb::Mode::MAX)
      return false;
  }
  for (const fb::ReasonClause* row : *p.reasons()) {
    if (!is_clause(row->clause())) return false;
  }
  if (p.revisions()->size() == 0) return false;
  for (const fb::Revision* revision : *p.revisions()) {
    if (!in_text(revision->version_at(), revision->version_len())) return false;
  }
  return true;
}

std::string_view PolicyView::text(std::uint32_t at, std::uint32_t length) const {
  return {root_->text()->c_str() + at, length};
}

// One walk from the right over the labels; the longest declared suffix wins because it is seen last. A host
// with more labels than any declared one stops early, so the work is bounded by the policy and not by the
// request.
const fb::Host* PolicyView::find_host(std::string_view host, bool is_address) const {
  const auto& hosts = *root_->hosts();
  const auto& buckets = *root_->buckets();
  const std::uint32_t mask = buckets.size() - 2;
  const fb::Host* found = nullptr;
  unsigned labels = 0;
  HostHash hash;
  for (std::size_t i = host.size(); i > 0; --i) {
    hash.push(host[i - 1]);
    const bool whole = i == 1;
    if (!whole && (is_address || host[i - 2] != '.')) continue;
    const std::uint32_t value = hash.value();
    const std::string_view suffix = host.substr(i - 1);
    const std::uint32_t end = buckets.Get((value & mask) + 1);
    for (std::uint32_t at = buckets.Get(value & mask); at < end; ++at) {
      const fb::Host* candidate = hosts.Get(at);
      if (candidate->tag() != value >> 24 || candidate->name_len() != suffix.size()) continue;
      if ((candidate->flags() & kHostExact) != 0 && !whole) continue;
      if (text(candidate->name_at(), candidate->name_len()) == suffix) found = candidate;
    }
    if (++labels == root_->max_labels()) break;
  }
  return found;
}

Target PolicyView::find(std::string_view host, std::string_view path, bool is_address) const {
  Target target;
  const fb::Host* row = find_host(host, is_address);
  if (row == nullptr) return target;
  target.vendor = row->vendor();
  target.purposes = row->purposes();
  unsigned at = row->paths_at();
  unsigned length = row->paths_len();
  if ((row->flags() & kHostCoBrand) != 0) {
    target.party = PartyKind::co_brand;
  } else if ((row->flags() & kHostFirstParty) != 0) {
    target.party = PartyKind::first;
    at = root_->first_party_paths_at();
    length = root_->first_party_paths_len();
  } else {
    target.party = PartyKind::third;
  }
  for (unsigned i = at; i < at + length; ++i) {
    const fb::Path& candidate = *root_->paths()->Get(i);
    if (!starts_with(path, text(candidate.text_at(), candidate.text_len()))) continue;
    target.purposes = candidate.purposes();
    target.beacon = (candidate.flags() & kPathBeacon) != 0;
    break;  // longest first
  }
  return target;
}

StorageMatch PolicyView::find_storage(std::string_view name, fb::StorageApi api) const {
  const auto api_bit = static_cast<std::uint16_t>(1u << static_cast<unsigned>(api));
  for (const fb::Pattern* pattern : *root_->patterns()) {
    if ((pattern->apis() & api_bit) == 0) continue;
    const std::string_view declared = text(pattern->name_at(), pattern->name_len());
    const bool prefix = (pattern->flags() & kPatternPrefix) != 0;
    if (prefix ? starts_with(name, declared) : name == declared) return {pattern};
  }
  return {};
}

std::uint16_t PolicyView::regime_of_place(std::string_view country, std::string_view region) const {
  if (country.size() != 2) return root_->strict_regime();
  const auto byte = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)); };
  const unsigned country_code = byte(country[0]) | byte(country[1]) << 8;
  std::uint32_t region_code = 0;
  for (std::size_t i = 0; i < region.size() && i < 3; ++i) region_code |= byte(region[i]) << (8 * i);
  const fb::Place* whole_country = nullptr;
  for (const fb::Place* place : *root_->places()) {
    if (place->country() != country_code) continue;
    if (place->region() == 0) whole_country = place;
    if (region_code != 0 && place->region() == region_code) return place->regime();
  }
  return whole_country != nullptr ? whole_country->regime() : root_->elsewhere_regime();
}

std::uint16_t PolicyView::revision_of(std::string_view version) const {
  const auto& revisions = *root_->revisions();
  for (std::uint16_t i = 0; i < revisions.size(); ++i) {
    if (text(revisions.Get(i)->version_at(), revisions.Get(i)->version_len()) == version) return i;
  }
  return kNoIndex;
}

std::uint16_t PolicyView::clause_of(fb::Reason reason) const {
  for (const fb::ReasonClause* row : *root_->reasons()) {
    if (row->reason() == reason) return row->clause();
  }
  return kNoIndex;
}

std::string_view PolicyView::line(const flatbuffers::String* list, unsigned index) {
  std::string_view rest = view_of(list);
  for (;;) {
    const std::size_t end = rest.find('\n');
    if (index-- == 0) return rest.substr(0, end);
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
}

std::uint16_t PolicyView::index_of(const flatbuffers::String* list, std::string_view id) {
  if (id.empty()) return kNoIndex;
  std::string_view rest = view_of(list);
  for (std::uint16_t index = 0;; ++index) {
    const std::size_t end = rest.find('\n');
    if (rest.substr(0, end) == id) return index;
    if (end == std::string_view::npos) return kNoIndex;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace metrofax::consent
