// Prints the wasm boundary's layout as TypeScript: offsets, sizes and limits come from the compiled structs.
#include "codecs_layout.h"
#include "cookies_wire.h"
#include "wire.h"

#include <cstdio>
#include <iterator>
#include <string_view>

#include "beacons/token.h"
#include "gate/log_line.h"

using namespace metrofax::consent;

namespace {

void print_cookies() {
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_LINE", line);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_URL", url);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_PUBLIC_SUFFIX", public_suffix);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_PARTITION", partition);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_MAX_AGE", max_age);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_PROFILE", profile);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_API", api);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_SITE", site);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_SAME_SITE", same_site);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_SECURE", secure);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_HTTP_ONLY", http_only);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_PARTITIONED", partitioned);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_HAS_EXPIRES", has_expires);
  METROFAX_OFFSET(wasm::CookieQuestion, "QUESTION_NOW", now);
  std::printf("export const QUESTION_BYTES = %zu;\n", sizeof(wasm::CookieQuestion));
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_NAME", name);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_VALUE", value);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_DOMAIN", domain);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_PATH", path);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_MAX_AGE", max_age);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_ERROR", error);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_OFFSET", offset);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_KIND", kind);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_SAME_SITE", same_site);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_SECURE", secure);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_HTTP_ONLY", http_only);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_PARTITIONED", partitioned);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_HOST_ONLY", host_only);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_PERSISTENT", persistent);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_HAS_EXPIRES", has_expires);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_CAPPED", capped);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_COMPLETE", complete);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_EXPIRES", expires);
  METROFAX_OFFSET(wasm::CookieAnswer, "ANSWER_LIFETIME", lifetime);
  METROFAX_OFFSET(wasm::PairWire, "PAIR_NAME", name);
  METROFAX_OFFSET(wasm::PairWire, "PAIR_VALUE", value);
  METROFAX_OFFSET(wasm::PairWire, "PAIR_PATTERN", pattern);
  std::printf("export const PAIR_BYTES = %zu;\n", sizeof(wasm::PairWire));
  std::printf("export const COOKIE_TEXT_BYTES = %u;\n", wasm::kCookieTextBytes);
  std::printf("export const STORE_OPS = %u;\n", wasm::kStoreOps);
  std::printf("export const ABSENT = %u;\n", wasm::kAbsent);
}

