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

void JsonWriter::text(std::string_view value) {
  separate();
  put('"');
  append(value);
  put('"');
  comma_ = true;
}

void JsonWriter::raw_segment(std::string_view value) {
  separate();
  append("\".");
  append(value);
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
