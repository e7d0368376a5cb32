#include "signals/value.h"

namespace metrofax::consent {
namespace {

struct Place {
  const Item* item = nullptr;
  unsigned segment = 0;
  unsigned index = 0;  // among all items
};

struct Reader {
  JsonReader& in;
  Draft& draft;
  const SectionLayout& layout;
  Naming naming;
  Strictness strictness;
  Arena& arena;
  Error error;  // beside what `in` has: the arena is full
  Section& section = draft.section;

  /// The item of a name among the segments [from, to).
  [[nodiscard]] Place find(std::string_view key, unsigned from, unsigned to) const {
    for (unsigned segment = from; segment < to; ++segment) {
      const std::span<const Item> all = layout.segments[segment].items;
      for (unsigned i = 0; i < all.size(); ++i) {
        if (name_of(all[i].field, naming).is(key)) return {&all[i], segment, first_item(layout, segment) + i};
      }
    }
    return {};
  }

  [[nodiscard]] bool failed() const { return in.failed() || error.code != ErrorCode::ok; }
  void refuse(ErrorCode code) { in.fail(code); }

  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t value = in.number();
    if (value > most) refuse(ErrorCode::signal_bad_value);
    return in.failed() ? 0 : value;
  }

  std::uint64_t letters() {
    const std::string_view text = in.text();
    if (text.size() != 2) refuse(ErrorCode::signal_bad_value);
    std::uint64_t value = 0;
    for (const char c : text) {
      const bool small = c >= 'a' && c <= 'z';
      // Lenient writes again what a writer wrote that did not capitalise, and something else for what was no
      // letter.
      const bool none = c == '?' && strictness == Strictness::lenient;
      if (!small && !none && (c < 'A' || c > 'Z')) refuse(ErrorCode::signal_bad_value);
      const int six = none ? 63 : small && strictness == Strictness::strict ? c - 'a' : c - 'A';
      value = value << 6 | static_cast<unsigned>(six);
    }
    return in.failed() ? 0 : value;
  }

  // "1-5,7", or an array of numbers.
  std::span<IdRange> ranges() {
    if (in.at('[')) return array_of_ids();
    const Result<std::span<IdRange>> read = read_ranges(in.text(), arena);
    if (!read.ok()) refuse(read.error().code);
    return in.failed() ? std::span<IdRange>{} : read.value();
  }

  std::span<IdRange> array_of_ids() {
    // The arena gives from one end only: what is taken in pieces lies together.
    IdRange* list = nullptr;
    std::size_t count = 0;
    if (!in.begin_array()) return {};
    while (in.next_entry()) {
      auto* next = count % 2 == 0 ? arena.take<IdRange>(2) : list + count;
      if (next == nullptr) {
        error = {ErrorCode::signal_too_large, 0};
        return {};
      }
      if (list == nullptr) list = next;
      const auto id = static_cast<std::uint16_t>(number(0xFFFF));
      if (id == 0) refuse(ErrorCode::signal_bad_range);
      list[count++] = {id, id};
    }
    if (in.failed()) return {};
    return {list, count};
  }

  std::uint64_t mask(unsigned bits) {
    std::uint64_t value = 0;
    for (const IdRange range : ranges()) {
      for (std::uint32_t id = range.first; id <= range.last; ++id) {
        if (id > bits) {
          refuse(ErrorCode::signal_bad_value);
          return 0;
        }
        value |= std::uint64_t{1} << (bits - id);
      }
    }
    return value;
  }

  std::uint64_t list(const Item& item, std::uint8_t& count) {
    std::uint64_t value = 0;
    if (!in.begin_array()) return 0;
    while (in.next_entry()) {
      if (count++ == item.count) refuse(ErrorCode::signal_bad_value);
      value = value << 2 | number(strictness == Strictness::strict ? 2 : 3);
    }
    return value;
  }

  void set(IdSet& into, FieldType type) {
    into.runs = ranges();
    into.coding = usual_coding(layout, type);
  }

