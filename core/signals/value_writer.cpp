#include "signals/value.h"

namespace metrofax::consent {
namespace {

constexpr char kIdCodings[] = "BCA";  // by IdCoding: the requirements' names of Canada's forms

void write_letters(JsonWriter& out, std::uint64_t value) {
  char letters[2];
  for (unsigned i = 0; i < 2; ++i) {
    const auto six = static_cast<unsigned>(value >> (6 - 6 * i) & 63);
    // Some writers forget to capitalise: 32 to 57 are what their small letters become.
    letters[i] = six < 26 || (six >= 32 && six < 58) ? static_cast<char>('A' + six) : '?';
  }
  out.text({letters, 2});
}

void write_mask(JsonWriter& out, std::uint64_t value, unsigned bits) {
  const std::uint64_t first = bits == 0 ? 0 : value << (64 - bits);
  std::uint32_t words[2] = {static_cast<std::uint32_t>(first >> 32), static_cast<std::uint32_t>(first)};
  IdSet set;
  set.words = words;
  set.word_count = 2;
  out.ranges(set);
}

void write_list(JsonWriter& out, std::uint64_t value, unsigned count, unsigned most) {
  out.open('[');
  for (unsigned i = 0; i < most; ++i) out.number(i < count ? value >> 2 * (count - 1 - i) & 3 : 0);
  out.close(']');
}

bool is_remarkable(const IdSet& set, IdCoding usual) {
  return set.max != 0 || set.form != IdForm::shortest || !set.coded.empty() || set.coding != usual;
}

void write_set_form(JsonWriter& out, const IdSet& set, IdCoding usual) {
  out.open('{');
  if (set.coding != usual) {
    out.key("coding");
    const char coding = set.coding == IdCoding::plain ? 'B' : kIdCodings[static_cast<unsigned>(set.coding)];
    out.text({&coding, 1});
  }
  if (set.form != IdForm::shortest) {
    out.key("encoding");
    out.text(set.form == IdForm::bits ? "bits" : "range");
  }
  if (set.max != 0) {
    out.key("maxVendorId");
    out.number(set.max);
  }
  if (!set.coded.empty()) {
    out.key("ranges");
    out.ranges(set.coded);
  }
  out.close('}');
}

unsigned kind_of(const Restriction& one) { return one.purpose * 4u + one.type; }

void write_restriction(JsonWriter& out, const Restriction& restriction, IdCoding usual) {
  out.open('{');
  out.key("purposeId");
  out.number(restriction.purpose);
  out.key("restrictionType");
  out.number(restriction.type);
  out.key("vendors");
  out.ranges(restriction.vendors);
  if (is_remarkable(restriction.vendors, usual)) {
    out.key("form");
    write_set_form(out, restriction.vendors, usual);
  }
  out.close('}');
}

// By purpose and type, whatever the string's order, and without those for nobody: what a TC string's
// restrictions are is a map of 256 kinds at most. Canada's are a list.
void write_restrictions(JsonWriter& out, const Section& section) {
  const IdCoding usual = usual_coding(*section.layout, FieldType::restrictions);
  out.open('[');
  if (section.layout->id == kTcfCanada) {
    for (const Restriction& one : section.restrictions) write_restriction(out, one, usual);
  }
  std::uint64_t kinds[4] = {};
  for (const Restriction& one : section.restrictions) {
    const unsigned kind = kind_of(one);
    kinds[kind >> 6] |= std::uint64_t{one.vendors.highest() != 0} << (kind & 63);
  }
  for (unsigned kind = 0; kind < 256 && section.layout->id != kTcfCanada; ++kind) {
    if ((kinds[kind >> 6] >> (kind & 63) & 1u) == 0) continue;
    for (const Restriction& one : section.restrictions) {
      if (kind_of(one) == kind && one.vendors.highest() != 0) write_restriction(out, one, usual);
    }
  }
  out.close(']');
}

struct Writer {
  JsonWriter& out;
  const Section& section;
  Naming naming;

  void name(const Item& item) {
    const Name name = name_of(item.field, naming);
    out.key(name.text, name.lower);
  }

