// Which two letters are a country: so that "elsewhere" is somewhere.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace metrofax::consent {
namespace countries {

/// The officially assigned ISO 3166-1 alpha-2 codes.
inline constexpr std::string_view kAssigned =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCR"
    "CUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHU"
    "IDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQ"
    "MRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
    "SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

/// The same as 26 by 26 bits: a tenth of the text.
inline constexpr std::array<std::uint32_t, 26> kTable = [] {
  std::array<std::uint32_t, 26> rows{};
  for (std::size_t i = 0; i + 1 < kAssigned.size(); i += 2) {
    rows[static_cast<std::size_t>(kAssigned[i] - 'A')] |= std::uint32_t{1} << (kAssigned[i + 1] - 'A');
  }
  return rows;
}();

}  // namespace countries

/// Whether the upper-case letters are an officially assigned code. What a CDN sends when it does not know
/// (XX), for Tor (T1) or for a union (EU) is none, and leaves the place unknown (W7).
[[nodiscard]] constexpr bool is_country(char first, char second) {
  if (first < 'A' || first > 'Z' || second < 'A' || second > 'Z') return false;
  return (countries::kTable[static_cast<std::size_t>(first - 'A')] >> (second - 'A') & 1u) != 0;
}

}  // namespace metrofax::consent
