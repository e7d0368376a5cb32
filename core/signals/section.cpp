#include "signals/section.h"

namespace metrofax::consent {
namespace {

constexpr std::uint32_t kMostCanada = 8 * 1024;  // characters of a segment that is read up to four times
constexpr std::uint32_t kQuantum = 24;           // as many zeros as any padding has, less one

struct SegmentReader {
  const SectionLayout& layout;
  Arena& arena;
  Notes& notes;
  Section& section;
  BitReader in;
  std::uint32_t base = 0;  // of the segment's first bit
  unsigned sets = 0;
  IdCoding coding = IdCoding::legacy;  // that is tried
  std::uint32_t bits = 0;              // that the fields took
  bool ambiguous = false;  // none of Canada's codings fits with what lies behind it: not written again so

  [[nodiscard]] std::uint32_t here() const { return base + in.at(); }
};

bool is_canada(const SectionLayout& layout) { return layout.id == kTcfCanada; }

void note_ids(SegmentReader& r, const IdFindings& found, std::uint32_t at) {
  if (found.unordered) r.notes.add(ErrorCode::signal_unordered, at);
  if (found.beyond_max) r.notes.add(ErrorCode::signal_beyond_max, at);
}

Error read_set(SegmentReader& r, IdCoding coding, bool runs_only, IdSet& set) {
  const std::uint32_t at = r.here();
  IdFindings found;
  Error error = read_ids(r.in, coding, r.arena, runs_only, set, found);
  error.offset += r.base;
  if (error.code == ErrorCode::ok) note_ids(r, found, at);
  return error;
}

// TCF "Publisher Restrictions Section"; Canada's has its own coding of ids, and none at all before its 1.1.
Error read_restrictions(SegmentReader& r) {
  const bool canada = is_canada(r.layout);
  r.section.no_restrictions = canada && r.in.left() < 12;
  if (r.section.no_restrictions) return {};
  const std::uint32_t count = r.in.read(12);
  if (r.in.failed() || count * 20 > r.in.left()) return {ErrorCode::signal_truncated, r.here()};
  if (count > kMostRestrictions) return {ErrorCode::signal_too_large, r.here()};
  auto* list = r.arena.take<Restriction>(count);
  if (list == nullptr) return {ErrorCode::signal_too_large, r.here()};
  const IdCoding coding = r.coding == IdCoding::legacy ? IdCoding::plain : r.coding;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = r.here();
    list[i].purpose = static_cast<std::uint8_t>(r.in.read(6));
    list[i].type = static_cast<std::uint8_t>(r.in.read(2));
    if (list[i].type == 3 || list[i].purpose == 0) r.notes.add(ErrorCode::signal_reserved, at);
    const Error error = read_set(r, coding, true, list[i].vendors);
    if (error.code != ErrorCode::ok) return error;
  }
  r.section.restrictions = {list, count};
  return {};
}

void note_value(SegmentReader& r, const Field& field, std::uint64_t value, std::uint32_t at) {
  if (field.type == FieldType::letters && ((value >> 6) > 25 || (value & 63) > 25)) {
    r.notes.add(ErrorCode::signal_bad_value, at);
  }
  // Two bits each: 3 is in there where a pair has both set.
  if (field.type == FieldType::choice && (value & value >> 1 & 0x5555555555555555u) != 0) {
    r.notes.add(ErrorCode::signal_reserved, at);
  }
}

Error read_items(SegmentReader& r, unsigned segment) {
  const SegmentLayout& layout = r.layout.segments[segment];
  std::uint64_t* values = r.section.values + first_item(r.layout, segment);
  std::uint64_t custom = 0;
  for (std::size_t i = 0; i < layout.items.size(); ++i) {
    const Item& item = layout.items[i];
    const Field& field = field_of(item);
    const std::uint32_t at = r.here();
    if (field.type == FieldType::ids) {
      values[i] = r.sets;
      const Error error = read_set(r, r.coding, false, r.section.sets[r.sets++]);
      if (error.code != ErrorCode::ok) return error;
    } else if (field.type == FieldType::restrictions) {
      const Error error = read_restrictions(r);
      if (error.code != ErrorCode::ok) return error;
    } else {
      values[i] = r.in.read_long(bits_of(item, custom));
      if (r.in.failed()) return {ErrorCode::signal_truncated, at};
      if (counts_customs(layout, i)) custom = values[i];
      note_value(r, field, values[i], at);
    }
  }
  return {};
}

Error read_core_version(SegmentReader& r) {
  const std::uint32_t version = r.in.read(6);
  if (r.in.failed()) return {ErrorCode::signal_truncated, r.base};
  if (version < r.layout.oldest_version || version > r.layout.version)
    return {ErrorCode::signal_bad_version, r.base};
  return {};
}

// One of Canada's three codings fits a core if all fields can be read and less than a padding of zeros is
// left. Where none does, the first that can be read at all is taken, with a warning.
Error read_segment(SegmentReader& r, unsigned segment) {
  constexpr IdCoding kCodings[] = {IdCoding::current, IdCoding::legacy, IdCoding::spec};
  constexpr unsigned kTries = 3;
  const bool canada = is_canada(r.layout);
  const BitReader start = r.in;
  const unsigned sets = r.sets;
  const unsigned notes = r.notes.count();
  unsigned readable = kTries;
  Error first;
  for (unsigned i = canada ? 0 : kTries; i <= kTries; ++i) {
    if (canada && i == kTries && readable == kTries) return first;
    r.in = start;
    r.sets = sets;
    r.notes.keep(notes);
    r.coding = !canada ? IdCoding::legacy : kCodings[i == kTries ? readable : i];
    static_cast<void>(r.in.read(r.layout.segments[segment].type_bits));
    const Error error = read_items(r, segment);
    if (i == kTries && error.code != ErrorCode::ok) return error;
    if (i == 0) first = error;
    if (error.code != ErrorCode::ok) continue;
    const std::uint32_t left = r.in.left();
    const std::uint32_t end = r.here();
    r.bits = r.in.at();
    const bool padding = r.in.rest_is_zero() && left < kQuantum;
    r.ambiguous = canada && !padding;
    if (i == kTries && !padding) r.notes.add(ErrorCode::signal_trailing_bits, end);
    if (i == kTries || padding) return {};
    if (readable == kTries) readable = i;
  }
  return first;
}

/// The layout's segment that this text is, kRaw if it has none such.
std::uint8_t segment_of(const SectionLayout& layout, unsigned index, BitReader in) {
  if (index == 0) return 0;
  for (std::uint8_t i = 1; i < kMaxSegments; ++i) {
    const SegmentLayout& segment = layout.segments[i];
    if (segment.items.empty()) continue;
    if (segment.type_bits == 0) {
      if (index == 1) return i;
      continue;
    }
    BitReader peek = in;
    if (peek.read(segment.type_bits) == segment.type && !peek.failed()) return i;
  }
  return KeptSegment::kRaw;
}

// Maryland and later: a drafted "Section Header" subsection, which nobody writes, begins with the section's
// id.
bool is_section_header(const SectionLayout& layout, BitReader in) {
  return layout.id >= kFirstWithHeader && in.read(6) == layout.id;
}

}  // namespace