  void set_form(IdSet& into, bool restriction) {
    if (!in.begin_object()) return;
    for (std::string_view key; in.next_key(key);) {
      if (key == "maxVendorId") {
        into.max = static_cast<std::uint16_t>(number(0xFFFF));
      } else if (key == "ranges") {
        into.coded = ranges();
      } else if (key == "encoding") {
        const std::string_view form = in.text();
        if (form != "bits" && form != "range") refuse(ErrorCode::signal_bad_value);
        into.form = form == "bits" ? IdForm::bits : IdForm::ranges;
      } else if (key == "coding") {
        const std::string_view form = in.text();
        if (form == "B") {
          into.coding = restriction ? IdCoding::plain : IdCoding::legacy;
        } else if (form == "A" || form == "C") {
          into.coding = form == "A" ? IdCoding::spec : IdCoding::current;
        } else {
          refuse(ErrorCode::signal_bad_value);
        }
      } else {
        refuse(ErrorCode::unknown_key);
      }
    }
  }

  void restrictions() {
    if (!in.begin_array()) return;
    Restriction* list = nullptr;
    std::size_t count = 0;
    // Two passes would need a reader that goes back: room for all that there can be, taken when needed.
    while (in.next_entry()) {
      if (list == nullptr) list = arena.take<Restriction>(kMostRestrictions);
      if (list == nullptr || count == kMostRestrictions) {
        error = {ErrorCode::signal_too_large, 0};
        return;
      }
      Restriction& one = list[count++] = Restriction{};
      if (!in.begin_object()) return;
      // "form" comes before "vendors" in the canonical order and is about them.
      IdSet form;
      form.coding = usual_coding(layout, FieldType::restrictions);
      for (std::string_view key; in.next_key(key);) {
        if (key == "purposeId" || key == "type" || key == "restrictionType") {
          const bool purpose = key == "purposeId";
          const std::uint64_t value = number(purpose ? 63 : strictness == Strictness::strict ? 2 : 3);
          (purpose ? one.purpose : one.type) = static_cast<std::uint8_t>(value);
        } else if (key == "vendors") {
          one.vendors.runs = ranges();
        } else if (key == "form") {
          set_form(form, true);
        } else {
          refuse(ErrorCode::unknown_key);
        }
      }
      if (one.purpose == 0 && strictness == Strictness::strict) refuse(ErrorCode::signal_bad_value);
      form.runs = one.vendors.runs;
      one.vendors = form;
      if (failed()) return;
    }
    section.restrictions = {list, count};
  }

  void item(const Place& place) {
    if ((draft.seen >> place.index & 1u) != 0) return refuse(ErrorCode::bad_json);
    const Field& field = field_of(*place.item);
    std::uint64_t& value = section.values[place.index];
    switch (field.type) {
      case FieldType::letters:
        value = letters();
        break;
      case FieldType::boolean:
        value = in.boolean() ? 1 : 0;
        break;
      case FieldType::bitfield:
        value = mask(field.bits);
        break;
      case FieldType::customs:
        value = mask(63);  // moved to its place when NumCustomPurposes is known
        break;
      case FieldType::ids:
        value = draft.sets;
        set(section.sets[draft.sets++], field.type);
        break;
      case FieldType::restrictions:
        restrictions();
        break;
      default:
        if (place.item->count > 1) {
          value = list(*place.item, draft.entries[place.index]);
        } else {
          value = number(field.type == FieldType::choice ? (strictness == Strictness::strict ? 2 : 3)
                                                         : (std::uint64_t{1} << field.bits) - 1);
        }
    }
    draft.seen |= std::uint32_t{1} << place.index;
    section.present |= static_cast<std::uint8_t>(1u << place.segment);
  }

  void publisher(unsigned segment) {
    if (in.null()) return;
    if (!in.begin_object()) return;
    section.present |= static_cast<std::uint8_t>(1u << segment);
    for (std::string_view key; !failed() && in.next_key(key);) {
      const Place place = find(key, segment, segment + 1);
      place.item == nullptr ? refuse(ErrorCode::unknown_key) : item(place);
    }
  }
};

// `form` stands before most of what it is about, so it is read in a second walk over the same text.
struct FormReader {
  Reader& r;

  void order() {
    std::size_t count = 0;
    KeptSegment* list = nullptr;
    if (!r.in.begin_array()) return;
    while (r.in.next_entry()) {
      auto* next = r.arena.take<KeptSegment>(1);
      if (next == nullptr) {
        r.error = {ErrorCode::signal_too_large, 0};
        return;
      }
      if (list == nullptr) list = next;
      list[count] = KeptSegment{};
      const std::string_view text = r.in.text();
      if (text.starts_with('.')) {
        list[count++].raw = text.substr(1);
        continue;
      }
      for (std::uint8_t segment = 0; segment < kMaxSegments; ++segment) {
        const SegmentLayout& shape = r.layout.segments[segment];
        if (!shape.items.empty() && text == name_of(r.layout, segment)) list[count].segment = segment;
      }
      if (list[count++].segment == KeptSegment::kRaw) r.refuse(ErrorCode::signal_bad_value);
    }
    r.section.order = {list, count};
  }

