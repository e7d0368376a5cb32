#include "policy/view.h"

#include "policy/countries.h"

namespace metrofax::consent {
namespace {

constexpr std::uint16_t kFormat = 2;
constexpr std::uint8_t kHostExact = 1;
constexpr std::uint8_t kHostFirstParty = 2;
constexpr std::uint8_t kHostCoBrand = 4;
constexpr std::uint8_t kHostSockets = 8;
constexpr std::uint8_t kPatternPrefix = 1;
constexpr std::uint8_t kPatternLinked = 4;
constexpr std::uint16_t kPathBeacon = 1;
constexpr unsigned kMaxPurposes = 32;

// The root table of a FlatBuffer, read by the number of a field, every offset and length checked against the
// blob (https://flatbuffers.dev/internals). All fields of ours but one are vectors of plain rows, so that one
// function does what the generated verifier and accessors would do field by field.
class RootTable {
 public:
  explicit RootTable(std::span<const std::uint8_t> blob)
      : blob_(blob),
        root_(read<std::uint32_t>(0)),
        vtable_(root_ - read<std::uint32_t>(root_)),  // a signed distance: modulo 2^32 it is one
        vtable_size_(read<std::uint16_t>(vtable_)) {
    bytes(vtable_, vtable_size_, 1, 1);
  }

  /// False as soon as anything asked for was not there, whole and aligned.
  [[nodiscard]] bool sound() const { return sound_; }

  template <class T>
  Rows<T> rows(unsigned vtable_offset) {
    const Vector found = vector(vtable_offset, sizeof(T), alignof(T));
    return {reinterpret_cast<const T*>(found.data), found.count};
  }

  std::string_view text(unsigned vtable_offset) {
    const Rows<char> row = rows<char>(vtable_offset);
    return {row.data, row.count};
  }

  template <class T>
  const T* one(unsigned vtable_offset) {
    return reinterpret_cast<const T*>(bytes(place(vtable_offset), 1, sizeof(T), alignof(T)));
  }

 private:
  struct Vector {
    const std::uint8_t* data;
    std::uint32_t count;
  };

  // Once for all fields, not once more for each: the module counts in bytes.
  [[gnu::noinline]] Vector vector(unsigned vtable_offset, std::size_t size, std::size_t alignment) {
    const std::uint32_t field = place(vtable_offset);
    const std::uint32_t at = field + read<std::uint32_t>(field);
    const auto count = read<std::uint32_t>(at);
    return {bytes(at + 4, count, size, alignment), count};
  }

  std::uint32_t place(unsigned vtable_offset) {
    const std::uint16_t field =
        vtable_offset < vtable_size_ ? read<std::uint16_t>(vtable_ + vtable_offset) : 0;
    if (field == 0) sound_ = false;  // every field is required
    return root_ + field;
  }

  const std::uint8_t* bytes(std::uint32_t at, std::uint32_t count, std::size_t size, std::size_t alignment) {
    if (at > blob_.size() || count > (blob_.size() - at) / size || at % alignment != 0) sound_ = false;
    return sound_ ? blob_.data() + at : nullptr;
  }

  template <class T>
  T read(std::uint32_t at) {
    const std::uint8_t* const from = bytes(at, 1, sizeof(T), alignof(T));
    return from != nullptr ? flatbuffers::ReadScalar<T>(from) : T{0};
  }