IdCoding usual_coding(const SectionLayout& layout, FieldType type) {
  if (is_canada(layout)) return IdCoding::current;
  return type == FieldType::restrictions ? IdCoding::plain : IdCoding::legacy;
}

bool counts_customs(const SegmentLayout& layout, std::size_t i) {
  return layout.items[i].field == fields::kNumCustomPurposes;
}

unsigned bits_of(const Item& item, std::uint64_t custom_purposes) {
  const Field& field = field_of(item);
  return field.type == FieldType::customs ? static_cast<unsigned>(custom_purposes) : field.bits * item.count;
}

Error read_section(std::uint8_t id, std::string_view text, std::uint32_t base, Arena& arena, Notes& notes,
                   Section& section) {
  section = Section{};
  const SectionLayout* chosen = layout_of(id);
  // Sixty bits and their padding are usnat's first layout, whatever version it names.
  if (id == kUsNational && up_to(text, '.').size() * 6 < 70) chosen = layout_of(id, true);
  const SectionLayout& layout = *chosen;
  section.layout = chosen;

  const std::size_t dots = 1 + count_of(text, '.');
  auto* order = arena.take<KeptSegment>(kMostSegments);
  if (order == nullptr) return {ErrorCode::signal_too_large, base};
  section.order = {order, dots};

  SegmentReader r{layout, arena, notes, section, {}, base};
  unsigned index = 0;  // among segments, a header not counted
  for (std::size_t n = 0; n < dots; ++n) {
    const std::string_view segment = up_to(text.substr((r.base - base) / 6), '.');
    if (n == kMostSegments || (is_canada(layout) && segment.size() > kMostCanada))
      return {ErrorCode::signal_too_large, r.base};
    order[n] = KeptSegment{};
    if (segment.empty())
      return {n == 0 && dots == 1 ? ErrorCode::signal_truncated : ErrorCode::signal_bad_segment, r.base};
    std::uint32_t bad = 0;
    if (!r.in.open(segment, arena, bad)) {
      return {bad < segment.size() ? ErrorCode::signal_bad_character : ErrorCode::signal_too_large,
              r.base + bad * 6};
    }
    std::uint8_t which = KeptSegment::kRaw;
    if (index != 0 || !is_section_header(layout, r.in)) which = segment_of(layout, index++, r.in);
    const bool repeated = which != KeptSegment::kRaw && section.has(which);
    if (which == KeptSegment::kRaw || repeated) {
      notes.add(repeated ? ErrorCode::signal_bad_segment : ErrorCode::signal_unknown_segment, r.base);
      order[n].raw = segment;
    } else {
      if (which == 0) {
        const BitReader start = r.in;
        const Error version = read_core_version(r);
        if (version.code != ErrorCode::ok) return version;
        r.in = start;
      }
      const Error error = read_segment(r, which);
      if (error.code != ErrorCode::ok) return error;
      section.present |= static_cast<std::uint8_t>(1u << which);
      order[n].segment = which;
      order[n].characters =
          r.ambiguous ? characters_of(r.bits, layout.padding) : static_cast<std::uint32_t>(segment.size());
      order[n].bits = r.bits;
    }
    r.base += static_cast<std::uint32_t>(segment.size() + 1) * 6;
  }
  if (!section.has(0)) return {ErrorCode::signal_truncated, base};
  if (id == kTcfEu && section.values[fields::kCmpId] < 2) notes.add(ErrorCode::signal_reserved, base + 78);
  return notes.refusal();
}

