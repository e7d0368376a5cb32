#include "signals/json_reader.h"

namespace metrofax::consent {

bool JsonReader::take(char c) {
  if (failed() || at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonReader::begin(char bracket) {
  if (!take(bracket)) {
    fail(ErrorCode::wrong_type);
    return false;
  }
  enter();
  first_ = true;
  return !failed();
}

bool JsonReader::next_key(std::string_view& key) {
  if (failed()) return false;
  if (take('}')) {
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) fail(ErrorCode::bad_json);
  first_ = false;
  key = text();
  if (!take(':')) fail(ErrorCode::bad_json);
  path_[depth_ - 1].key = key;
  return !failed();
}

bool JsonReader::next_entry() {
  if (failed()) return false;
  if (take(']')) {
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) fail(ErrorCode::bad_json);
  first_ = false;
  ++path_[depth_ - 1].index;
  return !failed();
}

std::uint64_t JsonReader::number() {
  constexpr std::uint64_t kLast = (std::uint64_t{1} << 53) - 1;
  std::uint64_t value = 0;
  const std::size_t from = at_;
  while (!failed() && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
    value = value * 10 + static_cast<unsigned>(text_[at_++] - '0');
    if (value > kLast) fail(ErrorCode::signal_bad_value);
  }
  if (at_ == from) fail(at('-') ? ErrorCode::signal_bad_value : ErrorCode::wrong_type);
  if (at('.') || at('e') || at('E')) fail(ErrorCode::signal_bad_value);
  return failed() ? 0 : value;
}

bool JsonReader::boolean() {
  const bool yes = text_.substr(at_).starts_with("true");
  if (failed() || (!yes && !text_.substr(at_).starts_with("false"))) {
    fail(ErrorCode::wrong_type);
    return false;
  }
  at_ += yes ? 4 : 5;
  return yes;
}

bool JsonReader::null() {
  if (failed() || !text_.substr(at_).starts_with("null")) return false;
  at_ += 4;
  return true;
}

void JsonReader::skip() {
  unsigned depth = 0;
  bool quoted = false;
  while (!failed() && at_ < text_.size()) {
    const char c = text_[at_];
    if (quoted) {
      at_ += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ',') {
      if (depth == 0) return;
      depth -= c == ',' ? 0 : 1;
    }
    ++at_;
  }
}

std::string_view JsonReader::text() {
  if (!take('"')) {
    fail(ErrorCode::wrong_type);
    return {};
  }
  const std::size_t from = at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_++] == '\\') fail(ErrorCode::signal_bad_character);
  }
  const std::string_view value = text_.substr(from, at_ - from);
  if (!take('"')) fail(ErrorCode::bad_json);
  return failed() ? std::string_view{} : value;
}

std::uint32_t JsonReader::write_path(char* to, std::uint32_t room) const {
  std::uint32_t size = 0;
  const auto put = [&](char c) {
    if (size < room) to[size++] = c;
  };
  for (unsigned i = 0; i < depth_; ++i) {
    const Place& place = path_[i];
    if (place.key.empty() && place.index == 0) continue;
    put('/');
    for (const char c : place.key) put(c);
    if (place.index == 0) continue;
    std::uint32_t divisor = 1;
    while ((place.index - 1) / divisor >= 10) divisor *= 10;
    for (; divisor > 0; divisor /= 10) put(static_cast<char>('0' + (place.index - 1) / divisor % 10));
  }
  return size;
}

}  // namespace metrofax::consent
