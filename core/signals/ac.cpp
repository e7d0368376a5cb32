#include "signals/ac.h"

namespace metrofax::consent {
namespace {

// Ids joined by dots, from `at` to the end or to '~'.
Error read_list(std::string_view text, std::uint32_t& at, Arena& arena, std::span<std::uint32_t>& ids) {
  const std::string_view part = up_to(text.substr(at), '~');
  const std::size_t count = part.empty() ? 0 : 1 + count_of(part, '.');
  auto* list = arena.take<std::uint32_t>(count);
  if (list == nullptr) return {ErrorCode::signal_too_large, at};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t from = at;
    std::uint64_t value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
      if (value > 0xFFFFFFFFu) return {ErrorCode::signal_bad_value, from};
    }
    if (at == from || text[from] == '0') return {ErrorCode::signal_bad_value, from};
    if (i + 1 < count && (at == text.size() || text[at++] != '.'))
      return {ErrorCode::signal_bad_value, at - 1};
    list[i] = static_cast<std::uint32_t>(value);
  }
  if (at < text.size() && text[at] != '~') return {ErrorCode::signal_bad_value, at};
  ids = {list, count};
  return {};
}

void write_list(std::span<const std::uint32_t> ids, BitWriter& out) {
  bool first = true;
  for (std::uint32_t id : ids) {
    if (!first) out.plain('.');
    first = false;
    char digits[10];
    unsigned count = 0;
    do {
      digits[count++] = static_cast<char>('0' + id % 10);
      id /= 10;
    } while (id != 0);
    while (count > 0) out.plain(digits[--count]);
  }
}

}  // namespace

Error read_ac(std::string_view text, Arena& arena, Notes& notes, AcString& ac) {
  ac = AcString{};
  if (text.size() > kMaxSignalText) return {ErrorCode::too_long, kMaxSignalText};
  if (text.empty()) return {ErrorCode::signal_truncated, 0};
  if (text[0] != '1' && text[0] != '2') return {ErrorCode::signal_bad_version, 0};
  if (text.size() < 2) return {ErrorCode::signal_truncated, 1};
  if (text[1] != '~') return {ErrorCode::signal_bad_version, 1};
  ac.version = static_cast<std::uint8_t>(text[0] - '0');
  std::uint32_t at = 2;
  Error error = read_list(text, at, arena, ac.consented);
  if (error.code != ErrorCode::ok) return error;
  if (ac.version == 1) return at == text.size() ? Error{} : Error{ErrorCode::signal_bad_value, at};
  if (at == text.size()) return {ErrorCode::signal_truncated, at};
  const std::uint32_t second = ++at;
  if (text.size() < at + 2 || text[at] != 'd' || text[at + 1] != 'v')
    return {ErrorCode::signal_bad_value, second};
  at += 2;
  if (at == text.size()) {
    notes.add(ErrorCode::signal_truncated, at);
    return notes.refusal();
  }
  if (text[at++] != '.') return {ErrorCode::signal_bad_value, at - 1};
  error = read_list(text, at, arena, ac.disclosed);
  if (error.code != ErrorCode::ok) return error;
  return at == text.size() ? Error{} : Error{ErrorCode::signal_bad_value, at};
}

void write_ac(const AcString& ac, BitWriter& out) {
  out.plain(ac.version == 1 ? "1~" : "2~");
  write_list(ac.consented, out);
  if (ac.version == 1) return;
  out.plain("~dv.");
  write_list(ac.disclosed, out);
}

}  // namespace metrofax::consent
