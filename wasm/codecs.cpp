// The exported functions of codecs.wasm: consent strings to what they say and back. A module apart from
// gate.wasm, fetched only where a page or a server reads or writes such strings; it knows no policy and
// decides nothing, and no names either: those are tables of the caller's.
#include <cstddef>
#include <cstdlib>

#include "codecs_wire.h"
#include "signals/ac.h"
#include "signals/codec.h"
#include "signals/headers.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

struct Board {
  std::uint32_t at = 0;
  std::string_view text;
  std::span<const Notes::Note> notes;
  Section* section = nullptr;
  Gpp gpp;
  AcString ac;
  UspString usp;
  fb::Tri signal = fb::Tri::unset;
};

#define METROFAX_SAME(type, wire, member) static_assert(offsetof(type, member) == offsetof(wire, member))
METROFAX_SAME(IdSet, IdSetWire, words);
METROFAX_SAME(IdSet, IdSetWire, word_count);
METROFAX_SAME(IdSet, IdSetWire, runs);
METROFAX_SAME(IdSet, IdSetWire, coded);
METROFAX_SAME(IdSet, IdSetWire, max);
METROFAX_SAME(IdSet, IdSetWire, form);
METROFAX_SAME(IdSet, IdSetWire, coding);
METROFAX_SAME(Restriction, RestrictionWire, type);
METROFAX_SAME(Restriction, RestrictionWire, vendors);
METROFAX_SAME(KeptSegment, KeptSegmentWire, characters);
METROFAX_SAME(KeptSegment, KeptSegmentWire, bits);
METROFAX_SAME(KeptSegment, KeptSegmentWire, raw);
METROFAX_SAME(Section, SectionWire, layout);
METROFAX_SAME(Section, SectionWire, present);
METROFAX_SAME(Section, SectionWire, no_restrictions);
METROFAX_SAME(Section, SectionWire, form);
METROFAX_SAME(Section, SectionWire, values);
METROFAX_SAME(Section, SectionWire, sets);
METROFAX_SAME(Section, SectionWire, restrictions);
METROFAX_SAME(Section, SectionWire, order);
METROFAX_SAME(Draft, DraftWire, seen);
METROFAX_SAME(Draft, DraftWire, sets);
METROFAX_SAME(Draft, DraftWire, entries);
METROFAX_SAME(Draft, DraftWire, kinds);
METROFAX_SAME(Draft, DraftWire, lengths);
METROFAX_SAME(Draft, DraftWire, id);
METROFAX_SAME(Draft, DraftWire, included);
METROFAX_SAME(Draft, DraftWire, first_layout);
METROFAX_SAME(Draft, DraftWire, has_kinds);
METROFAX_SAME(GppSection, GppSectionWire, text);
METROFAX_SAME(GppSection, GppSectionWire, section);
METROFAX_SAME(GppSection, GppSectionWire, usp);
METROFAX_SAME(Gpp, GppWire, header);
METROFAX_SAME(Gpp, GppWire, bare);
METROFAX_SAME(Gpp, GppWire, sections);
METROFAX_SAME(AcString, AcWire, consented);
METROFAX_SAME(AcString, AcWire, disclosed);
METROFAX_SAME(Notes::Note, NoteWire, offset);
METROFAX_SAME(Board, BoardWire, at);
METROFAX_SAME(Board, BoardWire, text);
METROFAX_SAME(Board, BoardWire, notes);
METROFAX_SAME(Board, BoardWire, section);
METROFAX_SAME(Board, BoardWire, gpp);
METROFAX_SAME(Board, BoardWire, ac);
METROFAX_SAME(Board, BoardWire, usp);
METROFAX_SAME(Board, BoardWire, signal);
static_assert(offsetof(SectionLayout, id) == 0 && offsetof(Draft, section) == 0);
static_assert(sizeof(IdSet) == sizeof(IdSetWire) && sizeof(Restriction) == sizeof(RestrictionWire));
static_assert(sizeof(KeptSegment) == sizeof(KeptSegmentWire) && sizeof(Draft) == sizeof(DraftWire));
static_assert(sizeof(GppSection) == sizeof(GppSectionWire) && sizeof(Notes::Note) == sizeof(NoteWire));
static_assert(sizeof(IdRange) == 4 && sizeof(RestrictionKind) == 2);

Board board;
Section section;
Notes notes(Strictness::lenient);
char room[kMaxSignalText];
std::uint64_t memory[kCodecArenaBytes / 8];
char input[kCodecInputBytes];

Error decode(Codec codec, std::string_view text, Arena& arena) {
  Error error;
  if (codec == Codec::tcf) {
    if (text.size() > kMaxSignalText) return {ErrorCode::too_long, kMaxSignalText * 6};
    error = read_section(kTcfEu, text, 0, arena, notes, section);
    if (error.code == ErrorCode::ok) keep_unusual(section);
    board.section = &section;
  } else if (codec == Codec::gpp) {
    error = read_gpp(text, arena, notes, board.gpp);
    for (GppSection& one : board.gpp.sections) {
      if (error.code == ErrorCode::ok && one.section != nullptr) keep_unusual(*one.section);
    }
  } else if (codec == Codec::usp) {
    const Result<UspString> usp = read_usp(text);
    error = usp.error();
    board.usp = usp.value();
  } else if (codec == Codec::ac) {
    error = read_ac(text, arena, notes, board.ac);
  } else {
    board.signal = codec == Codec::gpc ? read_gpc(text) : read_dnt(text);
  }
  board.notes = notes.all();
  return error;
}

Error encode(Codec codec, Strictness strictness, Arena& arena) {
  BitWriter out(room, sizeof room);
  Error error;
  if (codec == Codec::tcf) {
    error = complete(*reinterpret_cast<Draft*>(board.section), strictness, arena);
    if (error.code == ErrorCode::ok) error = write_section(*board.section, arena, out);
  } else if (codec == Codec::gpp) {
    std::uint32_t at = 0;
    error = complete(board.gpp, strictness, arena, at);
    // 0 is the string as a whole.
    error = error.code == ErrorCode::ok ? write_gpp(board.gpp, arena, out) : Error{error.code, at + 1};
  } else if (codec == Codec::ac) {
    write_ac(board.ac, out);
  } else {
    error.code = ErrorCode::bad_value;
  }
  if (out.failed()) error.code = ErrorCode::too_long;
  board.text = {room, out.size()};
  return error;
}

}  // namespace

extern "C" void abort() { __builtin_trap(); }

/// Where a string, or what a value is made of, goes; and where question and answer are (codecs_wire.h).
METROFAX_EXPORT(input_at) char* input_at() { return input; }
METROFAX_EXPORT(board_at) const Board* board_at() { return &board; }

/// Decodes (`encode` 0) the `length` bytes at input_at() onto the board, or encodes what is on it. codec: a
/// Codec, strict: a Strictness. Returns the ErrorCode. What lies on the board holds until the next call.
METROFAX_EXPORT(run)
std::uint32_t run(std::uint32_t encode_it, std::uint32_t codec, std::uint32_t strict, std::uint32_t length) {
  if (length > kCodecInputBytes) return static_cast<std::uint32_t>(ErrorCode::too_long);
  Arena arena(memory);
  const auto strictness = strict != 0 ? Strictness::strict : Strictness::lenient;
  notes = Notes(strictness);
  const Error error = encode_it != 0 ? encode(static_cast<Codec>(codec), strictness, arena)
                                     : decode(static_cast<Codec>(codec), {input, length}, arena);
  board.at = error.offset;
  return static_cast<std::uint32_t>(error.code);
}

}  // namespace metrofax::consent::wasm
