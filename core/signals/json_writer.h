// Appends JSON to the caller's room. Only what codecs say: no text in here needs an escape, for none that
// does is decoded.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "signals/ids.h"

namespace metrofax::consent {

class JsonWriter {
 public:
  explicit JsonWriter(std::span<char> room)
      : to_(room.data()), room_(static_cast<std::uint32_t>(room.size())) {}

  void open(char bracket) {
    separate();
    put(bracket);
    comma_ = false;
  }
  void close(char bracket) {
    put(bracket);
    comma_ = true;
  }
  /// `lower`: with a small first letter.
  void key(std::string_view name, bool lower = false) {
    separate();
    put('"');
    for (std::size_t i = 0; i < name.size(); ++i) {
      put(lower && i == 0 ? static_cast<char>(name[0] | 0x20) : name[i]);
    }
    put('"');
    put(':');
    comma_ = false;
  }
  void number(std::uint64_t value);
  void boolean(bool value) { word(value ? "true" : "false"); }
  void null() { word("null"); }
  void text(std::string_view value);
  void ranges(const IdSet& set);
  void ranges(std::span<const IdRange> coded);
  void word(std::string_view value) {
    separate();
    append(value);
    comma_ = true;
  }

  /// Text made of pairs "5:0,11:2".
  void begin_text() {
    separate();
    put('"');
    comma_ = false;
  }
  void pair(std::uint64_t first, std::uint64_t second) {
    number(first);
    put(':');
    comma_ = false;
    number(second);
  }
  void end_text() {
    put('"');
    comma_ = true;
  }
  /// A dot and the text behind it: a segment that nobody knows.
  void raw_segment(std::string_view value);
  /// Back to `size`, behind a complete member.
  void forget(std::uint32_t size) {
    size_ = size;
    comma_ = true;
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void separate() {
    if (comma_) put(',');
  }
  void append(std::string_view value) {
    for (const char c : value) put(c);
  }
  void put(char c) {
    if (size_ == room_) {
      failed_ = true;
      return;
    }
    to_[size_++] = c;
  }

  char* to_;
  std::uint32_t room_;
  std::uint32_t size_ = 0;
  bool comma_ = false;
  bool failed_ = false;
};

}  // namespace metrofax::consent
