// What may be kept of an access-log line (logs.aggregate): each field is asked about, and what is refused
// goes, or leaves as much as names nobody.
#pragma once

#include <cstdint>
#include <string_view>

#include "gate/gate.h"
#include "gate/log_format.h"
#include "gate/log_out.h"

namespace metrofax::consent::logs {

/// The fields of a log line, as `log.line` names them: bit n of `Kept` is Topic field_address << n.
enum class Field : std::uint8_t {
  address,
  identity,
  time,
  request,
  query,
  status,
  size,
  referrer,
  agent,
  cookie
};
inline constexpr unsigned kFields = 10;

/// What of a line may be kept, by field.
struct Kept {
  std::uint32_t fields = 0;
  [[nodiscard]] bool has(Field field) const { return (fields >> static_cast<unsigned>(field) & 1u) != 0; }
};

/// Asks the gate about each field of a log line for one subject. Without a policy nothing may be kept.
[[nodiscard]] Kept ask_fields(const PolicyView& policy, const Subject& subject);

/// How a text of a field is read.
enum class Form : std::uint8_t {
  address,       ///< one address: its network where the field is refused
  whole,         ///< text that goes or stays as a whole
  number,        ///< digits
  word,          ///< a method, a protocol, a host name
  request_line,  ///< METHOD target PROTOCOL, or a target alone
  target,        ///< a path or URL, with or without query
  query          ///< a query alone
};
inline constexpr unsigned kForms = 7;

/// What may be kept of one text of a field, appended to `out`. False: nothing, and what `out` got is to be
/// taken back. An address is truncated in whichever field it stands.
[[nodiscard]] bool keep_text(Field field, Form form, Kept kept, std::string_view text, Out& out);

/// A written line is at most this much longer than the line it was.
inline constexpr std::size_t kLineGrowth = 64;

/// What may be kept of a line in the Common or Combined Log Format, without line feed, appended to `out`.
void write_line(const LogLine& line, Kept kept, Out& out);

}  // namespace metrofax::consent::logs
