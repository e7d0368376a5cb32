// What crosses the boundary of codecs.wasm: the core's own structs as they lie in its memory, where a pointer
// takes four bytes. These mirrors say so to a native compiler, whose wire-layout prints their offsets for
// TypeScript; codecs.cpp refuses to be compiled where a mirror is not what it mirrors.
#pragma once

#include <cstdint>

#include "signals/complete.h"

namespace metrofax::consent::wasm {

inline constexpr std::uint32_t kCodecInputBytes = 3072 * 1024;  ///< a string, or a value's drafts and lists

/// A span or a string_view.
struct SpanWire {
  std::uint32_t at, count;
};

struct IdSetWire {
  std::uint32_t words, word_count;
  SpanWire runs, coded;
  std::uint16_t max;
  std::uint8_t form, coding;
};

struct RestrictionWire {
  std::uint8_t purpose, type;
  IdSetWire vendors;
};

struct KeptSegmentWire {
  std::uint8_t segment;
  std::uint32_t characters, bits;
  SpanWire raw;
};

/// `layout` begins with the section's id.
struct SectionWire {
  std::uint32_t layout;
  std::uint8_t present, no_restrictions, form;
  std::uint64_t values[kMaxItems];
  IdSetWire sets[kMaxSets];
  SpanWire restrictions, order;
};

struct DraftWire {
  SectionWire section;
  std::uint32_t seen, sets;
  std::uint8_t entries[kMaxItems];
  SpanWire kinds, lengths;
  std::uint8_t id, included, first_layout, has_kinds;
};

struct GppSectionWire {
  std::uint16_t id;
  SpanWire text;
  std::uint32_t section;
  std::uint8_t usp[4];
};

struct GppWire {
  SpanWire header;
  std::uint8_t bare;
  SpanWire sections;
};

struct AcWire {
  std::uint8_t version;
  SpanWire consented, disclosed;
};

struct NoteWire {
  std::uint16_t code;
  std::uint32_t offset;
};

/// Of a question what is to be written, of an answer what was read; the text of what was written, warnings,
/// where an error is (a GPP string that is to be written: 1 for its first section, 0 for none). `section`: of
/// a TC string, for writing that of a Draft.
struct BoardWire {
  std::uint32_t at;
  SpanWire text, notes;
  std::uint32_t section;
  GppWire gpp;
  AcWire ac;
  std::uint8_t usp[4];
  std::uint8_t signal;
};

}  // namespace metrofax::consent::wasm
