#include "cli/eval.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line_reader.h"
#include "cli/ops.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kWriteBytes = 256 * 1024;

int complain(const char* what) {
  std::fprintf(stderr, "mfconsent eval: %s: %s\n", what, std::strerror(errno));
  return 2;
}

/// Cuts a stream into lines; keeps no more of one than may be answered.
class Lines {
 public:
  explicit Lines(std::string& out) : out_(out) {}

  /// Takes the next piece of the stream, answers the lines that it completes.
  void take(std::string_view piece) {
    for (;;) {
      const auto end = piece.find('\n');
      if (end == std::string_view::npos) {
        keep(piece);
        return;
      }
      if (kept_.empty() && !skipping_) {
        answer(piece.substr(0, end));
      } else {
        keep(piece.substr(0, end));
        finish();
      }
      piece.remove_prefix(end + 1);
    }
  }

  /// Answers a last line without line feed.
  void finish() {
    if (skipping_) {
      out_ += answer_too_long();
      out_ += '\n';
    } else {
      answer(kept_);
    }
    kept_.clear();
    skipping_ = false;
  }

  [[nodiscard]] bool pending() const { return skipping_ || !kept_.empty(); }

 private:
  void keep(std::string_view part) {
    if (skipping_) return;
    skipping_ = kept_.size() + part.size() > kMaxLineBytes;
    if (skipping_) {
      kept_ = std::string();
    } else {
      kept_.append(part);
    }
  }

  void answer(std::string_view line) {
    out_ += answer_line(line);
    out_ += '\n';
  }

  std::string& out_;
  std::string kept_;
  bool skipping_ = false;
};

}  // namespace

int eval_stream(int input, int output) {
  std::vector<char> buffer(kReadBytes);
  std::string out;
  Lines lines(out);
  for (;;) {
    const ssize_t got = ::read(input, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return complain("cannot read");
    if (got == 0) break;
    std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    // In slices, so that many answers do not pile up in memory before the first is written.
    while (!piece.empty()) {
      const auto slice = piece.substr(0, 16 * 1024);
      lines.take(slice);
      piece.remove_prefix(slice.size());
      if (out.size() >= kWriteBytes && !write_all(output, out)) return complain("cannot write");
    }
    if (!write_all(output, out)) return complain("cannot write");
  }
  if (lines.pending()) lines.finish();
  if (!write_all(output, out)) return complain("cannot write");
  return 0;
}

}  // namespace metrofax::consent::cli
