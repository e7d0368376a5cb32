#include "cli/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

LineReader::LineReader(int input, std::size_t longest)
    : input_(input), longest_(longest), buffer_(longest + 1 + kPiece) {
#ifdef F_SETPIPE_SZ
  // Of a pipe, fewer and larger pieces; what is none, or may not grow, stays as it is.
  ::fcntl(input, F_SETPIPE_SZ, static_cast<int>(kPiece));
#endif
}

// More bytes behind those at hand; false at the end or on failure.
bool LineReader::fill() {
  if (at_end_) return false;
  std::memmove(buffer_.data(), buffer_.data() + from_, to_ - from_);
  base_ += from_;
  to_ -= from_;
  from_ = 0;
  for (;;) {
    const ssize_t got = ::read(input_, buffer_.data() + to_, kPiece);
    if (got < 0 && errno == EINTR) continue;
    failed_ = got < 0;
    at_end_ = got <= 0;
    if (got > 0) to_ += static_cast<std::size_t>(got);
    return got > 0;
  }
}

LineReader::Got LineReader::next(std::string_view& line) {
  for (;;) {
    const char* start = buffer_.data() + from_;
    const void* end = to_ - from_ > seen_ ? std::memchr(start + seen_, '\n', to_ - from_ - seen_) : nullptr;
    seen_ = end == nullptr ? to_ - from_ : static_cast<std::size_t>(static_cast<const char*>(end) - start);
    const bool too_long = seen_ > longest_;
    if (end != nullptr || (too_long && !skipping_)) {
      line = {start, seen_};
      offset_ = base_ + from_;
      complete_ = end != nullptr;
      from_ += seen_ + (complete_ ? 1u : 0u);
      seen_ = 0;
      const bool rest = skipping_;
      skipping_ = !complete_;
      if (rest) continue;  // it was reported when it began
      return too_long ? Got::too_long : Got::line;
    }
    if (skipping_) {
      from_ = to_;
      seen_ = 0;
    }
    if (fill()) continue;
    if (failed_) return Got::failed;
    if (from_ == to_ || skipping_) return Got::end;
    line = {buffer_.data() + from_, to_ - from_};
    offset_ = base_ + from_;
    complete_ = false;
    from_ = to_;
    seen_ = 0;
    return Got::line;
  }
}

bool write_all(int output, std::string& bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(output, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  bytes.clear();
  return true;
}

}  // namespace metrofax::consent::cli
