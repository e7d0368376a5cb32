#include "cookies/date.h"

#include <string>

#include "catch.h"

using namespace metrofax::consent::cookies;

TEST_CASE("a token takes the first field that is still wanted", "[cookies.persistent][cookies]") {
  // The day is found first, so the second two-digit number is the year and 2026 is left over.
  CHECK(parse_cookie_date("01 02 Jan 2026 00:00:00") == 1009843200);
  CHECK(parse_cookie_date("Jan 01 2026 00:00:00") == 1767225600);
  // Half a time is no time but a day; its minutes must not stay behind.
  CHECK(parse_cookie_date("01:99 Jan 2026 00:00:00") == 1767225600);
  CHECK_FALSE(parse_cookie_date("01:59:xx 01 Jan 2026"));
}

TEST_CASE("delimiters are the draft's, so a colon and bytes above 0x7E join tokens",
          "[cookies.persistent][cookies]") {
  CHECK(parse_cookie_date("1\tJan/2026@00:00:00") == 1767225600);
  CHECK_FALSE(parse_cookie_date("1\x7FJan 2026 00:00:00"));
  CHECK_FALSE(
      parse_cookie_date("1\xA0Jan\xA0"
                        "2026 00:00:00"));
  // Control characters are no delimiters either; in a cookie they never get this far.
  CHECK_FALSE(parse_cookie_date("1\nJan 2026 00:00:00"));
}

TEST_CASE("years: two digits are of 1970 to 2069, three or five are none", "[cookies.persistent][cookies]") {
  CHECK(parse_cookie_date("1 Jan 69 00:00:00") == 3124224000);
  CHECK(parse_cookie_date("1 Jan 70 00:00:00") == 0);
  CHECK(parse_cookie_date("1 Jan 0069 00:00:00") == 3124224000);
  CHECK_FALSE(parse_cookie_date("1 Jan 199 00:00:00"));
  CHECK_FALSE(parse_cookie_date("1 Jan 20260 00:00:00"));
  CHECK(parse_cookie_date("1 Jan 1601 00:00:00") == kEarliestDate);
  CHECK_FALSE(parse_cookie_date("31 Dec 1600 00:00:00"));
}

TEST_CASE("every day of four hundred years has its own number, one after the other",
          "[cookies.persistent][cookies]") {
  const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const char* months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  std::int64_t wanted = kEarliestDate;
  for (int year = 1601; year <= 2000; ++year) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    for (int month = 1; month <= 12; ++month) {
      const int last = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
      CHECK(std::int64_t{days_from_civil(year, month, 1)} * 86400 == wanted);
      const std::string rest = std::string(" ") + months[month - 1] + " " + std::to_string(year) + " 0:0:0";
      CHECK(parse_cookie_date(std::to_string(last) + rest) == wanted + (last - 1) * 86400);
      CHECK_FALSE(parse_cookie_date(std::to_string(last + 1) + rest));
      wanted += last * std::int64_t{86400};
    }
  }
  CHECK(wanted == 978307200);
}