namespace {

void write_segment(const Section& section, unsigned segment, std::uint32_t characters, BitWriter& out) {
  const SectionLayout& layout = *section.layout;
  const SegmentLayout& shape = layout.segments[segment];
  const std::uint64_t* values = section.values + first_item(layout, segment);
  std::uint64_t custom = 0;
  if (shape.type_bits > 0) out.write(shape.type, shape.type_bits);
  for (std::size_t i = 0; i < shape.items.size(); ++i) {
    const Field& field = field_of(shape.items[i]);
    if (field.type == FieldType::ids) {
      write_ids(out, section.sets[values[i]]);
    } else if (field.type == FieldType::restrictions) {
      if (section.no_restrictions) continue;
      out.write(section.restrictions.size(), 12);
      for (const Restriction& restriction : section.restrictions) {
        out.write(restriction.purpose, 6);
        out.write(restriction.type, 2);
        write_ids(out, restriction.vendors);
      }
    } else {
      out.write(values[i], bits_of(shape.items[i], custom));
      if (counts_customs(shape, i)) custom = values[i];
    }
  }
  out.end(layout.padding, characters);
}

}  // namespace

Error write_section(const Section& section, Arena& arena, BitWriter& out) {
  const std::uint32_t from = out.size();
  std::uint8_t written = 0;
  bool first = true;
  const auto part = [&] {
    if (!first) out.plain('.');
    first = false;
  };
  for (const KeptSegment& kept : section.order) {
    if (kept.segment == KeptSegment::kRaw) {
      part();
      out.plain(kept.raw);
    } else if (section.has(kept.segment)) {
      part();
      write_segment(section, kept.segment, kept.characters, out);
      written |= static_cast<std::uint8_t>(1u << kept.segment);
    }
  }
  for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
    if (!section.has(segment) || (written >> segment & 1u) != 0) continue;
    part();
    write_segment(section, segment, 0, out);
  }
  if (out.failed()) return {ErrorCode::too_long, 0};
  // What can be read and what cannot is the reader's to say, of every limit and of every form.
  Notes notes(Strictness::lenient);
  auto* again = arena.take<Section>(1);
  if (again == nullptr) return {ErrorCode::signal_too_large, 0};
  return {read_section(section.layout->id, out.text(from), 0, arena, notes, *again).code, 0};
}

}  // namespace metrofax::consent
