// Where what is left of a log line is written: a buffer of the caller's, never beyond its end.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace metrofax::consent::logs {

/// Text in a buffer. What does not fit is not written, and `full()` says so: the text is then worth nothing.
class Out {
 public:
  Out(char* to, std::size_t room) : from_(to), at_(to), end_(to + room) {}

  void add(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(end_ - at_)) {
      full_ = true;
      return;
    }
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void add(char c) {
    if (at_ == end_) {
      full_ = true;
    } else {
      *at_++ = c;
    }
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - from_); }
  /// Takes back what was written behind the first `size` bytes.
  void shorten(std::size_t size) { at_ = from_ + size; }
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::string_view text() const { return {from_, size()}; }

 private:
  char* from_;
  char* at_;
  char* end_;
  bool full_ = false;
};

}  // namespace metrofax::consent::logs
