// The consent record in its compact form: the text of the consent cookie.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "policy/view.h"

namespace metrofax::consent {

/// The name of the consent cookie: first-party, SameSite=Lax, Secure where the page is (cookies.md).
inline constexpr std::string_view kConsentCookie = "mf_consent";

/// The longest record text that is ever written or read; with its name well under the 200 bytes of
/// cookies.md.
inline constexpr std::size_t kMaxRecordBytes = 160;

/// What a visitor chose, under which policy and regime, and when.
struct ConsentRecord {
  std::string_view policy_version;  ///< as the policy names itself, for changes.*
  std::string_view regime;          ///< id of the regime in force at the time of the choice
  std::int64_t time = 0;            ///< unix s of the latest choice
  std::int64_t older = 0;           ///< seconds before that of the oldest whose grants still stand
  PurposeSet granted = 0;
  PurposeSet denied = 0;
  PurposeSet specific = 0;  ///< of the granted: chosen one by one, knowing of an opt-out signal (W2)
  VendorSet refused = {};   ///< by number: refused one by one, whatever was granted
};

/// Reads the text of a record: `1~version~regime~time~granted~denied~specific~sum`, numbers in lower-case
/// hexadecimal; specific is 0 for none, 1 for all that is granted (the only two that there were until 2026),
/// else the set of them, shifted by one. Where some grants are older than the latest choice, the record
/// begins with 2 and has `older` before the sum. Where vendors were refused one by one, it begins with 3 and
/// has `older` (0 for none) and their set, bit n for number n, before the sum. The sum covers everything
/// before it, and only the one spelling that write_record() prints is accepted: any damage at all means that
/// the visitor is asked again. Errors: record_too_long, record_future_version, record_bad_form,
/// record_bad_checksum, each with the byte offset. Views into `text`.
[[nodiscard]] Result<ConsentRecord> read_record(std::string_view text);

/// Writes what read_record() reads; the number of bytes. Errors: record_too_long, record_bad_form (a version
/// or regime with other characters than letters, digits, '-' and '.').
[[nodiscard]] Result<std::size_t> write_record(const ConsentRecord& record, std::span<char> out);

/// What a Cookie header or document.cookie says about consent.
enum class Found : std::uint8_t { nothing, one, conflict };

/// Finds a cookie by its name. Two copies that differ (a Domain that changed, a copy written by somebody
/// else) are a conflict, which counts as damage: nobody can say which of them the visitor meant.
[[nodiscard]] Found find_cookie(std::string_view cookies, std::string_view name, std::string_view& text);

/// The consent cookie.
[[nodiscard]] inline Found find_record(std::string_view cookies, std::string_view& text) {
  return find_cookie(cookies, kConsentCookie, text);
}

/// The whole assignment text: name, value, Path, Max-Age by the regime's lifetime for a grant or a refusal
/// (W8), SameSite and, on a secure page, Secure. Errors as write_record().
[[nodiscard]] Result<std::size_t> write_consent_cookie(const ConsentRecord& record, const fb::Regime& regime,
                                                       bool secure, std::span<char> out);

}  // namespace metrofax::consent
