#include "signals/codec.h"

#include "signals/ac.h"
#include "signals/gpp.h"
#include "signals/headers.h"
#include "signals/json_reader.h"
#include "signals/json_writer.h"
#include "signals/usp.h"
#include "signals/value.h"

namespace metrofax::consent {
namespace {

struct Message {
  char* to;
  std::uint32_t room;
  std::uint32_t size = 0;

  void append(std::string_view text) {
    for (const char c : text) {
      if (size < room) to[size++] = c;
    }
  }
};

CodecAnswer refuse(Error error, std::string_view where, std::span<char> room) {
  Message message{room.data(), static_cast<std::uint32_t>(room.size())};
  message.append(where);
  message.append(": expected ");
  message.append(expectation(error.code));
  return {error.code, error.offset, {message.to, message.size}};
}

CodecAnswer refuse(const JsonReader& in, Error error, std::span<char> room) {
  char path[256];
  const std::uint32_t size = in.write_path(path, sizeof path);
  return refuse({in.failed() ? in.error() : error.code, 0}, {path, size}, room);
}

// ---- decoding
// ------------------------------------------------------------

void write_usp(JsonWriter& out, const UspString& usp) {
  out.open('{');
  out.key("Version");
  out.number(static_cast<unsigned>(usp.version - '0'));
  out.key("Notice");
  out.text({&usp.notice, 1});
  out.key("OptOutSale");
  out.text({&usp.opt_out_sale, 1});
  out.key("LspaCovered");
  out.text({&usp.lspa_covered, 1});
  out.close('}');
}

void write_id(JsonWriter& out, std::uint16_t id) {
  char digits[5];
  unsigned count = 0;
  do {
    digits[4 - count++] = static_cast<char>('0' + id % 10);
    id = static_cast<std::uint16_t>(id / 10);
  } while (id != 0);
  out.key({digits + 5 - count, count});
}

void write_gpp_value(JsonWriter& out, const Gpp& gpp) {
  out.open('{');
  out.key("sectionIds");
  out.open('[');
  for (const GppSection& one : gpp.sections) out.number(one.id);
  out.close(']');
  out.key("sections");
  out.open('{');
  for (const GppSection& one : gpp.sections) {
    if (const char* prefix = prefix_of(one.id); prefix != nullptr) {
      out.key(prefix);
    } else {
      write_id(out, one.id);
    }
    if (one.section != nullptr) {
      write_value(out, *one.section, Naming::gpp);
    } else if (one.id == kUsp) {
      write_usp(out, one.usp);
    } else {
      out.text(one.text);
    }
  }
  out.close('}');
  if (gpp.bare || !gpp.header.empty()) {
    out.key("form");
    out.open('{');
    out.key("header");
    out.text(gpp.header);
    out.close('}');
  }
  out.close('}');
}

void write_ids(JsonWriter& out, std::span<const std::uint32_t> ids) {
  out.open('[');
  for (const std::uint32_t id : ids) out.number(id);
  out.close(']');
}

void write_ac_value(JsonWriter& out, const AcString& ac) {
  out.open('{');
  out.key("version");
  out.number(ac.version);
  out.key("consented");
  write_ids(out, ac.consented);
  out.key("disclosed");
  ac.version == 1 ? out.null() : write_ids(out, ac.disclosed);
  out.close('}');
}

CodecAnswer signal(fb::Tri tri, std::span<char> room) {
  JsonWriter out(room);
  out.open('{');
  out.key("signal");
  tri == fb::Tri::unset ? out.null() : out.boolean(tri == fb::Tri::on);
  out.close('}');
  return {ErrorCode::ok, 0, {room.data(), out.size()}};
}

Error decode_value(Codec codec, std::string_view text, Arena& arena, Notes& notes, JsonWriter& out) {
  Error error;
  if (codec == Codec::tcf) {
    if (text.size() > kMaxSignalText) return {ErrorCode::too_long, kMaxSignalText * 6};
    Section section;
    error = read_section(kTcfEu, text, 0, arena, notes, section);
    if (error.code == ErrorCode::ok) write_value(out, section, Naming::tcf);
  } else if (codec == Codec::gpp) {
    Gpp gpp;
    error = read_gpp(text, arena, notes, gpp);
    if (error.code == ErrorCode::ok) write_gpp_value(out, gpp);
  } else if (codec == Codec::usp) {
    const Result<UspString> usp = read_usp(text);
    error = usp.error();
    if (usp.ok()) write_usp(out, usp.value());
  } else {
    AcString ac;
    error = read_ac(text, arena, notes, ac);
    if (error.code == ErrorCode::ok) write_ac_value(out, ac);
  }
  return error;
}

// ---- encoding
// ------------------------------------------------------------

// The members are read in whatever order they come: each goes to its place.
Error read_usp_value(JsonReader& in, UspString& usp) {
  unsigned seen = 0;
  if (!in.begin_object()) return {in.error(), 0};
  for (std::string_view key; in.next_key(key);) {
    const struct {
      std::string_view name;
      char& into;
    } rows[] = {{"Notice", usp.notice}, {"OptOutSale", usp.opt_out_sale}, {"LspaCovered", usp.lspa_covered}};
    if (key == "Version") {
      if (in.number() != 1) in.fail(ErrorCode::signal_bad_version);
      seen |= 8;
      continue;
    }
    bool known = false;
    for (unsigned i = 0; i < 3; ++i) {
      if (rows[i].name != key) continue;
      known = true;
      seen |= 1u << i;
      const std::string_view text = in.text();
      if (text != "Y" && text != "N" && text != "-") in.fail(ErrorCode::signal_bad_value);
      if (!in.failed()) rows[i].into = text[0];
    }
    if (!known) in.fail(ErrorCode::unknown_key);
  }
  if (!in.failed() && seen != 15) in.fail(ErrorCode::missing_key);
  return {in.error(), 0};
}

std::uint16_t section_id(std::string_view key) {
  if (const std::uint8_t id = section_of(key); id != 0) return id;
  std::uint32_t id = 0;
  for (const char c : key) {
    if (c < '0' || c > '9' || id > 0xFFFF) return 0;
    id = id * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return key.starts_with('0') || id > 0xFFFF ? std::uint16_t{0} : static_cast<std::uint16_t>(id);
}

Error read_gpp_section(JsonReader& in, Strictness strictness, Arena& arena, GppSection& one) {
  if (in.at('"')) {
    one.text = in.text();
    // As it stands; whether it says what its section should is not looked at, only that it stays one section.
    if (one.text.empty()) in.fail(ErrorCode::signal_bad_value);
    for (const char c : one.text) {
      if (c < ' ' || c >= '~' || c == '"' || c == '\\') in.fail(ErrorCode::signal_bad_value);
    }
    if (one.id != kUsp) return {in.error(), 0};
    const Result<UspString> usp = read_usp(one.text);
    one.usp = usp.value();
    if (!usp.ok()) in.fail(usp.error().code);
    return {in.error(), 0};
  }
  if (one.id == kUsp) return read_usp_value(in, one.usp);
  if (layout_of(one.id) == nullptr) {
    in.fail(ErrorCode::wrong_type);
    return {in.error(), 0};
  }
  one.section = arena.take<Section>(1);
  if (one.section == nullptr) return {ErrorCode::signal_too_large, 0};
  return read_value(in, static_cast<std::uint8_t>(one.id), Naming::gpp, strictness, arena, *one.section);
}

Error read_gpp_value(JsonReader& in, Strictness strictness, Arena& arena, Gpp& gpp) {
  constexpr std::size_t kMostSections = 256;
  auto* list = arena.take<GppSection>(kMostSections);
  auto* ids = arena.take<std::uint16_t>(kMostSections);
  if (list == nullptr || ids == nullptr) return {ErrorCode::signal_too_large, 0};
  std::size_t count = 0;
  std::size_t listed = 0;
  bool lists = false;
  if (!in.begin_object()) return {in.error(), 0};
  for (std::string_view key; in.next_key(key);) {
    if (key == "sectionIds") {
      lists = in.begin_array();
      while (in.next_entry()) {
        const std::uint64_t id = in.number();
        if (listed == kMostSections || id > 0xFFFF) in.fail(ErrorCode::signal_bad_value);
        if (!in.failed()) ids[listed++] = static_cast<std::uint16_t>(id);
      }
    } else if (key == "form") {
      if (!in.begin_object()) break;
      for (std::string_view inner; in.next_key(inner);) {
        if (inner != "header") in.fail(ErrorCode::unknown_key);
        gpp.header = in.text();
        gpp.bare = !in.failed() && gpp.header.empty();
      }
    } else if (key == "sections") {
      if (!in.begin_object()) break;
      for (std::string_view name; in.next_key(name);) {
        GppSection one;
        one.id = section_id(name);
        if (one.id == 0 || count == kMostSections) in.fail(ErrorCode::unknown_key);
        if (in.failed()) break;
        const Error error = read_gpp_section(in, strictness, arena, one);
        if (error.code != ErrorCode::ok) return error;
        // By id: the header must ascend.
        std::size_t at = count++;
        for (; at > 0 && list[at - 1].id > one.id; --at) list[at] = list[at - 1];
        list[at] = one;
      }
    } else {
      in.fail(ErrorCode::unknown_key);
    }
  }
  if (in.failed()) return {in.error(), 0};
  bool same = !lists || listed == count;
  for (std::size_t i = 0; lists && same && i < count; ++i) same = ids[i] == list[i].id;
  if (!same) return {ErrorCode::signal_section_count, 0};
  gpp.sections = {list, count};
  return {};
}

// Ids in the array's order. The arena gives from one end, so what is taken one by one lies together.
Error read_ac_ids(JsonReader& in, Arena& arena, std::span<std::uint32_t>& ids) {
  if (!in.begin_array()) return {in.error(), 0};
  std::uint32_t* list = nullptr;
  std::size_t count = 0;
  while (in.next_entry()) {
    auto* next = count % 2 == 0 ? arena.take<std::uint32_t>(2) : list + count;
    if (next == nullptr) return {ErrorCode::signal_too_large, 0};
    if (list == nullptr) list = next;
    const std::uint64_t id = in.number();
    if (id == 0 || id > 0xFFFFFFFFu) in.fail(ErrorCode::signal_bad_value);
    list[count++] = static_cast<std::uint32_t>(id);
  }
  ids = {list, count};
  return {in.error(), 0};
}

Error read_ac_value(JsonReader& in, Arena& arena, AcString& ac) {
  unsigned seen = 0;
  if (!in.begin_object()) return {in.error(), 0};
  for (std::string_view key; in.next_key(key);) {
    Error error;
    if (key == "version") {
      const std::uint64_t version = in.number();
      if (version != 1 && version != 2) in.fail(ErrorCode::signal_bad_version);
      ac.version = static_cast<std::uint8_t>(version);
      seen |= 1;
    } else if (key == "consented") {
      error = read_ac_ids(in, arena, ac.consented);
      seen |= 2;
    } else if (key == "disclosed") {
      if (in.null()) continue;
      error = read_ac_ids(in, arena, ac.disclosed);
      seen |= 4;
    } else {
      in.fail(ErrorCode::unknown_key);
    }
    if (error.code != ErrorCode::ok) return error;
  }
  if (in.failed()) return {in.error(), 0};
  if ((seen & 3) != 3 || (ac.version == 2 && (seen & 4) == 0)) in.fail(ErrorCode::missing_key);
  if (ac.version == 1 && !ac.disclosed.empty()) in.fail(ErrorCode::signal_bad_value);
  return {in.error(), 0};
}

}  // namespace

std::string_view expectation(ErrorCode code) {
  switch (code) {
    case ErrorCode::signal_bad_character:
      return "characters of base64url";
    case ErrorCode::signal_truncated:
      return "more of the string: it ends in the middle of a field";
    case ErrorCode::signal_bad_version:
      return "a version that is known";
    case ErrorCode::signal_bad_value:
      return "a value that the specification allows here";
    case ErrorCode::signal_bad_range:
      return "ids from 1 to 65535, ranges from low to high";
    case ErrorCode::signal_bad_segment:
      return "a segment that is not empty and not there already";
    case ErrorCode::signal_section_count:
      return "as many sections as the header lists";
    case ErrorCode::signal_too_large:
      return "less: the answer has no room";
    case ErrorCode::signal_trailing_bits:
      return "nothing but padding behind the last field";
    case ErrorCode::signal_reserved:
      return "no reserved value";
    case ErrorCode::signal_unknown_segment:
      return "a segment of a known type";
    case ErrorCode::signal_unordered:
      return "ranges in ascending order, apart from each other";
    case ErrorCode::signal_beyond_max:
      return "no id above MaxVendorId";
    case ErrorCode::too_long:
      return "at most 65536 characters";
    case ErrorCode::unknown_key:
      return "no such key";
    case ErrorCode::missing_key:
      return "all of its members";
    case ErrorCode::wrong_type:
      return "a value of another type";
    default:
      return "something else";
  }
}

CodecAnswer decode_signal(Codec codec, Strictness strictness, std::string_view text, Arena& arena,
                          std::span<char> room) {
  if (codec == Codec::gpc) return signal(read_gpc(text), room);
  if (codec == Codec::dnt) return signal(read_dnt(text), room);
  arena.reset();
  Notes notes(strictness);
  JsonWriter out(room);
  out.open('{');
  out.key("value");
  Error error = decode_value(codec, text, arena, notes, out);
  out.key("warnings");
  out.open('[');
  for (const Notes::Note& note : notes.all()) {
    out.open('[');
    out.number(static_cast<std::uint64_t>(note.code));
    out.number(note.offset);
    out.close(']');
  }
  out.close(']');
  out.close('}');
  if (error.code == ErrorCode::ok && out.failed()) error = {ErrorCode::signal_too_large, 0};
  if (error.code != ErrorCode::ok) return refuse(error, "/input", room);
  return {ErrorCode::ok, 0, {room.data(), out.size()}};
}

CodecAnswer encode_signal(Codec codec, Strictness strictness, std::string_view json, Arena& arena,
                          std::span<char> room) {
  arena.reset();
  JsonReader in(json, "value");
  BitWriter out(room.data(), static_cast<std::uint32_t>(room.size()));
  Error error;
  if (codec == Codec::tcf) {
    Section section;
    error = read_value(in, kTcfEu, Naming::tcf, strictness, arena, section);
    if (error.code == ErrorCode::ok) write_section(section, out);
  } else if (codec == Codec::gpp) {
    Gpp gpp;
    error = read_gpp_value(in, strictness, arena, gpp);
    if (error.code == ErrorCode::ok) error = write_gpp(gpp, arena, out);
  } else if (codec == Codec::usp) {
    UspString usp;
    error = read_usp_value(in, usp);
    const char text[4] = {'1', usp.notice, usp.opt_out_sale, usp.lspa_covered};
    if (error.code == ErrorCode::ok) out.plain(std::string_view(text, 4));
  } else if (codec == Codec::ac) {
    AcString ac;
    error = read_ac_value(in, arena, ac);
    if (error.code == ErrorCode::ok) write_ac(ac, out);
  } else {
    error = {ErrorCode::bad_value, 0};
  }
  if (error.code == ErrorCode::ok && out.failed()) error = {ErrorCode::signal_too_large, 0};
  if (error.code != ErrorCode::ok) return refuse(in, error, room);
  return {ErrorCode::ok, 0, {room.data(), out.size()}};
}

}  // namespace metrofax::consent