// Fields of a log line and how a text of one is read.
void print_logs() {
  constexpr const char* kFieldNames[] = {"ADDRESS", "IDENTITY", "TIME",     "REQUEST", "QUERY",
                                         "STATUS",  "SIZE",     "REFERRER", "AGENT",   "COOKIE"};
  constexpr const char* kFormNames[] = {"ADDRESS",      "WHOLE",  "NUMBER", "WORD",
                                        "REQUEST_LINE", "TARGET", "QUERY"};
  static_assert(std::size(kFieldNames) == logs::kFields && std::size(kFormNames) == logs::kForms);
  for (unsigned i = 0; i < logs::kFields; ++i)
    std::printf("export const LOG_FIELD_%s = %u;\n", kFieldNames[i], i);
  for (unsigned i = 0; i < logs::kForms; ++i)
    std::printf("export const LOG_FORM_%s = %u;\n", kFormNames[i], i);
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "codecs") {
    wasm::print_codecs();
    return 0;
  }
  std::puts("// Printed by wire-layout during the build. Offsets in bytes.");
  METROFAX_OFFSET(Subject, "SUBJECT_NOW", now);
  METROFAX_OFFSET(Subject, "SUBJECT_REGIME", regime);
  METROFAX_OFFSET(Subject, "SUBJECT_CONSENT_PRESENT", consent.present);
  METROFAX_OFFSET(Subject, "SUBJECT_GRANTED", consent.granted);
  METROFAX_OFFSET(Subject, "SUBJECT_DENIED", consent.denied);
  METROFAX_OFFSET(Subject, "SUBJECT_CONSENT_TIME", consent.time);
  METROFAX_OFFSET(Subject, "SUBJECT_OLDER", consent.older);
  METROFAX_OFFSET(Subject, "SUBJECT_REVISION", consent.revision);
  METROFAX_OFFSET(Subject, "SUBJECT_SPECIFIC", consent.specific);
  METROFAX_OFFSET(Subject, "SUBJECT_REFUSED", consent.refused);
  METROFAX_OFFSET(Subject, "SUBJECT_COMBINED", consent.combined);
  METROFAX_OFFSET(Subject, "SUBJECT_GPC", signals.gpc);
  METROFAX_OFFSET(Subject, "SUBJECT_DNT", signals.dnt);
  METROFAX_OFFSET(Subject, "SUBJECT_NAI", signals.nai_opt_out);
  METROFAX_OFFSET(Subject, "SUBJECT_DAA", signals.daa_opt_out);
  METROFAX_OFFSET(Subject, "SUBJECT_USP", signals.usp_opt_out);
  METROFAX_OFFSET(Subject, "SUBJECT_GPP", signals.gpp_opt_out);
  METROFAX_OFFSET(Subject, "SUBJECT_TCF", signals.tcf_denied);
  METROFAX_OFFSET(Subject, "SUBJECT_UNREADABLE", signals.unreadable);
  METROFAX_OFFSET(Subject, "SUBJECT_OPTED_OUT", opted_out);
  METROFAX_OFFSET(Subject, "SUBJECT_ACCOUNT", account);
  METROFAX_OFFSET(Subject, "SUBJECT_PROMOTIONAL", promotional);
  METROFAX_OFFSET(Subject, "SUBJECT_REMEMBER_ME", remember_me);
  METROFAX_OFFSET(Subject, "SUBJECT_AGE", age);
  METROFAX_OFFSET(Subject, "SUBJECT_PARENTAL", parental);
  std::printf("export const SUBJECT_BYTES = %zu;\n", sizeof(Subject));
  std::printf("export const MAX_PARENTAL_GRANTS = %u;\n", kMaxParentalGrants);
  std::printf("export const MAX_OPT_OUTS = %u;\n", kMaxOptOuts);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_TOPICS", topics);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_PARTY", party);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_PURPOSE", purpose);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_ASKED", asked);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_IDENTIFIED", identified);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_CEILING", ceiling);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_FLAGS", flags);
  METROFAX_OFFSET(wasm::RequestWire, "REQUEST_REGIME", regime);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_EXPIRES", expires);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_CAMPAIGN", campaign);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_KIND", kind);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_MODE", mode);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_FLAGS", flags);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_AXIS", axis);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_KEY", key);
  METROFAX_OFFSET(wasm::TokenWire, "TOKEN_ID", id);
  METROFAX_OFFSET(Verdict, "VERDICT_OUTCOME", outcome);
  METROFAX_OFFSET(Verdict, "VERDICT_MODE", mode);
  METROFAX_OFFSET(Verdict, "VERDICT_REASON", reason);
  METROFAX_OFFSET(Verdict, "VERDICT_CLAUSE", clause);
  METROFAX_OFFSET(Verdict, "VERDICT_VENDOR", vendor);
  METROFAX_OFFSET(Verdict, "VERDICT_RETENTION", retention);
  METROFAX_OFFSET(Verdict, "VERDICT_PURPOSE", purpose);
  METROFAX_OFFSET(wasm::Facts, "FACTS_PURPOSES", purposes);
  METROFAX_OFFSET(wasm::Facts, "FACTS_NECESSARY", necessary);
  METROFAX_OFFSET(wasm::Facts, "FACTS_SHOWN", shown);
  METROFAX_OFFSET(wasm::Facts, "FACTS_CHANGED", changed);
  METROFAX_OFFSET(wasm::Facts, "FACTS_GRANTED", granted);
  METROFAX_OFFSET(wasm::Facts, "FACTS_REASK", reask);
  METROFAX_OFFSET(wasm::Facts, "FACTS_REGIME", regime);
  METROFAX_OFFSET(wasm::Facts, "FACTS_MODEL", model);
  METROFAX_OFFSET(wasm::Facts, "FACTS_SHA256", sha256);
  std::printf("export const TEXT_BYTES = %u;\n", wasm::kTextBytes);
  std::printf("export const MAX_URL_UNITS = %u;\n", wasm::kMaxUrlUnits);
  std::printf("export const MAX_KEY_UNITS = %u;\n", wasm::kMaxKeyUnits);
  std::printf("export const PAGE_BYTES = %u;\n", wasm::kPageBytes);
  std::printf("export const TOKEN_BYTES = %zu;\n", kMaxTokenBytes);
  std::printf("export const TOKEN_HEAD_BYTES = %zu;\n", kTokenHeadBytes);
  std::printf("export const TOKEN_MAC_BYTES = %zu;\n", kTokenMacBytes);
  std::printf("export const POLICY_BYTES = %u;\n", wasm::kPolicyBytes);
  std::printf("export const NO_INDEX = %u;\n", kNoIndex);
  print_cookies();
  print_logs();
  // Names of reasons by number, a space between two numbers: they are no policy's, and cost less here.
  std::fputs("export const REASONS = '", stdout);
  for (unsigned number = 0; number <= static_cast<unsigned>(fb::Reason::MAX); ++number) {
    std::printf("%s%s", number == 0 ? "" : " ", fb::EnumNameReason(static_cast<fb::Reason>(number)));
  }
  std::puts("'.split(' ');");
  return 0;
}
