#include "signals/gpp.h"

namespace metrofax::consent {
namespace {

constexpr std::uint32_t kHeaderType = 3;
constexpr std::uint32_t kHeaderVersion = 1;

// The header's ids, `most` of them and no more: what a range claims costs nothing before it is known to be
// true.
Error read_header(std::string_view text, Arena& arena, Notes& notes, std::uint32_t most,
                  std::span<std::uint16_t> ids) {
  BitReader in;
  std::uint32_t bad = 0;
  if (!in.open(text, arena, bad)) {
    return {bad < text.size() ? ErrorCode::signal_bad_character : ErrorCode::signal_too_large, bad * 6};
  }
  const std::uint32_t type = in.read(6);
  const std::uint32_t version = in.read(6);
  if (in.failed()) return {ErrorCode::signal_truncated, 0};
  if (type != kHeaderType) return {ErrorCode::signal_bad_value, 0};
  if (version != kHeaderVersion) return {ErrorCode::signal_bad_version, 6};
  std::span<IdRange> ranges;
  const Error error = read_fibonacci_ranges(in, arena, ranges);
  if (error.code != ErrorCode::ok) return error;
  const std::uint32_t end = in.at();
  if (in.left() >= 24 || !in.rest_is_zero()) notes.add(ErrorCode::signal_trailing_bits, end);
  std::uint32_t count = 0;
  for (const IdRange range : ranges) {
    if (range.last - range.first >= static_cast<int>(most - count))
      return {ErrorCode::signal_section_count, 12};
    for (std::uint32_t id = range.first; id <= range.last; ++id)
      ids[count++] = static_cast<std::uint16_t>(id);
  }
  return count == most ? Error{} : Error{ErrorCode::signal_section_count, 12};
}

Error read_one(GppSection& one, std::uint32_t base, Arena& arena, Notes& notes) {
  if (one.text.empty()) return {ErrorCode::signal_bad_segment, base};
  if (one.id == kUsp) {
    const Result<UspString> usp = read_usp(one.text);
    if (!usp.ok()) return {usp.error().code, base + usp.error().offset * 6};
    one.usp = usp.value();
    return {};
  }
  if (layout_of(one.id) == nullptr) {
    // Kept as it stands, which must be what a JSON string holds without escapes: no alphabet of any section
    // has more.
    for (std::size_t i = 0; i < one.text.size(); ++i) {
      const char c = one.text[i];
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return {ErrorCode::signal_bad_character, base + static_cast<std::uint32_t>(i) * 6};
      }
    }
    return {};
  }
  auto* section = arena.take<Section>(1);
  if (section == nullptr) return {ErrorCode::signal_too_large, base};
  const Error error = read_section(static_cast<std::uint8_t>(one.id), one.text, base, arena, notes, *section);
  one.section = section;
  return error;
}

Error write_header(const Gpp& gpp, Arena& arena, BitWriter& out) {
  auto* ids = arena.take<IdRange>(gpp.sections.size());
  if (ids == nullptr) return {ErrorCode::signal_too_large, 0};
  std::size_t count = 0;
  for (const GppSection& section : gpp.sections) {
    if (count > 0 && ids[count - 1].last + 1 == section.id) {
      ids[count - 1].last = section.id;
    } else {
      ids[count++] = {section.id, section.id};
    }
  }
  IdSet set;
  set.runs = {ids, count};
  out.write(kHeaderType, 6);
  out.write(kHeaderVersion, 6);
  write_fibonacci_ranges(out, set);
  out.end(Padding::eight, 0);
  return {};
}

}  // namespace

Error read_gpp(std::string_view text, Arena& arena, Notes& notes, Gpp& gpp) {
  gpp = Gpp{};
  if (text.empty()) return {ErrorCode::signal_truncated, 0};
  if (text.size() > kMaxSignalText) return {ErrorCode::too_long, kMaxSignalText * 6};
  auto count = static_cast<std::uint32_t>(count_of(text, '~'));
  gpp.bare = count == 0 && text.front() == 'C';
  if (gpp.bare) {
    notes.add(ErrorCode::signal_bad_value, 0);
    count = 1;
  }
  auto* sections = arena.take<GppSection>(kMostSections);
  auto* ids = arena.take<std::uint16_t>(count);
  if (sections == nullptr || ids == nullptr) return {ErrorCode::signal_too_large, 0};
  gpp.sections = {sections, count};
  std::size_t at = 0;
  if (gpp.bare) {
    ids[0] = kTcfEu;
  } else {
    gpp.header = up_to(text, '~');
    const Error error = read_header(gpp.header, arena, notes, count, {ids, count});
    if (error.code != ErrorCode::ok) return error;
    at = gpp.header.size() + 1;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i == kMostSections) return {ErrorCode::signal_too_large, static_cast<std::uint32_t>(at * 6)};
    sections[i] = GppSection{};
    sections[i].id = ids[i];
    sections[i].text = up_to(text.substr(at), '~');
    const Error error = read_one(sections[i], static_cast<std::uint32_t>(at * 6), arena, notes);
    if (error.code != ErrorCode::ok) return error;
    at += sections[i].text.size() + 1;
  }
  // Kept only if we would write it differently.
  char usual[64];
  BitWriter header(usual, sizeof usual);
  const Error error = write_header(gpp, arena, header);
  if (error.code != ErrorCode::ok) return error;
  bool same = !header.failed() && gpp.header.size() == header.size();
  for (std::uint32_t i = 0; same && i < header.size(); ++i) same = gpp.header[i] == usual[i];
  if (same) gpp.header = {};
  return notes.refusal();
}

Error write_gpp(const Gpp& gpp, Arena& arena, BitWriter& out) {
  for (std::size_t i = 0; i < gpp.sections.size(); ++i) {
    if (gpp.sections[i].id == 0 || (i > 0 && gpp.sections[i].id <= gpp.sections[i - 1].id)) {
      return {ErrorCode::signal_bad_value, 0};
    }
  }
  bool separate = !gpp.bare;
  if (gpp.bare && (gpp.sections.size() != 1 || gpp.sections[0].id != kTcfEu))
    return {ErrorCode::signal_bad_value, 0};
  if (!gpp.bare) {
    bool same = false;
    if (!gpp.header.empty()) {
      // The header as it stood is written again if it still names these very sections.
      Notes notes(Strictness::lenient);
      const auto count = static_cast<std::uint32_t>(gpp.sections.size());
      auto* ids = arena.take<std::uint16_t>(count);
      if (ids == nullptr) return {ErrorCode::signal_too_large, 0};
      same = read_header(gpp.header, arena, notes, count, {ids, count}).code == ErrorCode::ok;
      for (std::uint32_t i = 0; same && i < count; ++i) same = ids[i] == gpp.sections[i].id;
    }
    if (same) {
      out.plain(gpp.header);
    } else {
      const Error error = write_header(gpp, arena, out);
      if (error.code != ErrorCode::ok) return error;
    }
  }
  for (const GppSection& one : gpp.sections) {
    if (separate) out.plain('~');
    separate = true;
    if (one.section != nullptr) {
      const Error error = write_section(*one.section, arena, out);
      if (error.code != ErrorCode::ok) return error;
    } else if (one.id == kUsp) {
      const char usp[4] = {one.usp.version, one.usp.notice, one.usp.opt_out_sale, one.usp.lspa_covered};
      out.plain(std::string_view(usp, 4));
    } else {
      out.plain(one.text);
    }
  }
  return out.failed() ? Error{ErrorCode::too_long, 0} : Error{};
}

}  // namespace metrofax::consent