  void lengths() {
    std::size_t count = 0;
    std::uint32_t* list = nullptr;
    if (!r.in.begin_array()) return;
    while (r.in.next_entry()) {
      auto* next = count % 2 == 0 ? r.arena.take<std::uint32_t>(2) : list + count;
      if (next == nullptr) {
        r.error = {ErrorCode::signal_too_large, 0};
        return;
      }
      if (list == nullptr) list = next;
      list[count++] = static_cast<std::uint32_t>(r.number(kMaxSignalText));
    }
    r.draft.lengths = {list, count};
  }

  // "5:0,11:2": purpose and type of each restriction in the string's order.
  void restrictions() {
    const std::string_view text = r.in.text();
    std::size_t count = text.empty() ? 0 : 1;
    for (const char c : text) count += c == ',' ? 1 : 0;
    if (count > kMostRestrictions) return r.refuse(ErrorCode::signal_too_large);
    auto* list = r.arena.take<RestrictionKind>(count);
    if (list == nullptr) {
      r.error = {ErrorCode::signal_too_large, 0};
      return;
    }
    std::size_t at = 0;
    const auto number = [&](char end, std::uint32_t most) {
      const std::size_t from = at;
      std::uint32_t value = 0;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9' && value <= most) {
        value = value * 10 + static_cast<std::uint32_t>(text[at++] - '0');
      }
      if (at == from || value > most ||
          (end != 0 ? at == text.size() || text[at] != end : at != text.size())) {
        r.refuse(ErrorCode::signal_bad_value);
      }
      ++at;
      return static_cast<std::uint8_t>(value);
    };
    for (std::size_t i = 0; i < count && !r.failed(); ++i) {
      list[i].purpose = number(':', 63);
      list[i].type = number(i + 1 < count ? ',' : '\0', 3);
    }
    r.draft.kinds = {list, count};
    r.draft.has_kinds = true;
  }

  void read() {
    if (!r.in.begin_object()) return;
    for (std::string_view key; !r.failed() && r.in.next_key(key);) {
      const Place place = r.find(key, 0, kMaxSegments);
      if (key == "segments") {
        order();
      } else if (key == "characters") {
        lengths();
      } else if (key == "restrictions") {
        restrictions();
      } else if (key == "layout") {
        r.draft.first_layout = r.number(1) == 1;
      } else if (place.item != nullptr && field_of(*place.item).type == FieldType::ids) {
        IdSet none;
        const bool there = (r.draft.seen >> place.index & 1u) != 0;
        r.set_form(there ? r.section.sets[r.section.values[place.index]] : none, false);
      } else {
        r.refuse(ErrorCode::unknown_key);
      }
    }
  }
};

}  // namespace

Error read_value(JsonReader& in, std::uint8_t id, Naming naming, Strictness strictness, Arena& arena,
                 Draft& draft) {
  draft = Draft{};
  const SectionLayout& layout = *layout_of(id);
  draft.id = id;
  Reader r{in, draft, layout, naming, strictness, arena, {}};
  if (!in.begin_object()) return {in.error(), 0};
  const bool may_include = id >= kUsNational && !layout.segments[1].items.empty();
  JsonReader form("", "");
  bool has_form = false;
  for (std::string_view key; !r.failed() && in.next_key(key);) {
    if (key == "form" && !in.at('n')) {
      form = in;
      has_form = true;
      in.skip();
    } else if (may_include && key == included_name(layout)) {
      draft.included = in.boolean();
    } else if (naming == Naming::tcf && key == "publisherTC") {
      r.publisher(3);
    } else if (const Place place = r.find(key, 0, naming == Naming::tcf ? 3 : kMaxSegments);
               place.item == nullptr) {
      // In a TC string's own naming the publisher's fields are found in its object alone.
      in.fail(ErrorCode::unknown_key);
    } else if (!(in.at('n') && in.null())) {
      r.item(place);
    }
  }
  if (has_form && !r.failed()) {
    in.swap(form);
    FormReader{r}.read();
    if (!in.failed()) in.swap(form);
  }
  return in.failed() ? Error{in.error(), 0} : r.error;
}

}  // namespace metrofax::consent
