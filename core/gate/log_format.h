// Common and Combined Log Format, as Apache httpd and nginx write them: cut into fields, nothing decoded.
#pragma once

#include <cstdint>
#include <string_view>

namespace metrofax::consent::logs {

/// One line: `address ident user [time] "request" status size`, then in the combined form
/// `"referrer" "agent"`, then optionally `"%{Sec-GPC}i" "%{mf_consent}C"`. Views into the line.
struct LogLine {
  std::string_view address, ident, user, time, request, status, size;
  std::string_view referrer, agent, gpc, consent;
  bool combined = false;
  bool has_consent = false;
};

/// Cuts a line. Null if it is one; else what was expected and not found. Quotes inside quoted fields are
/// written `\"` or `\x22`; the user may hold spaces; further quoted fields are allowed and ignored.
[[nodiscard]] const char* cut_line(std::string_view text, LogLine& line);

/// `METHOD target PROTOCOL`; of HTTP/0.9 without protocol.
struct RequestLine {
  std::string_view method, target, protocol;
};

/// False for anything that is no request line: a TLS handshake sent to a plain port, a scan, "-".
[[nodiscard]] bool cut_request(std::string_view text, RequestLine& line);

/// `10/Oct/2000:13:55:36 -0700` in unix seconds; -1 if it is not of this form.
[[nodiscard]] std::int64_t time_of(std::string_view time);

}  // namespace metrofax::consent::logs
