#include "signals/codec.h"

#include "signals/headers.h"
#include "signals/string_values.h"

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

CodecAnswer refuse_section(Error error, std::string_view name, std::span<char> room) {
  char path[64];
  Message where{path, sizeof path};
  where.append("/value/sections/");
  where.append(name);
  return refuse({error.code, 0}, {path, where.size}, room);
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
    if (error.code == ErrorCode::ok) {
      keep_unusual(section);
      write_value(out, section, Naming::tcf);
    }
  } else if (codec == Codec::gpp) {
    Gpp gpp;
    error = read_gpp(text, arena, notes, gpp);
    if (error.code == ErrorCode::ok) {
      for (const GppSection& one : gpp.sections) {
        if (one.section != nullptr) keep_unusual(*one.section);
      }
      write_value(out, gpp);
    }
  } else if (codec == Codec::usp) {
    const Result<UspString> usp = read_usp(text);
    error = usp.error();
    if (usp.ok()) write_value(out, usp.value());
  } else {
    AcString ac;
    error = read_ac(text, arena, notes, ac);
    if (error.code == ErrorCode::ok) write_value(out, ac);
  }
  return error;
}

}  // namespace

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
  BitWriter out(room.data(), kMaxSignalText);
  Error error;
  if (codec == Codec::tcf) {
    Draft draft;
    error = read_value(in, kTcfEu, Naming::tcf, strictness, arena, draft);
    if (error.code == ErrorCode::ok) error = complete(draft, strictness, arena);
    if (error.code == ErrorCode::ok) error = write_section(draft.section, arena, out);
  } else if (codec == Codec::gpp) {
    Gpp gpp;
    std::span<const std::string_view> names;
    error = read_value(in, strictness, arena, gpp, names);
    std::uint32_t at = 0;
    if (error.code == ErrorCode::ok) {
      error = complete(gpp, strictness, arena, at);
      if (error.code != ErrorCode::ok) return refuse_section(error, names[at], room);
      error = write_gpp(gpp, arena, out);
    }
  } else if (codec == Codec::usp) {
    UspString usp;
    error = read_value(in, usp);
    const char text[4] = {'1', usp.notice, usp.opt_out_sale, usp.lspa_covered};
    if (error.code == ErrorCode::ok) out.plain(std::string_view(text, 4));
  } else if (codec == Codec::ac) {
    AcString ac;
    error = read_value(in, arena, ac);
    if (error.code == ErrorCode::ok) write_ac(ac, out);
  } else {
    error = {ErrorCode::bad_value, 0};
  }
  if (error.code == ErrorCode::ok && out.failed()) error = {ErrorCode::too_long, 0};
  if (error.code != ErrorCode::ok) return refuse(in, error, room);
  return {ErrorCode::ok, 0, {room.data(), out.size()}};
}

}  // namespace metrofax::consent
