#include "policy/compiler_names.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace metrofax::consent {
namespace {

std::string replace_all(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_lower_or_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

const Vocabulary& kind_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Kind kind : fb::EnumValuesKind()) {
      if (kind == fb::Kind::none || kind == fb::Kind::area) continue;
      std::string text = fb::EnumNameKind(kind);
      if (const auto at = text.find('_'); at != std::string::npos) text[at] = '.';
      made.push_back({std::move(text), 1u << static_cast<unsigned>(kind)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& mode_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Mode mode : fb::EnumValuesMode()) {
      made.push_back({fb::EnumNameMode(mode), static_cast<std::uint32_t>(mode)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& use_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Use use : fb::EnumValuesUse()) {
      made.push_back({fb::EnumNameUse(use), static_cast<std::uint32_t>(use)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& party_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Party party : fb::EnumValuesParty()) {
      made.push_back({fb::EnumNameParty(party), static_cast<std::uint32_t>(party)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& storage_kind_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::StorageKind kind : fb::EnumValuesStorageKind()) {
      made.push_back({fb::EnumNameStorageKind(kind), static_cast<std::uint32_t>(kind)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& enforcement_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Enforcement one : fb::EnumValuesEnforcement()) {
      made.push_back({fb::EnumNameEnforcement(one), static_cast<std::uint32_t>(one)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& topic_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Topic topic : fb::EnumValuesTopic()) {
      made.push_back({replace_all(fb::EnumNameTopic(topic), '_', '-'), static_cast<std::uint32_t>(topic)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& needs_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Needs needs : fb::EnumValuesNeeds()) {
      made.push_back({replace_all(fb::EnumNameNeeds(needs), '_', '-'), static_cast<std::uint32_t>(needs)});
    }
    return made;
  }();
  return words;
}

const Vocabulary& api_words() {
  static const Vocabulary words = [] {
    // Whoever declares a cookie declares it for script and header alike: one jar.
    constexpr std::uint32_t header = 1u << static_cast<unsigned>(fb::StorageApi::httpCookie);
    Vocabulary made;
    for (const fb::StorageApi api : fb::EnumValuesStorageApi()) {
      if (api == fb::StorageApi::none) continue;
      const std::uint32_t bit = 1u << static_cast<unsigned>(api);
      made.push_back({fb::EnumNameStorageApi(api), api == fb::StorageApi::cookie ? bit | header : bit});
    }
    return made;
  }();
  return words;
}

const Vocabulary& reason_words() {
  static const Vocabulary words = [] {
    Vocabulary made;
    for (const fb::Reason reason : fb::EnumValuesReason()) {
      if (reason == fb::Reason::none) continue;
      made.push_back({fb::EnumNameReason(reason), static_cast<std::uint32_t>(reason)});
    }
    return made;
  }();
  return words;
}

std::optional<std::uint32_t> find_word(const Vocabulary& words, std::string_view text) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const Word& w) { return w.text == text; });
  if (found == words.end()) return std::nullopt;
  return found->value;
}

std::string nearest_word(const std::vector<std::string_view>& words, std::string_view text) {
  if (text.size() > 64) return "";
  std::size_t best = std::max<std::size_t>(2, text.size() / 3) + 1;
  std::string nearest;
  for (const std::string_view word : words) {
    const std::size_t distance = edit_distance(text, word);
    if (distance < best && distance < word.size()) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

std::string in_quotes(std::string_view text) {
  std::string out(1, '"');
  out += text;
  out += '"';
  return out;
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 48) return false;
  bool separator = true;  // none may stand first, last, or beside another
  for (const char c : text) {
    if (is_lower_or_digit(c)) {
      separator = false;
    } else if ((c == '-' || c == '.') && !separator) {
      separator = true;
    } else {
      return false;
    }
  }
  return !separator;
}

std::optional<std::uint32_t> parse_duration(std::string_view text) {
  struct Unit {
    char letter;
    bool time;
    std::uint64_t seconds;
  };
  static constexpr Unit kUnits[] = {
      {'Y', false, 365 * 86400}, {'M', false, 30 * 86400}, {'W', false, 7 * 86400}, {'D', false, 86400},
      {'H', true, 3600},         {'M', true, 60},          {'S', true, 1}};
  if (text.size() < 3 || text[0] != 'P' || text.back() == 'T') return std::nullopt;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;  // units come largest first, each at most once
  bool time = false;
  for (std::size_t i = 1; i < text.size();) {
    if (text[i] == 'T' && !time) {
      time = true;
      ++i;
      continue;
    }
    std::uint64_t number = 0;
    const std::size_t digits = i;
    while (i < text.size() && is_digit(text[i])) {
      number = number * 10 + static_cast<std::uint64_t>(text[i++] - '0');
      if (number > UINT32_MAX) return std::nullopt;
    }
    if (i == digits || i == text.size()) return std::nullopt;
    while (next_unit < std::size(kUnits) &&
           (kUnits[next_unit].letter != text[i] || kUnits[next_unit].time != time)) {
      ++next_unit;
    }
    if (next_unit == std::size(kUnits)) return std::nullopt;
    total += number * kUnits[next_unit++].seconds;
    if (total > UINT32_MAX) return std::nullopt;
    ++i;
  }
  return static_cast<std::uint32_t>(total);
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t length) {
    int value = 0;
    for (std::size_t i = from; i < from + length; ++i) {
      if (!is_digit(text[i])) return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86400;
}

}  // namespace metrofax::consent
