// Cookie dates, by the draft's own algorithm. General date parsers disagree with it on more than a third of
// real inputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metrofax::consent::cookies {

/// The earliest date the algorithm can name, 1601-01-01T00:00:00Z; stands for "the earliest representable
/// date" (5.6.2).
inline constexpr std::int64_t kEarliestDate = -11644473600;

/// The moment an Expires value names, in unix seconds, or nothing where the algorithm fails (RFC
/// 6265bis 5.1.1). Zones and weekdays are ignored, as the draft says; 30 Feb, 24:00:00, ISO dates and a
/// missing time are no dates.
std::optional<std::int64_t> parse_cookie_date(std::string_view text);

/// Days between 1970-01-01 and a day of the proleptic Gregorian calendar. year 1..9999, month 1..12,
/// day 1..31.
std::int32_t days_from_civil(int year, int month, int day);

}  // namespace metrofax::consent::cookies
