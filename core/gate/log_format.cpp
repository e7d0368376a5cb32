#include "gate/log_format.h"

#include <cstring>

namespace metrofax::consent::logs {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes up to a byte that must follow; false if it does not.
bool take_to(std::string_view& rest, char end, std::string_view& field) {
  const void* found = rest.empty() ? nullptr : std::memchr(rest.data(), end, rest.size());
  if (found == nullptr) return false;
  const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
  field = rest.substr(0, length);
  rest.remove_prefix(length + 1);
  return length > 0;
}

bool skip(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

// A field in quotes; a quote behind an odd number of backslashes belongs to it.
bool take_quoted(std::string_view& rest, std::string_view& field) {
  if (!skip(rest, '"')) return false;
  for (std::size_t from = 0;;) {
    if (from >= rest.size()) return false;
    const void* found = std::memchr(rest.data() + from, '"', rest.size() - from);
    if (found == nullptr) return false;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
    std::size_t slashes = 0;
    while (slashes < at && rest[at - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) {
      field = rest.substr(0, at);
      rest.remove_prefix(at + 1);
      return true;
    }
    from = at + 1;
  }
}

// Digits, or one hyphen for "none".
bool take_number(std::string_view& rest, std::size_t longest, std::string_view& field) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) ++length;
  if (length == 0 && !rest.empty() && rest.front() == '-') length = 1;
  if (length == 0 || length > longest) return false;
  field = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

// dd/Mon/yyyy:HH:MM:SS +zzzz
constexpr std::string_view kTimeForm = "99/aaa/9999:99:99:99 +9999";

bool is_time(std::string_view text) {
  if (text.size() != kTimeForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char form = kTimeForm[i];
    const char c = text[i];
    const bool fits = form == '9'   ? is_digit(c)
                      : form == 'a' ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                      : form == '+' ? c == '+' || c == '-'
                                    : c == form;
    if (!fits) return false;
  }
  return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (text[at + i] - '0');
  return value;
}

// Days since 1970-01-01 of a date in the Gregorian calendar (years begin in March, so that leap days end
// one).
std::int64_t days_of(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = year / 400;
  const int of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return static_cast<std::int64_t>(era) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

}  // namespace

const char* cut_line(std::string_view text, LogLine& line) {
  line = LogLine{};
  if (text.find('\0') != std::string_view::npos) return "a NUL byte";
  std::string_view rest = text;
  if (!take_to(rest, ' ', line.address)) return "expected an address";
  if (!take_to(rest, ' ', line.ident)) return "expected an identity, or \"-\"";
  const std::size_t bracket = rest.find(" [");
  if (bracket == std::string_view::npos || bracket == 0)
    return "expected a user, or \"-\", and a time in brackets";
  line.user = rest.substr(0, bracket);
  rest.remove_prefix(bracket + 2);
  if (!take_to(rest, ']', line.time) || !is_time(line.time))
    return "expected a time as [10/Oct/2000:13:55:36 -0700]";
  if (!skip(rest, ' ') || !take_quoted(rest, line.request)) return "expected a request in quotes";
  if (!skip(rest, ' ') || !take_number(rest, 3, line.status)) return "expected a status of three digits";
  if (!skip(rest, ' ') || !take_number(rest, 20, line.size)) return "expected a size, or \"-\"";
  if (rest.empty()) return nullptr;
  line.combined = true;
  if (!skip(rest, ' ') || !take_quoted(rest, line.referrer)) return "expected a referrer in quotes";
  if (!skip(rest, ' ') || !take_quoted(rest, line.agent)) return "expected a user agent in quotes";
  for (unsigned more = 0; !rest.empty(); ++more) {
    std::string_view field;
    if (!skip(rest, ' ') || !take_quoted(rest, field))
      return "expected a further field in quotes, or the end";
    if (more == 0) line.gpc = field;
    if (more == 1) line.consent = field;
    line.has_consent = more > 0;
  }
  return nullptr;
}

bool cut_request(std::string_view text, RequestLine& line) {
  line = RequestLine{};
  std::size_t at = 0;
  while (at < text.size() && text[at] >= 'A' && text[at] <= 'Z') ++at;
  if (at == 0 || at > 20 || at >= text.size() || text[at] != ' ') return false;
  line.method = text.substr(0, at);
  std::string_view rest = text.substr(at + 1);
  const std::size_t space = rest.find(' ');
  line.target = rest.substr(0, space);
  if (line.target.empty()) return false;
  // Bytes that no target has were escaped by the server, or never came from a browser.
  for (const char c : line.target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '\\' || c == '"') return false;
  }
  if (space == std::string_view::npos) return true;
  line.protocol = rest.substr(space + 1);
  if (line.protocol.size() < 6 || line.protocol.size() > 8 || line.protocol.substr(0, 5) != "HTTP/")
    return false;
  for (const char c : line.protocol.substr(5)) {
    if (!is_digit(c) && c != '.') return false;
  }
  return true;
}

std::int64_t time_of(std::string_view time) {
  if (!is_time(time)) return -1;
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = months.find(time.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return -1;
  const int day = number_at(time, 0, 2);
  const int hour = number_at(time, 12, 2);
  const int minute = number_at(time, 15, 2);
  const int second = number_at(time, 18, 2);
  if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return -1;
  const std::int64_t local = days_of(number_at(time, 7, 4), static_cast<int>(month / 3) + 1, day) * 86400 +
                             hour * 3600 + minute * 60 + second;
  const int offset = (number_at(time, 22, 2) * 60 + number_at(time, 24, 2)) * 60;
  return time[21] == '-' ? local + offset : local - offset;
}

}  // namespace metrofax::consent::logs
