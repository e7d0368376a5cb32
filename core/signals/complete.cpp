#include "signals/complete.h"

namespace metrofax::consent {
namespace {

constexpr unsigned kCustomBits = 63;  // of a draft's masks

unsigned kind_of(const Restriction& one) { return one.purpose * 4u + one.type; }

bool unusual_order(const Section& section) {
  std::uint8_t before = 0;
  for (const KeptSegment& kept : section.order) {
    if (kept.segment == KeptSegment::kRaw || kept.segment < before) return true;
    before = kept.segment;
  }
  return false;
}

bool unusual_lengths(const Section& section) {
  for (const KeptSegment& kept : section.order) {
    if (kept.segment != KeptSegment::kRaw &&
        kept.characters != characters_of(kept.bits, section.layout->padding))
      return true;
  }
  return false;
}

bool unusual_restrictions(const Section& section) {
  if (section.layout->id == kTcfCanada) return section.no_restrictions;
  unsigned before = 0;
  for (const Restriction& one : section.restrictions) {
    if (kind_of(one) < before || one.vendors.highest() == 0) return true;
    before = kind_of(one);
  }
  return false;
}

struct Completer {
  Draft& draft;
  Strictness strictness;
  Arena& arena;
  Section& section = draft.section;

  // Ranges as they were written count only while they are this set.
  Error check_coded(IdSet& set) {
    const std::span<const IdRange> coded = set.coded;
    set.coded = {};
    if (coded.size() > kMostRuns) return {};
    IdSet same;
    const Error error = make_ids(coded, arena, true, same);
    if (error.code != ErrorCode::ok) return error;
    RunWalk others(same);
    RunWalk runs(set);
    IdRange run;
    do {
      const IdRange other = others.next();
      run = runs.next();
      if (run.first != other.first || run.last != other.last) return {};
    } while (run.first != 0);
    set.coded = coded;
    return {};
  }

  Error make_set(IdSet& set, bool runs_only) {
    const std::span<const IdRange> coded = set.coded;
    Error error;
    if (set.words == nullptr) error = make_ids(set.runs, arena, runs_only, set);
    set.coded = coded;
    if (error.code == ErrorCode::ok && !coded.empty()) error = check_coded(set);
    if (error.code == ErrorCode::ok && run_count(set) > kMostRuns) error.code = ErrorCode::signal_too_large;
    return error;
  }

  Error make_sets() {
    for (std::uint32_t i = 0; i < draft.sets; ++i) {
      const Error error = make_set(section.sets[i], false);
      if (error.code != ErrorCode::ok) return error;
    }
    for (Restriction& one : section.restrictions) {
      const Error error = make_set(one.vendors, true);
      if (error.code != ErrorCode::ok) return error;
    }
    return {};
  }

  // A kind that the value does not have is written without vendors; one that is not listed comes behind the
  // others.
  Error order_restrictions() {
    const std::span<Restriction> given = section.restrictions;
    if (section.layout->id == kTcfCanada) {
      section.no_restrictions = draft.kinds.empty() && given.empty();
      return {};
    }
    auto* list = arena.take<Restriction>(draft.kinds.size() + given.size());
    if (list == nullptr) return {ErrorCode::signal_too_large, 0};
    std::size_t count = 0;
    std::size_t first = 0;
    for (const RestrictionKind kind : draft.kinds) {
      Restriction& next = list[count++] = Restriction{};
      next.purpose = kind.purpose;
      next.type = kind.type;
      next.vendors.coding = usual_coding(*section.layout, FieldType::restrictions);
      while (first < given.size() && given[first].type == kTaken) ++first;
      for (Restriction& one : given.subspan(first)) {
        if (one.purpose != kind.purpose || one.type != kind.type) continue;
        next = one;
        one.type = kTaken;
        break;
      }
    }
    for (const Restriction& one : given) {
      if (one.type != kTaken) list[count++] = one;
    }
    section.restrictions = {list, count};
    return {};
  }
  static constexpr std::uint8_t kTaken = 0xFF;

  Error set_lengths() {
    if (section.order.empty()) {
      auto* list = arena.take<KeptSegment>(kMaxSegments);
      if (list == nullptr) return {ErrorCode::signal_too_large, 0};
      std::size_t count = 0;
      for (std::uint8_t segment = 0; segment < kMaxSegments; ++segment) {
        if (!section.has(segment)) continue;
        list[count] = KeptSegment{};
        list[count++].segment = segment;
      }
      section.order = {list, count};
    }
    for (std::size_t i = 0; i < section.order.size() && i < draft.lengths.size(); ++i) {
      section.order[i].characters = draft.lengths[i];
    }
    return {};
  }

