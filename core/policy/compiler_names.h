// The words that an authored policy may use: enumerators, identifiers, durations, dates, places, host names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy_generated.h"

namespace metrofax::consent {

/// A word and what it stands for: an enumerator's number, a bit, a purpose's number.
struct Word {
  std::string text;
  std::uint32_t value = 0;
};
using Vocabulary = std::vector<Word>;

/// Words of the authored policy for the enumerations of policy.fbs.
[[nodiscard]] const Vocabulary& kind_words();          ///< "web.request" -> 1 << Kind
[[nodiscard]] const Vocabulary& mode_words();          ///< "identified" -> Mode
[[nodiscard]] const Vocabulary& use_words();           ///< "sale" -> bit of Use
[[nodiscard]] const Vocabulary& party_words();         ///< "first" -> bit of Party
[[nodiscard]] const Vocabulary& storage_kind_words();  ///< "session" -> bit of StorageKind
[[nodiscard]] const Vocabulary& topic_words();         ///< "class-promotional" -> bit of Topic
[[nodiscard]] const Vocabulary& enforcement_words();   ///< "live" -> Enforcement
[[nodiscard]] const Vocabulary& needs_words();         ///< "explicit-grant" -> Needs
[[nodiscard]] const Vocabulary& api_words();  ///< "cookie" -> 1 << cookie | 1 << httpCookie; others one bit
[[nodiscard]] const Vocabulary& reason_words();  ///< "gpc" -> Reason, without `none`

/// The value of a word, or nothing.
[[nodiscard]] std::optional<std::uint32_t> find_word(const Vocabulary& words, std::string_view text);

/// The word nearest to a misspelt one by edit distance, or "" when none is near.
[[nodiscard]] std::string nearest_word(const std::vector<std::string_view>& words, std::string_view text);

/// A text in double quotes, for messages.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Whether a text is an identifier: ^[a-z0-9]+([-.][a-z0-9]+)*$, at most 48 bytes.
[[nodiscard]] bool is_id(std::string_view text);

/// Seconds of an ISO 8601 duration, a year counting 365 days and a month 30. Nothing when the form is wrong
/// or the value does not fit 32 bits.
[[nodiscard]] std::optional<std::uint32_t> parse_duration(std::string_view text);

/// Unix seconds of midnight UTC of "YYYY-MM-DD"; nothing when there is no such day.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text);

/// What is wrong with a place ("FR", "US-CA"; ISO 3166-1 alpha-2, 3166-2), or "" when nothing is.
[[nodiscard]] std::string place_problem(std::string_view text);

/// What is wrong with a declared host name, or "" when nothing is: lower-case letters, digits and hyphens in
/// labels of 1 to 63 bytes, 253 in all, no IP address; a single label only without subdomains. Says what to
/// write instead if it can.
[[nodiscard]] std::string host_problem(std::string_view host, bool subdomains);

}  // namespace metrofax::consent
