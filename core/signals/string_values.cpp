#include "signals/string_values.h"

namespace metrofax::consent {

// ---- decoding
// ------------------------------------------------------------

void write_value(JsonWriter& out, const UspString& usp) {
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

namespace {

void write_id(JsonWriter& out, std::uint16_t id) {
  char digits[5];
  unsigned count = 0;
  do {
    digits[4 - count++] = static_cast<char>('0' + id % 10);
    id = static_cast<std::uint16_t>(id / 10);
  } while (id != 0);
  out.key({digits + 5 - count, count});
}

}  // namespace

void write_value(JsonWriter& out, const Gpp& gpp) {
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
      write_value(out, one.usp);
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

namespace {

void write_ids(JsonWriter& out, std::span<const std::uint32_t> ids) {
  out.open('[');
  for (const std::uint32_t id : ids) out.number(id);
  out.close(']');
}

}  // namespace

void write_value(JsonWriter& out, const AcString& ac) {
  out.open('{');
  out.key("version");
  out.number(ac.version);
  out.key("consented");
  write_ids(out, ac.consented);
  out.key("disclosed");
  ac.version == 1 ? out.null() : write_ids(out, ac.disclosed);
  out.close('}');
}

// ---- encoding
// ------------------------------------------------------------

// The members are read in whatever order they come: each goes to its place.
Error read_value(JsonReader& in, UspString& usp) {
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

namespace {

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
    return {in.error(), 0};
  }
  if (one.id == kUsp) return read_value(in, one.usp);
  if (layout_of(one.id) == nullptr) {
    in.fail(ErrorCode::wrong_type);
    return {in.error(), 0};
  }
  auto* draft = arena.take<Draft>(1);
  if (draft == nullptr) return {ErrorCode::signal_too_large, 0};
  one.section = &draft->section;
  return read_value(in, static_cast<std::uint8_t>(one.id), Naming::gpp, strictness, arena, *draft);
}

}  // namespace

Error read_value(JsonReader& in, Strictness strictness, Arena& arena, Gpp& gpp,
                 std::span<const std::string_view>& names) {
  auto* list = arena.take<GppSection>(kMostSections);
  auto* called = arena.take<std::string_view>(kMostSections);
  auto* ids = arena.take<std::uint16_t>(kMostSections);
  if (list == nullptr || called == nullptr || ids == nullptr) return {ErrorCode::signal_too_large, 0};
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
        for (; at > 0 && list[at - 1].id > one.id; --at) {
          list[at] = list[at - 1];
          called[at] = called[at - 1];
        }
        list[at] = one;
        called[at] = name;
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
  names = {called, count};
  return {};
}

namespace {

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

}  // namespace

Error read_value(JsonReader& in, Arena& arena, AcString& ac) {
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

}  // namespace metrofax::consent
