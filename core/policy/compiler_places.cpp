// Places: which codes exist. A misspelt place would silently fall to the wrong regime, so the codes are
// checked.
#include <string_view>

#include "policy/compiler_names.h"

namespace metrofax::consent {
namespace {

// ISO 3166-1 alpha-2, and XK, which location databases use for Kosovo.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV "
    "BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ "
    "FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
    "MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR "
    "PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ "
    "TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

// ISO 3166-2:US, the one country whose regions the regimes tell apart today.
constexpr std::string_view kStates =
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND "
    "OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI";

bool lists(std::string_view codes, std::string_view code) {
  for (std::size_t at = 0; at + 2 <= codes.size(); at += 3) {
    if (codes.substr(at, 2) == code) return true;
  }
  return false;
}

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string place_problem(std::string_view text) {
  const std::string_view country = text.substr(0, 2);
  if (text == "UK") return "\"UK\" is no ISO 3166-1 code: the United Kingdom is \"GB\"";
  if (text == "EL") return "\"EL\" is no ISO 3166-1 code: Greece is \"GR\"";
  if (text.size() < 2 || !lists(kCountries, country)) {
    return "expected an ISO 3166-1 country (\"FR\") or ISO 3166-2 region (\"US-CA\"), found \"" +
           std::string(text) + "\"";
  }
  if (text.size() == 2) return "";
  const std::string_view region = text.substr(3 <= text.size() ? 3 : text.size());
  bool well_formed = text[2] == '-' && !region.empty() && region.size() <= 3;
  for (const char c : region) well_formed = well_formed && is_upper_or_digit(c);
  if (!well_formed) {
    return "expected a region of " + std::string(country) + " like \"" + std::string(country) +
           "-XX\" with one to three capitals or digits, found \"" + std::string(text) + "\"";
  }
  if (country == "US" && (region.size() != 2 || !lists(kStates, region))) {
    return "the United States have no region \"" + std::string(text) + "\" in ISO 3166-2";
  }
  return "";
}

}  // namespace metrofax::consent
