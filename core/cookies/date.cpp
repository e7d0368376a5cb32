#include "cookies/date.h"

#include "cookies/bytes.h"

namespace metrofax::consent::cookies {
namespace {

/// delimiter of 5.1.1: %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E. So ":" and every byte above 0x7E belong
/// to tokens.
constexpr bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
         (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

/// Reads a number of `least` to `most` digits that is not followed by a further digit; moves `text` past it.
bool take_number(std::string_view& text, std::size_t least, std::size_t most, int& number) {
  std::size_t count = 0;
  int sum = 0;
  while (count < text.size() && is_digit(text[count])) {
    if (++count > most) return false;
    sum = sum * 10 + (text[count - 1] - '0');
  }
  if (count < least) return false;
  text.remove_prefix(count);
  number = sum;
  return true;
}

struct Moment {
  int hour = -1;  // -1: not found yet
  int minute = 0;
  int second = 0;
  int day = -1;
  int month = -1;
  int year = -1;
};

/// time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT [ non-digit *OCTET ]
bool take_time(std::string_view token, Moment& moment) {
  int field[3];
  for (int i = 0; i < 3; ++i) {
    if (i > 0) {
      if (token.empty() || token.front() != ':') return false;
      token.remove_prefix(1);
    }
    if (!take_number(token, 1, 2, field[i])) return false;
  }
  moment.hour = field[0];
  moment.minute = field[1];
  moment.second = field[2];
  return true;
}

/// month = a three-letter name, whatever follows it.
bool take_month(std::string_view token, Moment& moment) {
  constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (int i = 0; i < 12; ++i) {
    if (starts_with_ignoring_case(token, names.substr(static_cast<std::size_t>(i) * 3, 3))) {
      moment.month = i + 1;
      return true;
    }
  }
  return false;
}

/// 5.1.1 step 2: a token is tried as time, day of the month, month, year, in this order; the first that is
/// still wanted and fits takes it.
void take_token(std::string_view token, Moment& moment) {
  if (moment.hour < 0 && take_time(token, moment)) return;
  std::string_view rest = token;
  if (moment.day < 0 && take_number(rest, 1, 2, moment.day)) return;
  if (moment.month < 0 && take_month(token, moment)) return;
  if (moment.year < 0) take_number(rest, 2, 4, moment.year);
}

int days_in_month(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return 30 + ((month + (month > 7 ? 1 : 0)) & 1);
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  // Years begin in March here, so that the leap day is the last of its year.
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  Moment moment;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && !is_delimiter(text[length])) ++length;
    if (length > 0) take_token(text.substr(0, length), moment);
    text.remove_prefix(length < text.size() ? length + 1 : length);
  }
  // Steps 3 and 4 come before the check for a missing year so that only a year that was read is moved.
  if (moment.year >= 70 && moment.year <= 99) moment.year += 1900;
  if (moment.year >= 0 && moment.year <= 69) moment.year += 2000;
  // Steps 5 and 6; "missing" is negative and fails the same comparisons.
  if (moment.hour < 0 || moment.hour > 23 || moment.minute > 59 || moment.second > 59 || moment.month < 1 ||
      moment.year < 1601 || moment.day < 1 || moment.day > days_in_month(moment.year, moment.month)) {
    return std::nullopt;
  }
  return days_from_civil(moment.year, moment.month, moment.day) * 86400 + moment.hour * 3600 +
         moment.minute * 60 + moment.second;
}

}  // namespace metrofax::consent::cookies
