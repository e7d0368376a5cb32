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

/// A run of digits at `at`: how many there are (at most 5 are counted), and their value. Moves `at` past
/// them.
struct Number {
  int digits = 0;
  int value = 0;
};
Number take_number(const char*& at, const char* end) {
  Number number;
  while (at != end && is_digit(*at) && number.digits < 5) {
    number.value = number.value * 10 + (*at++ - '0');
    ++number.digits;
  }
  return number;
}

enum Field : unsigned char { kHour, kMinute, kSecond, kDay, kMonth, kYear, kFields };

/// time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT [ non-digit *OCTET ]
bool take_time(const char* at, const char* end, int* fields) {
  for (int i = kHour; i <= kSecond; ++i) {
    const Number number = take_number(at, end);
    if (number.digits < 1 || number.digits > 2) return false;
    fields[i] = number.value;
    if (i < kSecond && (at == end || *at++ != ':')) return false;
  }
  return true;
}

/// 5.1.1 step 2: a token is tried as time, day of the month, month, year, in this order; the first that is
/// still wanted and fits takes it. A wanted field is negative.
void take_token(const char* at, const char* end, int* fields) {
  if (fields[kHour] < 0) {
    if (take_time(at, end, fields)) return;
    fields[kHour] = -1;  // it may have read half a time
  }
  const char* rest = at;
  const Number number = take_number(rest, end);
  if (number.digits == 0) {
    // month = a three-letter name, whatever follows it.
    const auto month =
        static_cast<int>(find_word(at, static_cast<std::size_t>(end - at),
                                   "\3jan\3feb\3mar\3apr\3may\3jun\3jul\3aug\3sep\3oct\3nov\3dec", true));
    if (fields[kMonth] < 0 && month < 12) fields[kMonth] = month + 1;
  } else if (fields[kDay] < 0 && number.digits <= 2) {
    fields[kDay] = number.value;
  } else if (fields[kYear] < 0 && number.digits >= 2 && number.digits <= 4) {
    fields[kYear] = number.value;
  }
}

int days_in_month(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return 30 + ((month + (month > 7 ? 1 : 0)) & 1);
}

}  // namespace

std::int32_t days_from_civil(int year, int month, int day) {
  // Years begin in March here, so that the leap day is the last of its year. They are positive: floor is
  // truncation.
  if (month <= 2) --year;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  int fields[kFields] = {-1, 0, 0, -1, -1, -1};
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const start = at;
    while (at != end && !is_delimiter(*at)) ++at;
    if (at == start) {
      ++at;
    } else {
      take_token(start, at, fields);
    }
  }
  int year = fields[kYear];
  if (year >= 0 && year < 100) year += year < 70 ? 2000 : 1900;  // steps 3 and 4
  const int month = fields[kMonth];
  const int day = fields[kDay];
  // Steps 5 and 6. What is missing is negative and fails the same comparisons.
  if (fields[kHour] < 0 || fields[kHour] > 23 || fields[kMinute] > 59 || fields[kSecond] > 59 || month < 1 ||
      year < 1601 || day < 1 || day > days_in_month(year, month)) {
    return std::nullopt;
  }
  return std::int64_t{days_from_civil(year, month, day)} * 86400 +
         (fields[kHour] * 3600 + fields[kMinute] * 60 + fields[kSecond]);
}

}  // namespace metrofax::consent::cookies
