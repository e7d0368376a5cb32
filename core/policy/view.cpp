#include "policy/view.h"

#include "policy/countries.h"

namespace metrofax::consent {
namespace {

constexpr std::uint16_t kFormat = 1;
constexpr std::uint8_t kHostExact = 1;
constexpr std::uint8_t kHostFirstParty = 2;
constexpr std::uint8_t kHostCoBrand = 4;
constexpr std::uint8_t kPatternPrefix = 1;
constexpr std::uint8_t kPatternLinked = 4;
constexpr std::uint16_t kPathBeacon = 1;
constexpr unsigned kMaxPurposes = 32;

std::uint64_t read_little_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 8; i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

std::string_view view_of(const flatbuffers::String* string) { return {string->c_str(), string->size()}; }

template <class T>
Rows<T> rows_of(const flatbuffers::Vector<const T*>* vector) {
  return {reinterpret_cast<const T*>(vector->Data()), vector->size()};
}

bool same_bytes(const char* a, const char* b, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_bytes(text.data(), prefix.data(), prefix.size());
}

// Takes the first line off `rest`; false when there was none left.
bool next_line(const char*& rest, const char* end, std::string_view& line) {
  if (rest > end) return false;
  const char* at = rest;
  while (at < end && *at != '\n') ++at;
  line = {rest, static_cast<std::size_t>(at - rest)};
  rest = at + 1;
  return true;
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
  view.take_rows();
  if (!view.structure_is_sound()) return Error{ErrorCode::policy_bad_structure, 0};
  return view;
}

void PolicyView::take_rows() {
  const fb::Policy& p = *root_;
  rules = rows_of(p.rules());
  purposes = rows_of(p.purposes());
  vendors = rows_of(p.vendors());
  regimes = rows_of(p.regimes());
  revisions = rows_of(p.revisions());
  areas = {p.areas()->data(), p.areas()->size()};
  hosts_ = rows_of(p.hosts());
  paths_ = rows_of(p.paths());
  patterns_ = rows_of(p.patterns());
  places_ = rows_of(p.places());
  reasons_ = rows_of(p.reasons());
  buckets_ = {p.buckets()->data(), p.buckets()->size()};
  purpose_ids = view_of(p.purpose_ids());
  vendor_ids = view_of(p.vendor_ids());
  regime_ids = view_of(p.regime_ids());
  clause_ids = view_of(p.clause_ids());
  area_ids = view_of(p.area_ids());
  version = view_of(p.version());
  text_ = view_of(p.text());
  strict_regime = p.strict_regime();
  elsewhere_regime_ = p.elsewhere_regime();
  max_labels_ = p.max_labels();
  first_party_paths_at_ = p.first_party_paths_at();
  first_party_paths_count_ = p.first_party_paths_len();
}

// The FlatBuffers verifier knows offsets and lengths, not what our own indices mean. A blob is data from
// outside: what later look-ups take on trust is proven here, once. (A clause beyond the list has no name and
// does no harm.)
bool PolicyView::structure_is_sound() const {
  const std::size_t text_size = text_.size();
  const auto in_text = [text_size](std::uint32_t at, std::uint32_t length) {
    return at <= text_size && length <= text_size - at;
  };
  bool sound = buckets_.count >= 2 && ((buckets_.count - 1) & (buckets_.count - 2)) == 0;
  std::uint32_t previous = 0;
  for (const std::uint32_t start : buckets_) {
    sound = sound && start >= previous;
    previous = start;
  }
  sound = sound && previous == hosts_.count && purposes.count - 1 < kMaxPurposes && vendors.count != 0 &&
          revisions.count != 0 && strict_regime < regimes.count && elsewhere_regime_ < regimes.count &&
          static_cast<std::uint32_t>(first_party_paths_at_) + first_party_paths_count_ <= paths_.count;
  for (const fb::Host& host : hosts_) {
    sound = sound && in_text(host.name_at(), host.name_len()) && host.vendor() < vendors.count &&
            static_cast<std::uint32_t>(host.paths_at()) + host.paths_len() <= paths_.count;
  }
  for (const fb::Path& path : paths_) sound = sound && in_text(path.text_at(), path.text_len());
  for (const fb::Pattern& pattern : patterns_) {
    sound = sound && in_text(pattern.name_at(), pattern.name_len()) && pattern.vendor() < vendors.count;
  }
  for (const fb::Place& place : places_) sound = sound && place.regime() < regimes.count;
  for (const fb::Revision& row : revisions) sound = sound && in_text(row.version_at(), row.version_len());
  return sound;
}

std::string_view PolicyView::text(std::uint32_t at, std::uint32_t length) const {
  return {text_.data() + at, length};
}

// One walk from the right over the labels; the longest declared suffix wins because it is seen last. A host
// with more labels than any declared one stops early, so the work is bounded by the policy and not by the
// request.
const fb::Host* PolicyView::find_host(std::string_view host, bool is_address) const {
  const std::uint32_t mask = buckets_.count - 2;
  const char* const name = host.data();
  const fb::Host* found = nullptr;
  unsigned labels = 0;
  HostHash hash;
  for (std::size_t i = host.size(); i > 0; --i) {
    hash.push(name[i - 1]);
    const bool whole = i == 1;
    if (!whole && (is_address || name[i - 2] != '.')) continue;
    const std::uint32_t value = hash.value();
    const std::size_t length = host.size() - i + 1;
    const std::uint32_t end = buckets_[(value & mask) + 1];
    for (std::uint32_t at = buckets_[value & mask]; at < end; ++at) {
      const fb::Host& candidate = hosts_[at];
      if (candidate.tag() != value >> 24 || candidate.name_len() != length) continue;
      if ((candidate.flags() & kHostExact) != 0 && !whole) continue;
      if (same_bytes(text_.data() + candidate.name_at(), name + i - 1, length)) found = &candidate;
    }
    if (++labels == max_labels_) break;
  }
  return found;
}

bool PolicyView::has_paths(const fb::Host* row) const {
  if (row == nullptr || (row->flags() & kHostCoBrand) != 0) return false;
  return (row->flags() & kHostFirstParty) != 0 ? first_party_paths_count_ != 0 : row->paths_len() != 0;
}

Target PolicyView::target_of(const fb::Host* row, std::string_view path) const {
  Target target;
  if (row == nullptr) return target;
  if ((row->flags() & kHostCoBrand) != 0) {
    target.party = PartyKind::co_brand;  // nobody of ours: its own policy names it
    return target;
  }
  target.vendor = row->vendor();
  target.purposes = row->purposes();
  unsigned at = row->paths_at();
  unsigned length = row->paths_len();
  if ((row->flags() & kHostFirstParty) != 0) {
    target.party = PartyKind::first;
    at = first_party_paths_at_;
    length = first_party_paths_count_;
  } else {
    target.party = PartyKind::third;
  }
  for (unsigned i = at; i < at + length; ++i) {
    const fb::Path& candidate = paths_[i];
    if (!starts_with(path, text(candidate.text_at(), candidate.text_len()))) continue;
    target.purposes = candidate.purposes();
    target.beacon = (candidate.flags() & kPathBeacon) != 0;
    break;  // longest first
  }
  return target;
}

const fb::Pattern* PolicyView::find_storage(std::string_view name, fb::StorageApi api) const {
  const unsigned api_bit = 1u << static_cast<unsigned>(api);
  for (const fb::Pattern& pattern : patterns_) {
    if ((pattern.apis() & api_bit) == 0) continue;
    if (!starts_with(name, text(pattern.name_at(), pattern.name_len()))) continue;
    if ((pattern.flags() & kPatternPrefix) != 0 || name.size() == pattern.name_len()) return &pattern;
  }
  return nullptr;
}

bool PolicyView::links(PurposeSet any_of) const {
  for (const fb::Pattern& pattern : patterns_) {
    if ((pattern.flags() & kPatternLinked) != 0 && (pattern.purposes() & any_of) != 0) return true;
  }
  return false;
}

std::uint16_t PolicyView::regime_of_place(std::string_view country, std::string_view region) const {
  if (country.size() != 2) return strict_regime;
  const auto byte = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)); };
  const unsigned country_code = byte(country[0]) | byte(country[1]) << 8;
  std::uint32_t region_code = 0;
  for (std::size_t i = 0; i < region.size() && i < 3; ++i) region_code |= byte(region[i]) << (8 * i);
  std::uint16_t regime = is_country(country[0], country[1]) ? elsewhere_regime_ : strict_regime;
  for (const fb::Place& place : places_) {
    if (place.country() != country_code) continue;
    if (place.region() == region_code) return place.regime();
    if (place.region() == 0) regime = place.regime();
  }
  return regime;
}

std::uint16_t PolicyView::revision_of(std::string_view wanted) const {
  for (std::uint16_t i = 0; i < revisions.count; ++i) {
    if (text(revisions[i].version_at(), revisions[i].version_len()) == wanted) return i;
  }
  return kNoIndex;
}

std::uint16_t PolicyView::clause_of(fb::Reason reason) const {
  for (const fb::ReasonClause& row : reasons_) {
    if (row.reason() == reason) return row.clause();
  }
  return kNoIndex;
}

std::string_view PolicyView::id_at(Ids list, unsigned index) {
  const char* rest = list.data();
  std::string_view line;
  while (next_line(rest, list.data() + list.size(), line)) {
    if (index-- == 0) return line;
  }
  return {};
}

std::uint16_t PolicyView::index_of(Ids list, std::string_view id) {
  const char* rest = list.data();
  std::string_view line;
  for (std::uint16_t index = 0; !id.empty() && next_line(rest, list.data() + list.size(), line); ++index) {
    if (line == id) return index;
  }
  return kNoIndex;
}

}  // namespace metrofax::consent