  void item(const Item& item, const Item& widest, std::uint64_t value, std::uint64_t custom) {
    name(item);
    switch (field_of(item).type) {
      case FieldType::letters:
        return write_letters(out, value);
      case FieldType::boolean:
        return out.boolean(value != 0);
      case FieldType::ids:
        return out.ranges(section.sets[value]);
      case FieldType::restrictions:
        return write_restrictions(out, section);
      case FieldType::bitfield:
      case FieldType::customs:
        return write_mask(out, value, bits_of(item, custom));
      default:
        if (item.count > 1) {
          write_list(out, value, item.count, widest.count);
        } else {
          out.number(value);
        }
    }
  }

  void items(unsigned segment, const SectionLayout& widest) {
    const std::span<const Item> all = section.layout->segments[segment].items;
    const unsigned first = first_item(*section.layout, segment);
    std::uint64_t custom = 0;
    for (unsigned i = 0; i < all.size(); ++i) {
      const std::uint64_t value = section.values[first + i];
      item(all[i], widest.segments[segment].items[i], value, custom);
      if (counts_customs(section.layout->segments[segment], i)) custom = value;
    }
  }

  void absent(unsigned segment) {
    for (const Item& item : section.layout->segments[segment].items) {
      name(item);
      out.null();
    }
  }

  // The subsections of the United States are there or not, and their fields are either way.
  void included(unsigned segment) {
    items(segment, *section.layout);
    out.key(included_name(*section.layout));
    out.boolean(section.has(segment));
  }

  void segment(unsigned segment, const SectionLayout& widest) {
    const SegmentLayout& shape = section.layout->segments[segment];
    if (segment > 0 && section.layout->id >= kUsNational) return included(segment);
    const bool object = naming == Naming::tcf && shape.items.size() > 1 && segment > 0;
    if (object) out.key(name_of(*section.layout, segment));
    if (!section.has(segment)) return object ? out.null() : absent(segment);
    if (object) out.open('{');
    items(segment, widest);
    if (object) out.close('}');
  }

  // ---- form: only what an encoder would not do by itself

  void order() {
    if ((section.form & kFormOrder) != 0) {
      out.key("segments");
      out.open('[');
      for (const KeptSegment& kept : section.order) {
        const bool raw = kept.segment == KeptSegment::kRaw;
        raw ? out.raw_segment(kept.raw) : out.text(name_of(*section.layout, kept.segment));
      }
      out.close(']');
    }
    if ((section.form & kFormLengths) != 0) {
      out.key("characters");
      out.open('[');
      for (const KeptSegment& kept : section.order) out.number(kept.characters);
      out.close(']');
    }
  }

  void restrictions() {
    if ((section.form & kFormRestrictions) == 0) return;
    out.key("restrictions");
    out.begin_text();
    for (const Restriction& one : section.restrictions) out.pair(one.purpose, one.type);
    out.end_text();
  }

  void sets() {
    for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
      const unsigned first = first_item(*section.layout, segment);
      const std::span<const Item> all = section.layout->segments[segment].items;
      for (unsigned i = 0; i < all.size() && section.has(segment); ++i) {
        const Field& field = field_of(all[i]);
        if (field.type != FieldType::ids) continue;
        const IdCoding usual = usual_coding(*section.layout, field.type);
        const IdSet& set = section.sets[section.values[first + i]];
        if (!is_remarkable(set, usual)) continue;
        name(all[i]);
        write_set_form(out, set, usual);
      }
    }
  }
};

}  // namespace

void write_value(JsonWriter& out, const Section& section, Naming naming) {
  Writer writer{out, section, naming};
  // usnat's second version is shown whole even where it was written with the fields of the first.
  const bool extended = section.layout->id == kUsNational && section.values[0] > 1;
  const SectionLayout& widest = extended ? *layout_of(kUsNational) : *section.layout;
  out.open('{');
  for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
    if (!section.layout->segments[segment].items.empty()) writer.segment(segment, widest);
  }
  out.key("form");
  const std::uint32_t before = out.size();
  out.open('{');
  if (&widest != section.layout) {
    out.key("layout");
    out.number(1);
  }
  writer.order();
  writer.restrictions();
  writer.sets();
  const bool nothing = out.size() == before + 1;
  out.close('}');
  if (nothing) out.forget(before - 8);  // ,"form":
  out.close('}');
}

}  // namespace metrofax::consent