  std::span<const std::uint8_t> blob_;
  bool sound_ = true;  // before the others: reading them sets it
  std::uint32_t root_ = 0;
  std::uint32_t vtable_ = 0;
  std::uint16_t vtable_size_ = 0;
};

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

// Inlined, its result would be copied member by member.
[[gnu::noinline]] Result<PolicyView> PolicyView::open(std::span<const std::uint8_t> blob) {
  // The smallest FlatBuffer with an identifier is 12 bytes; reading it in place needs its own alignment.
  if (blob.size() < 12 + kPolicyTrailerBytes) return Error{ErrorCode::policy_truncated, 0};
  const std::size_t size = blob.size() - kPolicyTrailerBytes;
  const std::uint64_t checksum = policy_checksum(blob.data(), size);
  for (unsigned i = 0; i < kPolicyTrailerBytes; ++i) {
    if (blob[size + i] != static_cast<std::uint8_t>(checksum >> (8 * i))) {
      return Error{ErrorCode::policy_bad_checksum, static_cast<std::uint32_t>(size)};
    }
  }
  if (!fb::PolicyBufferHasIdentifier(blob.data())) return Error{ErrorCode::policy_bad_magic, 4};
  if (reinterpret_cast<std::uintptr_t>(blob.data()) % 8 != 0)
    return Error{ErrorCode::policy_bad_structure, 0};

  PolicyView view;
  RootTable table(blob.first(size));
  using Field = fb::Policy;
  table.text(Field::VT_ID);
  view.text_ = table.text(Field::VT_TEXT);
  view.version = table.text(Field::VT_VERSION);
  view.sha256 = table.rows<std::uint8_t>(Field::VT_SHA256);
  view.slots_ = table.rows<std::uint32_t>(Field::VT_SLOTS);
  view.hosts_ = table.rows<fb::Host>(Field::VT_HOSTS);
  view.paths_ = table.rows<fb::Path>(Field::VT_PATHS);
  view.patterns_ = table.rows<fb::Pattern>(Field::VT_PATTERNS);
  view.purposes = table.rows<fb::Purpose>(Field::VT_PURPOSES);
  view.vendors = table.rows<fb::Vendor>(Field::VT_VENDORS);
  view.regimes = table.rows<fb::Regime>(Field::VT_REGIMES);
  view.places_ = table.rows<fb::Place>(Field::VT_PLACES);
  view.rules = table.rows<fb::Rule>(Field::VT_RULES);
  view.reasons_ = table.rows<std::uint16_t>(Field::VT_REASONS);
  view.revisions = table.rows<fb::Revision>(Field::VT_REVISIONS);
  view.areas = table.rows<std::uint32_t>(Field::VT_AREAS);
  view.purpose_ids = table.text(Field::VT_PURPOSE_IDS);
  view.vendor_ids = table.text(Field::VT_VENDOR_IDS);
  view.regime_ids = table.text(Field::VT_REGIME_IDS);
  view.clause_ids = table.text(Field::VT_CLAUSE_IDS);
  view.area_ids = table.text(Field::VT_AREA_IDS);
  const auto* const header = table.one<fb::Header>(Field::VT_HEADER);
  if (header == nullptr || !table.sound()) return Error{ErrorCode::policy_bad_structure, 0};
  if (header->format() != kFormat) return Error{ErrorCode::policy_bad_format, 0};
  view.strict_regime = header->strict_regime();
  view.elsewhere_regime_ = header->elsewhere_regime();
  view.max_labels_ = header->max_labels();
  view.first_party_paths_at_ = header->first_party_paths_at();
  view.first_party_paths_count_ = header->first_party_paths_len();
  if (!view.structure_is_sound()) return Error{ErrorCode::policy_bad_structure, 0};
  for (unsigned kind = 0; kind < 16; ++kind) {
    std::uint16_t& first = view.first_rule_[kind];
    while (first < view.rules.count && (view.rules[first].kinds() >> kind & 1u) == 0) ++first;
  }
  view.root_ = fb::GetPolicy(blob.data());
  view.blob_ = blob.first(size);
  view.checksum_ = checksum;
  return view;
}

// Offsets and lengths are sound; what our own indices mean is proven here, once, so that later look-ups may
// take it on trust. (A clause beyond the list has no name and does no harm.)
bool PolicyView::structure_is_sound() const {
  const std::size_t text_size = text_.size();
  const auto in_text = [text_size](std::uint32_t at, std::uint32_t length) {
    return at <= text_size && length <= text_size - at;
  };
  bool sound = (slots_.count & (slots_.count - 1)) == 0 && purposes.count - 1 < kMaxPurposes &&
               vendors.count != 0 && revisions.count != 0 && strict_regime < regimes.count &&
               elsewhere_regime_ < regimes.count &&
               static_cast<std::uint32_t>(first_party_paths_at_) + first_party_paths_count_ <= paths_.count;
  bool has_end = false;  // of every search
  for (const std::uint32_t slot : slots_) {
    sound = sound && (slot & kSlotIndexMask) <= hosts_.count;
    has_end = has_end || (slot & kSlotIndexMask) == 0;
  }
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
  return sound && has_end;
}

std::string_view PolicyView::text(std::uint32_t at, std::uint32_t length) const {
  return {text_.data() + at, length};
}

// One walk from the right over the labels; the longest declared suffix wins because it is seen last. A host
// with more labels than any declared one stops early, so the work is bounded by the policy and not by the
// request.
const fb::Host* PolicyView::find_host(std::string_view host, bool is_address) const {
  const std::uint32_t mask = slots_.count - 1;
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
    std::uint32_t index = 0;
    for (std::uint32_t at = value; (index = slots_[at & mask] & kSlotIndexMask) != 0; ++at) {
      if ((slots_[at & mask] ^ value) >> kSlotIndexBits != 0) continue;
      const fb::Host& candidate = hosts_[index - 1];
      if (candidate.name_len() != length || ((candidate.flags() & kHostExact) != 0 && !whole)) continue;
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

bool PolicyView::has_sockets(const fb::Host& row) { return (row.flags() & kHostSockets) != 0; }

bool PolicyView::has_subdomains(const fb::Host& row) { return (row.flags() & kHostExact) == 0; }

std::string_view PolicyView::host_path(const fb::Host& row, unsigned n) const {
  if ((row.flags() & (kHostFirstParty | kHostCoBrand)) != 0 || n >= row.paths_len()) return {};
  const fb::Path& path = paths_[row.paths_at() + n];
  return text(path.text_at(), path.text_len());
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
    if ((pattern.apis() & api_bit) == 0 || !starts_with(name, name_of(pattern))) continue;
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
  if (country.size() != 2 || region.size() > 3) return strict_regime;
  for (const char c : region) {
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) return strict_regime;
  }
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

std::string_view PolicyView::version_at(std::uint16_t revision) const {
  if (revision >= revisions.count) return {};
  return text(revisions[revision].version_at(), revisions[revision].version_len());
}

PurposeSet PolicyView::changed_since(std::uint16_t revision) const {
  if (revision >= revisions.count) return ~PurposeSet{0};
  PurposeSet changed = 0;
  for (unsigned row = 1; row <= revision; ++row) {
    if ((revisions[row].flags() & kRevisionMaterial) != 0) changed |= revisions[row].purposes();
  }
  return changed;
}

std::uint16_t PolicyView::clause_of(fb::Reason reason) const {
  const auto number = static_cast<std::uint16_t>(reason);
  return number < reasons_.count ? reasons_[number] : kNoIndex;
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
