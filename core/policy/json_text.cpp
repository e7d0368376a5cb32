#include "policy/json_text.h"

#include <algorithm>

namespace metrofax::consent::json {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

std::size_t skip_space(std::string_view text, std::size_t from) {
  while (from < text.size() && is_space(text[from])) ++from;
  return from;
}

/// The part of nlohmann's message that says what is wrong, without its coordinates and without the text read
/// so far (which may be megabytes).
std::string core_of(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != std::string_view::npos) what.remove_prefix(dash + 3);
  const auto last = what.find("; last read: ");
  std::string message(what.substr(0, last));
  if (const auto expected = what.rfind("; expected ");
      expected != std::string_view::npos && last < expected) {
    message += what.substr(expected);
  }
  if (message.size() > 200) message.resize(200);
  return message;
}

Fault bad(std::size_t offset, std::string message) {
  return {offset, std::move(message), fb::ErrorCode::bad_json};
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text) {
  starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

Position LineIndex::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - 1;
  const auto before = text_.substr(*line, offset - *line);
  const auto column = std::count_if(before.begin(), before.end(), [](char c) { return !is_continuation(c); });
  return {static_cast<std::uint32_t>(line - starts_.begin() + 1), static_cast<std::uint32_t>(column + 1)};
}

std::size_t first_bad_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
    std::size_t more = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return i;
    }
    if (text.size() - i <= more || byte(i + 1) < low || byte(i + 1) > high) return i;
    for (std::size_t k = 2; k <= more; ++k) {
      if (!is_continuation(text[i + k])) return i;
    }
    i += more + 1;
  }
  return std::string_view::npos;
}

bool check_text(std::string_view text, std::size_t max_bytes, Fault& fault) {
  if (text.size() > max_bytes) {
    fault = {max_bytes, "the text is longer than " + std::to_string(max_bytes) + " bytes",
             fb::ErrorCode::too_long};
    return false;
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    fault = {0, "a byte order mark stands before the text: save it as UTF-8 without one",
             fb::ErrorCode::bad_json};
    return false;
  }
  const std::size_t bad = first_bad_utf8(text);
  const std::size_t nul = text.find('\0');
  if (bad == std::string_view::npos && nul == std::string_view::npos) return true;
  if (nul < bad) {
    fault = {nul, "a NUL byte stands in the text", fb::ErrorCode::bad_json};
  } else {
    fault = {bad, "the text is not well-formed UTF-8 here", fb::ErrorCode::bad_utf8};
  }
  return false;
}

Fault explain_syntax(std::string_view text, std::size_t token, std::size_t read, std::string_view what) {
  token = std::min(token, text.size());
  if (skip_space(text, 0) == text.size()) return bad(text.size(), "the text is empty: expected a JSON value");
  if (token == text.size())
    return bad(token, "the text ends too early: something that was opened is not closed");

  const char c = text[token];
  std::size_t before = token;
  while (before > 0 && is_space(text[before - 1])) --before;
  if ((c == ']' || c == '}') && before > 0 && text[before - 1] == ',') {
    return bad(before - 1,
               std::string("a comma stands before '") + c + "': JSON allows none there, remove it");
  }
  if (c == '/') return bad(token, "comments are not part of JSON: remove it");
  if (c == '\'') return bad(token, "JSON strings take double quotes");

  std::string message = core_of(what);
  if (message.find("number overflow") != std::string::npos)
    return bad(token, "the number is out of range: a double holds none beyond 1.8e308");
  if (message.find("missing closing quote") != std::string::npos) {
    return bad(token, "a string begins here that is never closed");
  }
  if (message.find("expected end of input") != std::string::npos) {
    return bad(token, "text follows the end of the JSON value: expected nothing more");
  }
  // Inside strings the byte that is wrong says more than where the string begins; an unexpected bracket,
  // comma or colon is exactly the last byte read, while `token` has stepped over one comma or colon.
  const std::size_t last = read == 0 ? 0 : std::min(read - 1, text.size());
  const bool in_string = message.find("invalid string") != std::string::npos;
  const bool is_mark = last < text.size() &&
                       std::string_view("[]{},:").find(text[last]) != std::string_view::npos &&
                       message.find(std::string("unexpected '") + text[last]) != std::string::npos;
  return bad(in_string || is_mark ? last : token, std::move(message));
}

std::size_t next_token(std::string_view text, std::size_t from) {
  from = skip_space(text, from);
  if (from < text.size() && (text[from] == ',' || text[from] == ':')) from = skip_space(text, from + 1);
  return from;
}

std::size_t number_end(std::string_view text, std::size_t from) {
  // By the grammar, not by the characters: in 01 the number is 0, and the 1 is a token that should not be
  // there.
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  const auto digits = [&](std::size_t i) {
    return std::min(text.find_first_not_of("0123456789", i), text.size());
  };
  std::size_t i = from;
  if (at(i) == '-') ++i;
  i = at(i) == '0' ? i + 1 : digits(i);
  if (at(i) == '.') i = digits(i + 1);
  if (at(i) == 'e' || at(i) == 'E') {
    ++i;
    if (at(i) == '+' || at(i) == '-') ++i;
    i = digits(i);
  }
  return i;
}

std::size_t string_end(std::string_view text, std::size_t from) {
  std::size_t i = from + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

}  // namespace metrofax::consent::json
