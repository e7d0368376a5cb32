#include "signals/json_writer.h"

namespace metrofax::consent {

void JsonWriter::number(std::uint64_t value) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  separate();
  while (count > 0) put(digits[--count]);
  comma_ = true;
}

// Hostile text is quoted whole: control characters, quotes and backslashes as \u00XX; bytes above 127 as they
// are.
void JsonWriter::escape(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      put(c);
      continue;
    }
    append("\\u00");
    put(kHex[byte >> 4]);
    put(kHex[byte & 15]);
  }
}

void JsonWriter::text(std::string_view value) {
  separate();
  put('"');
  escape(value);
  put('"');
  comma_ = true;
}

void JsonWriter::raw_segment(std::string_view value) {
  separate();
  append("\".");
  escape(value);
  put('"');
  comma_ = true;
}

void JsonWriter::ranges(const IdSet& set) {
  separate();
  put('"');
  std::uint32_t written = 0;
  if (write_ranges(set, to_ + size_, room_ - size_, written)) {
    size_ += written;
  } else {
    failed_ = true;
  }
  put('"');
  comma_ = true;
}

void JsonWriter::ranges(std::span<const IdRange> coded) {
  separate();
  put('"');
  std::uint32_t written = 0;
  if (write_ranges(coded, to_ + size_, room_ - size_, written)) {
    size_ += written;
  } else {
    failed_ = true;
  }
  put('"');
  comma_ = true;
}

}  // namespace metrofax::consent
