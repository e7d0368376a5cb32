// What a server may keep of its access log (logs.aggregate). In server.wasm alone.
#include "gate/log_line.h"
#include "wire.h"

#define METROFAX_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace metrofax::consent::wasm {
namespace {

constexpr std::uint32_t kNothing = ~std::uint32_t{0};

// What has been written behind the input of `length` bytes at text_at(), moved to its start; kNothing where
// it did not fit.
std::uint32_t hand_over(const logs::Out& out) {
  if (out.full()) return kNothing;
  char* const to = text_in_use();
  const std::string_view text = out.text();
  for (std::size_t i = 0; i < text.size(); ++i) to[i] = text[i];
  return static_cast<std::uint32_t>(text.size());
}

}  // namespace

/// What may be kept of a log line for the subject: a bit for each logs::Field. 0: nothing.
METROFAX_EXPORT(log_fields) std::uint32_t log_fields() {
  return logs::ask_fields(policy_in_use(), subject_in_use()).fields;
}

/// What may be kept, by the bits of log_fields(), of the line in Common or Combined Log Format at text_at(),
/// written there; its length, 0xFFFFFFFF if it is no such line or does not fit.
METROFAX_EXPORT(log_line) std::uint32_t log_line(std::uint32_t kept, std::uint32_t length) {
  logs::LogLine line;
  if (length > kTextBytes || logs::cut_line({text_in_use(), length}, line) != nullptr) return kNothing;
  logs::Out out(text_in_use() + length, kTextBytes - length);
  logs::write_line(line, {kept}, out);
  return hand_over(out);
}

/// The same for one text of a logs::Field, read as a logs::Form; 0xFFFFFFFF: it goes.
METROFAX_EXPORT(log_text)
std::uint32_t log_text(std::uint32_t kept, std::uint32_t field, std::uint32_t form, std::uint32_t length) {
  if (length > kTextBytes || field >= logs::kFields || form >= logs::kForms) return kNothing;
  logs::Out out(text_in_use() + length, kTextBytes - length);
  const bool stays = logs::keep_text(static_cast<logs::Field>(field), static_cast<logs::Form>(form), {kept},
                                     {text_in_use(), length}, out);
  return stays ? hand_over(out) : kNothing;
}

}  // namespace metrofax::consent::wasm
