// Prints for TypeScript what codecs.wasm does not know: the names of fields and sections, what errors
// expected, and where everything lies on its board.
#include <cstddef>
#include <cstdio>

#include "codecs_layout.h"
#include "codecs_wire.h"
#include "signals/codec.h"
#include "signals/names.h"

namespace metrofax::consent::wasm {
namespace {

void print_offsets() {
  METROFAX_OFFSET(IdSetWire, "SET_RUNS", runs);
  METROFAX_OFFSET(IdSetWire, "SET_CODED", coded);
  METROFAX_OFFSET(IdSetWire, "SET_MAX", max);
  METROFAX_OFFSET(IdSetWire, "SET_FORM", form);
  METROFAX_OFFSET(IdSetWire, "SET_CODING", coding);
  std::printf("export const SET_BYTES = %zu;\n", sizeof(IdSetWire));
  METROFAX_OFFSET(RestrictionWire, "RESTRICTION_VENDORS", vendors);
  std::printf("export const RESTRICTION_BYTES = %zu;\n", sizeof(RestrictionWire));
  METROFAX_OFFSET(KeptSegmentWire, "KEPT_CHARACTERS", characters);
  METROFAX_OFFSET(KeptSegmentWire, "KEPT_RAW", raw);
  std::printf("export const KEPT_BYTES = %zu;\n", sizeof(KeptSegmentWire));
  METROFAX_OFFSET(SectionWire, "SECTION_PRESENT", present);
  METROFAX_OFFSET(SectionWire, "SECTION_FORM", form);
  METROFAX_OFFSET(SectionWire, "SECTION_VALUES", values);
  METROFAX_OFFSET(SectionWire, "SECTION_SETS", sets);
  METROFAX_OFFSET(SectionWire, "SECTION_RESTRICTIONS", restrictions);
  METROFAX_OFFSET(SectionWire, "SECTION_ORDER", order);
  METROFAX_OFFSET(DraftWire, "DRAFT_SEEN", seen);
  METROFAX_OFFSET(DraftWire, "DRAFT_SETS", sets);
  METROFAX_OFFSET(DraftWire, "DRAFT_ENTRIES", entries);
  METROFAX_OFFSET(DraftWire, "DRAFT_KINDS", kinds);
  METROFAX_OFFSET(DraftWire, "DRAFT_LENGTHS", lengths);
  METROFAX_OFFSET(DraftWire, "DRAFT_ID", id);
  METROFAX_OFFSET(DraftWire, "DRAFT_INCLUDED", included);
  METROFAX_OFFSET(DraftWire, "DRAFT_FIRST_LAYOUT", first_layout);
  METROFAX_OFFSET(DraftWire, "DRAFT_HAS_KINDS", has_kinds);
  std::printf("export const DRAFT_BYTES = %zu;\n", sizeof(DraftWire));
  METROFAX_OFFSET(GppSectionWire, "GPP_TEXT", text);
  METROFAX_OFFSET(GppSectionWire, "GPP_SECTION", section);
  METROFAX_OFFSET(GppSectionWire, "GPP_USP", usp);
  std::printf("export const GPP_BYTES = %zu;\n", sizeof(GppSectionWire));
  METROFAX_OFFSET(BoardWire, "BOARD_AT", at);
  METROFAX_OFFSET(BoardWire, "BOARD_TEXT", text);
  METROFAX_OFFSET(BoardWire, "BOARD_NOTES", notes);
  METROFAX_OFFSET(BoardWire, "BOARD_SECTION", section);
  METROFAX_OFFSET(BoardWire, "BOARD_HEADER", gpp.header);
  METROFAX_OFFSET(BoardWire, "BOARD_BARE", gpp.bare);
  METROFAX_OFFSET(BoardWire, "BOARD_SECTIONS", gpp.sections);
  METROFAX_OFFSET(BoardWire, "BOARD_AC_VERSION", ac.version);
  METROFAX_OFFSET(BoardWire, "BOARD_CONSENTED", ac.consented);
  METROFAX_OFFSET(BoardWire, "BOARD_DISCLOSED", ac.disclosed);
  METROFAX_OFFSET(BoardWire, "BOARD_USP", usp);
  METROFAX_OFFSET(BoardWire, "BOARD_SIGNAL", signal);
  std::printf("export const INPUT_BYTES = %u;\n", kCodecInputBytes);
  std::printf("export const MAX_TEXT = %u;\n", kMaxSignalText);
  std::printf("export const RAW_SEGMENT = %u;\n", KeptSegment::kRaw);
}

const char* name_of(FieldType type) {
  constexpr const char* kNames[] = {"number",   "choice",  "boolean", "letters",
                                    "bitfield", "customs", "ids",     "restrictions"};
  return kNames[static_cast<unsigned>(type)];
}

void print_fields() {
  std::puts(
      "/** By number: name, its name in a TC string where that is not the same in lower camel case, type, "
      "bits. */");
  std::puts(
      "export type FieldType = 'number' | 'choice' | 'boolean' | 'letters' | 'bitfield' | 'customs' | 'ids' "
      "| 'restrictions';");
  std::puts(
      "export const FIELDS: readonly (readonly [name: string, tcf: string, type: FieldType, bits: number])[] "
      "= [");
  for (std::uint8_t field = 0; field < fields::kCount; ++field) {
    const Name tcf = name_of(field, Naming::tcf);
    const Field& shape = field_of(Item{field});
    std::printf("  ['%s', '%s', '%s', %u],\n", name_of(field, Naming::gpp).text.data(),
                tcf.lower ? "" : tcf.text.data(), name_of(shape.type), shape.bits);
  }
  std::puts("];");
}

void print_sections() {
  std::puts(
      "/** By id: prefix and segments, each a name and its items: a field's number, and a count where it is "
      "a list. */");
  std::puts(
      "export const SECTIONS: Readonly<Record<number, readonly [prefix: string, ...segments: (readonly "
      "[string, ...(number | "
      "readonly [number, number])[]])[]]>> = {");
  for (std::uint8_t id = 0; id <= kLastSection; ++id) {
    const SectionLayout* layout = layout_of(id);
    if (layout == nullptr) continue;
    std::printf("  %u: ['%s'", id, prefix_of(id));
    for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
      if (layout->segments[segment].items.empty()) continue;
      std::printf(", ['%s'", name_of(*layout, segment));
      for (const Item& item : layout->segments[segment].items) {
        if (item.count > 1) {
          std::printf(", [%u, %u]", item.field, item.count);
        } else {
          std::printf(", %u", item.field);
        }
      }
      std::printf("]");
    }
    std::puts("],");
  }
  std::puts("};");
  // The items of usnat's first layout are the newest's, some lists are shorter.
  std::printf("export const USNAT_FIRST: Readonly<Record<number, number>> = {");
  for (const Item& item : layout_of(kUsNational, true)->segments[0].items) {
    if (item.count > 1) std::printf(" %u: %u,", item.field, item.count);
  }
  std::puts(" };");
}

void print_member(std::uint8_t field, Naming naming, unsigned index, const char* before) {
  const Name name = name_of(field, naming);
  const char first = name.lower ? static_cast<char>(name.text[0] | 0x20) : name.text[0];
  std::printf("%s%c%.*s: v(%u)", before, first, static_cast<int>(name.text.size() - 1), name.text.data() + 1,
              index);
}

// A literal, because an object that gets its members one by one, by names that are data, costs 30 times as
// much.
void print_shape(const SectionLayout& layout, Naming naming) {
  const bool tcf = naming == Naming::tcf;
  const bool states = layout.id >= kUsNational;
  std::printf("  [%d]: (v%s) => ({", tcf ? -layout.id : layout.id, tcf || states ? ", has" : "");
  unsigned index = 0;
  const char* before = " ";
  for (unsigned segment = 0; segment < kMaxSegments; ++segment) {
    const std::span<const Item> items = layout.segments[segment].items;
    const bool inner = tcf && segment > 0 && items.size() > 1;
    if (inner) std::printf(", %s: has(%u) ? {", name_of(layout, segment), segment);
    if (inner) before = " ";
    for (const Item& item : items) {
      print_member(item.field, naming, index++, before);
      before = ", ";
    }
    if (inner) std::printf(" } : null");
  }
  const std::string_view included = included_name(layout);
  if (states) std::printf(", %s: has(1)", included.data());
  std::puts(" }),");
}

void print_shapes() {
  std::puts(
      "/** Members of the sections that are read most, by id; of a TC string by its own names: -2. v: the "
      "value of an "
      "item, has: whether a segment is there. */");
  std::puts(
      "export const SHAPES: Readonly<Record<number, (v: (item: number) => unknown, has: (segment: number) => "
      "boolean) "
      "=> Record<string, unknown>>> = {");
  print_shape(*layout_of(kTcfEu), Naming::tcf);
  print_shape(*layout_of(kTcfEu), Naming::gpp);
  print_shape(*layout_of(kUsNational), Naming::gpp);
  std::puts("};");
}

void print_expectations() {
  std::puts("/** By ErrorCode. */");
  std::puts("export const EXPECTATIONS: Readonly<Record<number, string>> = {");
  const std::string_view other = expectation(ErrorCode::ok);
  for (unsigned code = 1; code < 300; ++code) {
    const std::string_view text = expectation(static_cast<ErrorCode>(code));
    if (text != other) std::printf("  %u: '%s',\n", code, text.data());
  }
  std::printf("};\nexport const EXPECTATION = '%s';\n", other.data());
}

}  // namespace

void print_codecs() {
  std::puts("// Printed by wire-layout during the build. Offsets in bytes.");
  print_offsets();
  print_fields();
  print_sections();
  print_shapes();
  print_expectations();
}

}  // namespace metrofax::consent::wasm
