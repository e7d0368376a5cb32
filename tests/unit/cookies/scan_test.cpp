#include "cookies/scan.h"

#include <cstddef>
#include <memory>

#include "catch.h"

using metrofax::consent::cookies::find_either;

TEST_CASE("a byte is found wherever it lies, and nothing outside is read", "[cookies]") {
  unsigned wrong = 0;
  // A block of exactly the bytes: AddressSanitizer sees what is read beyond it.
  for (std::size_t size = 0; size <= 33; ++size) {
    const std::unique_ptr<char[]> block(new char[size]);
    const char* const begin = block.get();
    const char* const end = begin + size;
    // '<' and ':' are a bit beside ';', 0xBB and 0xBD have the top bit besides; '\0' and '\x01' borrow.
    for (const char filling : {'<', ':', '\xBB', '\xBD', '\0', '\x01', '\x80', '\xFF'}) {
      for (std::size_t i = 0; i < size; ++i) block[i] = filling;
      for (std::size_t from = 0; from <= size; ++from) {
        if (find_either(begin + from, end, '=', ';') != end) ++wrong;
      }
      for (std::size_t at = 0; at < size; ++at) {
        block[at] = ';';
        for (std::size_t later = at + 1; later < size; ++later) {
          block[later] = '=';
          for (std::size_t from = 0; from <= at; ++from) {
            if (find_either(begin + from, end, '=', ';') != begin + at) ++wrong;
          }
          if (find_either(begin + at, end, '=', '=') != begin + later) ++wrong;
          block[later] = filling;
        }
        block[at] = filling;
      }
    }
  }
  CHECK(wrong == 0);
}
