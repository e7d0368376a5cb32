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
  Section& section;
  const SectionLayout& layout;
  Naming naming;
  Strictness strictness;
  Arena& arena;
  Error error;                           // beside what `in` has: the arena is full
  std::uint8_t entries[kMaxItems] = {};  // of lists, as many as were given
  std::uint32_t seen = 0;                // items that have a value
  bool included = true;                  // the second subsection, where it says so itself
  bool first_layout = false;
  unsigned sets = 0;

  /// The item of a name among the segments [from, to).
  [[nodiscard]] Place find(std::string_view key, unsigned from, unsigned to) const {
    for (unsigned segment = from; segment < to; ++segment) {
      const std::span<const Item> all = layout.segments[segment].items;
      for (unsigned i = 0; i < all.size(); ++i) {
        if (name_of(field_of(all[i]), naming).is(key))
          return {&all[i], segment, first_item(layout, segment) + i};
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
    const std::span<IdRange> given = ranges();
    if (failed()) return;
    error = make_ids(given, arena, type == FieldType::restrictions, into);
    into.coding = usual_coding(layout, type);
  }

  void set_form(IdSet& into) {
    if (!in.begin_object()) return;
    for (std::string_view key; in.next_key(key);) {
      if (key == "maxVendorId") {
        into.max = static_cast<std::uint16_t>(number(0xFFFF));
      } else if (key == "ranges") {
        written(into);
      } else if (key == "encoding") {
        const std::string_view form = in.text();
        if (form != "bits" && form != "range") refuse(ErrorCode::signal_bad_value);
        into.form = form == "bits" ? IdForm::bits : IdForm::ranges;
      } else if (key == "coding") {
        const std::string_view form = in.text();
        const bool plain = into.coding == IdCoding::plain || into.words == nullptr;
        if (form == "B") {
          into.coding = plain ? IdCoding::plain : IdCoding::legacy;
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

  // Ranges as they were written count only while they are this set.
  void written(IdSet& into) {
    const std::span<IdRange> coded = ranges();
    auto* copy = arena.take<IdRange>(coded.size());
    if (copy == nullptr) {
      error = {ErrorCode::signal_too_large, 0};
      return;
    }
    for (std::size_t i = 0; i < coded.size(); ++i) copy[i] = coded[i];
    IdSet same;
    if (make_ids({copy, coded.size()}, arena, true, same).code != ErrorCode::ok) return;
    std::size_t runs = 0;
    for (IdRange run = into.next_run(1); run.first != 0; run = into.next_run(run.last + 1u), ++runs) {
      if (runs >= same.runs.size() || same.runs[runs].first != run.first || same.runs[runs].last != run.last)
        return;
    }
    if (runs == same.runs.size() && coded.size() <= 4095) into.coded = coded;
  }

  void restrictions() {
    if (!in.begin_array()) return;
    Restriction* list = nullptr;
    std::size_t count = 0;
    // Two passes would need a reader that goes back: room for all that there can be is 4,095, taken when
    // needed.
    while (in.next_entry()) {
      if (list == nullptr) list = arena.take<Restriction>(kMostRestrictions);
      if (list == nullptr || count == kMostRestrictions) {
        error = {ErrorCode::signal_too_large, 0};
        return;
      }
      Restriction& one = list[count++] = Restriction{};
      if (!in.begin_object()) return;
      // "form" comes before "vendors" in the canonical order and is about them: kept until they are there.
      IdSet form;
      form.coding = usual_coding(layout, FieldType::restrictions);
      std::span<IdRange> coded;
      for (std::string_view key; in.next_key(key);) {
        if (key == "purposeId" || key == "type" || key == "restrictionType") {
          const bool purpose = key == "purposeId";
          const std::uint64_t value = number(purpose ? 63 : strictness == Strictness::strict ? 2 : 3);
          (purpose ? one.purpose : one.type) = static_cast<std::uint8_t>(value);
        } else if (key == "vendors") {
          set(one.vendors, FieldType::restrictions);
        } else if (key == "form") {
          set_form_of_restriction(form, coded);
        } else {
          refuse(ErrorCode::unknown_key);
        }
      }
      if (one.purpose == 0 && strictness == Strictness::strict) refuse(ErrorCode::signal_bad_value);
      one.vendors.max = form.max;
      one.vendors.form = form.form;
      one.vendors.coding = form.coding;
      one.vendors.coded = coded;
      if (failed()) return;
    }
    section.restrictions = {list, count};
  }

  void set_form_of_restriction(IdSet& form, std::span<IdRange>& coded) {
    if (!in.begin_object()) return;
    for (std::string_view key; in.next_key(key);) {
      if (key == "ranges") {
        coded = ranges();
      } else if (key == "maxVendorId") {
        form.max = static_cast<std::uint16_t>(number(0xFFFF));
      } else if (key == "encoding") {
        form.form = in.text() == "bits" ? IdForm::bits : IdForm::ranges;
      } else if (key == "coding") {
        const std::string_view letter = in.text();
        form.coding = letter == "A" ? IdCoding::spec : letter == "C" ? IdCoding::current : IdCoding::plain;
      } else {
        refuse(ErrorCode::unknown_key);
      }
    }
  }
  static constexpr std::size_t kMostRestrictions = 4095;

  void item(const Place& place) {
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
        if (sets == kMaxSets) return refuse(ErrorCode::bad_value);
        value = sets;
        set(section.sets[sets++], field.type);
        break;
      case FieldType::restrictions:
        restrictions();
        break;
      default:
        if (place.item->count > 1) {
          value = list(*place.item, entries[place.index]);
        } else {
          value = number(field.type == FieldType::choice ? (strictness == Strictness::strict ? 2 : 3)
                                                         : (std::uint64_t{1} << field.bits) - 1);
        }
    }
    seen |= std::uint32_t{1} << place.index;
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
        if (!shape.items.empty() && text == shape.name) list[count].segment = segment;
      }
      if (list[count++].segment == KeptSegment::kRaw) r.refuse(ErrorCode::signal_bad_value);
    }
    r.section.order = {list, count};
  }

  void characters() {
    std::size_t count = 0;
    if (!r.in.begin_array()) return;
    if (r.section.order.empty()) usual_order();
    while (r.in.next_entry()) {
      const auto length = static_cast<std::uint32_t>(r.number(kMaxSignalText));
      if (count < r.section.order.size()) r.section.order[count].characters = length;
      ++count;
    }
  }

  // "5:0,11:2": purpose and type of each restriction in the string's order. One that the value does not have
  // is written without vendors; one that is not listed comes behind the others.
  void restrictions() {
    const std::string_view text = r.in.text();
    const std::span<Restriction> given = r.section.restrictions;
    if (r.layout.id == kTcfCanada) {
      r.section.no_restrictions = text.empty() && given.empty();
      return;
    }
    std::size_t count = text.empty() ? 0 : 1;
    for (const char c : text) count += c == ',' ? 1 : 0;
    auto* list = r.arena.take<Restriction>(count + given.size());
    if (list == nullptr) {
      r.error = {ErrorCode::signal_too_large, 0};
      return;
    }
    std::size_t at = 0;
    const auto number = [&](char end, std::uint32_t most) {
      std::uint32_t value = 0;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9' && value <= most) {
        value = value * 10 + static_cast<std::uint32_t>(text[at++] - '0');
      }
      if (value > most || (end != 0 ? at == text.size() || text[at] != end : at != text.size())) {
        r.refuse(ErrorCode::signal_bad_value);
      }
      ++at;
      return static_cast<std::uint8_t>(value);
    };
    for (std::size_t i = 0; i < count && !r.failed(); ++i) {
      list[i] = Restriction{};
      list[i].purpose = number(':', 63);
      list[i].type = number(i + 1 < count ? ',' : '\0', 3);
      list[i].vendors.coding = usual_coding(r.layout, FieldType::restrictions);
      for (Restriction& one : given) {
        if (one.purpose != list[i].purpose || one.type != list[i].type) continue;
        list[i] = one;
        one.type = kTaken;
        break;
      }
    }
    for (const Restriction& one : given) {
      if (one.type != kTaken) list[count++] = one;
    }
    if (count > Reader::kMostRestrictions) return r.refuse(ErrorCode::signal_bad_value);
    r.section.restrictions = {list, count};
  }
  static constexpr std::uint8_t kTaken = 0xFF;

  void usual_order() {
    auto* list = r.arena.take<KeptSegment>(kMaxSegments);
    if (list == nullptr) {
      r.error = {ErrorCode::signal_too_large, 0};
      return;
    }
    std::size_t count = 0;
    for (std::uint8_t segment = 0; segment < kMaxSegments; ++segment) {
      if (!r.section.has(segment)) continue;
      list[count] = KeptSegment{};
      list[count++].segment = segment;
    }
    r.section.order = {list, count};
  }

  void read() {
    if (!r.in.begin_object()) return;
    JsonReader again = r.in;
    for (std::string_view key; !r.failed() && r.in.next_key(key);) {
      const Place place = r.find(key, 0, kMaxSegments);
      if (key == "segments") {
        order();
      } else if (key == "characters") {
        r.in.skip();
      } else if (key == "restrictions") {
        restrictions();
      } else if (key == "layout") {
        r.first_layout = r.number(1) == 1;
      } else if (place.item != nullptr && field_of(*place.item).type == FieldType::ids) {
        IdSet none;
        const bool there = (r.seen >> place.index & 1u) != 0;
        r.set_form(there ? r.section.sets[r.section.values[place.index]] : none);
      } else {
        r.refuse(ErrorCode::unknown_key);
      }
    }
    // "characters" lies before "segments", whose lengths they are.
    for (std::string_view key; !r.failed() && again.next_key(key);) {
      if (key != "characters") {
        again.skip();
        continue;
      }
      r.in.swap(again);
      characters();
      r.in.swap(again);
    }
  }
};

Error finish(Reader& r) {
  Section& section = r.section;
  const SectionLayout& layout = r.layout;
  if (r.in.failed()) return {r.in.error(), 0};
  if (r.error.code != ErrorCode::ok) return r.error;
  section.present |= 1;
  const auto refused = [&](ErrorCode code) {
    r.refuse(code);
    return Error{code, 0};
  };
  // Version or MspaVersion: the newest where nothing is said.
  if ((r.seen & 1u) == 0) section.values[0] = layout.version;
  if (section.values[0] < layout.oldest_version || section.values[0] > layout.version) {
    return refused(ErrorCode::signal_bad_version);
  }
  const bool narrow = layout.id == kUsNational && (section.values[0] == 1 || r.first_layout);
  bool fits = narrow;
  unsigned index = 0;
  if (narrow) {
    const SectionLayout& first = *layout_of(kUsNational, true);
    for (const Item& item : first.segments[0].items) {
      const unsigned count = r.entries[index];
      // Entries that the first layout does not have may be there as long as they say nothing.
      const unsigned more = count > item.count ? count - item.count : 0;
      if (more > 0 &&
          (!r.first_layout || (section.values[index] & ((std::uint64_t{1} << 2 * more) - 1)) != 0))
        fits = false;
      ++index;
    }
    if (fits) section.layout = &first;
  }
  index = 0;
  for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
    std::uint64_t custom = 0;
    for (const Item& item : section.layout->segments[segment].items) {
      std::uint64_t& value = section.values[index];
      const Field& field = field_of(item);
      if (item.count > 1) {
        const unsigned count = r.entries[index];
        value = count > item.count ? value >> 2 * (count - item.count) : value << 2 * (item.count - count);
      } else if (field.type == FieldType::customs) {
        if (custom < 63 && (value & ((std::uint64_t{1} << (63 - custom)) - 1)) != 0)
          return refused(ErrorCode::signal_bad_value);
        value >>= 63 - custom;
      } else if (field.type == FieldType::ids && (r.seen >> index & 1u) == 0) {
        if (r.sets == kMaxSets) return refused(ErrorCode::bad_value);
        section.sets[r.sets].coding = usual_coding(layout, field.type);
        section.sets[r.sets].words =
            reinterpret_cast<std::uint32_t*>(section.values);  // of no words: an empty set
        value = r.sets++;
      } else if (std::string_view(field.name) == "MspaCoveredTransaction") {
        // The one field without "not applicable": 1 yes, 2 no. The reference begins with 1, and these
        // sections are those of signatories.
        if ((r.seen >> index & 1u) == 0) value = 1;
        if (value == 0 && r.strictness == Strictness::strict) return refused(ErrorCode::signal_bad_value);
      }
      if (std::string_view(field.name) == "NumCustomPurposes") custom = value;
      ++index;
    }
  }
  if (layout.id >= kUsNational && !layout.segments[1].items.empty()) {
    const unsigned second = first_item(layout, 1);
    if (!r.included && section.values[second] != 0) return refused(ErrorCode::signal_bad_value);
    section.present = r.included ? 3 : 1;
  }
  return {};
}

}  // namespace

Error read_value(JsonReader& in, std::uint8_t id, Naming naming, Strictness strictness, Arena& arena,
                 Section& section) {
  section = Section{};
  section.layout = layout_of(id);
  Reader r{in, section, *section.layout, naming, strictness, arena, {}, {}};
  if (!in.begin_object()) return {in.error(), 0};
  JsonReader form("", "");
  bool has_form = false;
  for (std::string_view key; !r.failed() && in.next_key(key);) {
    if (key == "form" && !in.at('n')) {
      form = in;
      has_form = true;
      in.skip();
      continue;
    }
    const bool included = key == "GpcSegmentIncluded" || key == "SensitiveDataConsentSegmentIncluded";
    if (included && id >= kUsNational && !section.layout->segments[1].items.empty()) {
      r.included = in.boolean();
      continue;
    }
    if (naming == Naming::tcf && key == "publisherTC") {
      r.publisher(3);
      continue;
    }
    // In a TC string's own naming the publisher's fields are found in its object alone.
    const Place place = r.find(key, 0, naming == Naming::tcf ? 3 : kMaxSegments);
    if (place.item == nullptr) {
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
  return finish(r);
}

}  // namespace metrofax::consent