  // usnat of version 1 has the first layout, and so has version 2 where `form` says so. Entries that this
  // does not have may be there as long as they say nothing.
  void choose_layout() {
    if (section.layout->id != kUsNational || (section.values[0] != 1 && !draft.first_layout)) return;
    const SectionLayout& first = *layout_of(kUsNational, true);
    unsigned index = 0;
    for (const Item& item : first.segments[0].items) {
      const unsigned count = draft.entries[index];
      const unsigned more = count > item.count ? count - item.count : 0;
      const std::uint64_t said = section.values[index] & ((std::uint64_t{1} << 2 * more) - 1);
      if (more > 0 && (!draft.first_layout || said != 0)) return;
      ++index;
    }
    section.layout = &first;
  }

  Error settle_item(const Item& item, unsigned index, std::uint64_t custom) {
    std::uint64_t& value = section.values[index];
    const bool given = (draft.seen >> index & 1u) != 0;
    if (item.count > 1) {
      const unsigned count = draft.entries[index];
      value = count > item.count ? value >> 2 * (count - item.count) : value << 2 * (item.count - count);
    } else if (field_of(item).type == FieldType::customs) {
      if (custom < kCustomBits && (value & ((std::uint64_t{1} << (kCustomBits - custom)) - 1)) != 0)
        return {ErrorCode::signal_bad_value, 0};
      value >>= kCustomBits - custom;
    } else if (field_of(item).type == FieldType::ids && !given) {
      value = draft.sets++;
      section.sets[value].coding = usual_coding(*section.layout, FieldType::ids);
    } else if (item.field == fields::kMC) {
      // MspaCoveredTransaction is the one field without "not applicable": 1 yes, 2 no. The reference begins
      // with 1, and these sections are those of signatories.
      if (!given) value = 1;
      if (value == 0 && strictness == Strictness::strict) return {ErrorCode::signal_bad_value, 0};
    }
    return {};
  }

  Error settle_items() {
    unsigned index = 0;
    for (const SegmentLayout& segment : section.layout->segments) {
      std::uint64_t custom = 0;
      for (std::size_t i = 0; i < segment.items.size(); ++i, ++index) {
        const Error error = settle_item(segment.items[i], index, custom);
        if (error.code != ErrorCode::ok) return error;
        if (counts_customs(segment, i)) custom = section.values[index];
      }
    }
    return {};
  }

  Error run() {
    section.layout = layout_of(draft.id);
    if (section.layout == nullptr) return {ErrorCode::bad_value, 0};
    Error error = make_sets();
    if (error.code == ErrorCode::ok && draft.has_kinds) error = order_restrictions();
    section.present |= 1;
    if (error.code == ErrorCode::ok && !draft.lengths.empty()) error = set_lengths();
    if (error.code != ErrorCode::ok) return error;
    // Version or MspaVersion: the newest where nothing is said.
    const SectionLayout& layout = *section.layout;
    if ((draft.seen & 1u) == 0) section.values[0] = layout.version;
    if (section.values[0] < layout.oldest_version || section.values[0] > layout.version)
      return {ErrorCode::signal_bad_version, 0};
    choose_layout();
    error = settle_items();
    if (error.code != ErrorCode::ok) return error;
    if (layout.id >= kUsNational && !layout.segments[1].items.empty()) {
      if (!draft.included && section.values[first_item(layout, 1)] != 0)
        return {ErrorCode::signal_bad_value, 0};
      section.present = draft.included ? 3 : 1;
    }
    return {};
  }
};

}  // namespace

void keep_unusual(Section& section) {
  section.form = static_cast<std::uint8_t>((unusual_order(section) ? kFormOrder : 0) |
                                           (unusual_lengths(section) ? kFormLengths : 0) |
                                           (unusual_restrictions(section) ? kFormRestrictions : 0));
  if (section.layout == layout_of(kUsNational, true)) section.form |= kFormLayout;
  for (IdSet& set : section.sets) drop_obvious(set);
  for (Restriction& one : section.restrictions) drop_obvious(one.vendors);
}

Error complete(Draft& draft, Strictness strictness, Arena& arena) {
  return Completer{draft, strictness, arena}.run();
}

Error complete(const Gpp& gpp, Strictness strictness, Arena& arena, std::uint32_t& at) {
  for (at = 0; at < gpp.sections.size(); ++at) {
    GppSection& one = gpp.sections[at];
    Error error;
    if (one.id == kUsp && !one.text.empty()) {
      const Result<UspString> usp = read_usp(one.text);
      one.usp = usp.value();
      error = usp.error();
    } else if (one.section != nullptr) {
      error = complete(*reinterpret_cast<Draft*>(one.section), strictness, arena);
    }
    if (error.code != ErrorCode::ok) return error;
  }
  return {};
}

}  // namespace metrofax::consent
