#include "cli/ledger_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/line_reader.h"

namespace metrofax::consent::cli {
namespace {

/// Other writers wait while it lives.
class Locked {
 public:
  explicit Locked(int file) : file_(file) {
    while ((held_ = ::flock(file_, LOCK_EX) == 0) == false && errno == EINTR) {
    }
  }
  ~Locked() {
    if (held_) ::flock(file_, LOCK_UN);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  [[nodiscard]] bool held() const { return held_; }

 private:
  int file_;
  bool held_ = false;
};

bool read_at(int file, std::uint64_t from, std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

std::unique_ptr<LedgerFile> LedgerFile::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) {
    std::fprintf(stderr, "%s: error: cannot open: %s\n", path.c_str(), std::strerror(errno));
    return nullptr;
  }
  std::unique_ptr<LedgerFile> ledger(new LedgerFile(path, file));
  const Locked lock(file);
  if (!lock.held() || !ledger->find_head()) return nullptr;
  return ledger;
}

LedgerFile::~LedgerFile() { ::close(file_); }

bool LedgerFile::complain(const char* what) const {
  std::fprintf(stderr, "%s: error: %s\n", path_.c_str(), what);
  return false;
}

// The last whole line says where the chain ends. Entries are short, so one look at the end of the file finds
// it.
bool LedgerFile::find_head() {
  struct stat facts {};
  if (::fstat(file_, &facts) != 0) return complain("cannot be looked at");
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size == size_ && size > 0) return true;
  constexpr std::uint64_t look = 2 * (kMaxEntryBytes + 1);
  const std::uint64_t from = size > look ? size - look : 0;
  std::string end(static_cast<std::size_t>(size - from), '\0');
  if (!read_at(file_, from, end)) return complain("cannot be read");
  const std::size_t last = end.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  if (whole == 0 && from > 0) return complain("does not end in an entry: not a ledger");
  if (whole < end.size() && !set_torn_aside(from + whole, end.substr(whole))) return false;
  size_ = from + whole;
  head_ = ChainHead{};
  if (whole == 0) return true;
  const std::size_t before = last == 0 ? std::string::npos : end.rfind('\n', last - 1);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  const std::string_view line = std::string_view(end).substr(start, last - start);
  const Result<LedgerEntry> entry = read_entry(line);
  if (!entry.ok())
    return complain(
        "its last line is no entry; nothing is appended to it (mfconsent ledger verify says more)");
  head_ = {entry.value().seq + 1, std::string(sha256_.hex(line))};
  return true;
}

// Nothing that was written is thrown away, not even half an entry.
bool LedgerFile::set_torn_aside(std::uint64_t from, const std::string& torn) {
  const std::string aside = path_ + ".torn";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::string bytes = torn + "\n";
  const bool kept = file >= 0 && write_all(file, bytes) && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!kept) return complain("ends in half an entry, which cannot be set aside");
  if (::ftruncate(file_, static_cast<off_t>(from)) != 0)
    return complain("ends in half an entry, which cannot be cut off");
  std::fprintf(stderr,
               "%s: warning: half an entry (%zu bytes) was at its end, as after a crash: moved to %s\n",
               path_.c_str(), torn.size(), aside.c_str());
  return true;
}

bool LedgerFile::add_line(const NewEntry& entry, std::string& lines) {
  char text[kMaxEntryBytes];
  const Result<std::size_t> length =
      write_entry({entry.at, entry.data, entry.id, entry.kind, head_.sha256, head_.entries}, text);
  if (!length.ok()) {
    const std::string what = "entry " + entry.id +
                             " cannot be written: " + fb::EnumNameErrorCode(length.error().code) +
                             " at byte " + std::to_string(length.error().offset);
    return complain(what.c_str());
  }
  const std::string_view line(text, length.value());
  lines.append(line).append("\n");
  head_ = {head_.entries + 1, std::string(sha256_.hex(line))};
  return true;
}

bool LedgerFile::append(const std::vector<NewEntry>& entries, const SigningKey* key) {
  const Locked lock(file_);
  if (!lock.held()) return complain("cannot be locked");
  if (!find_head()) return false;
  const ChainHead before = head_;
  std::string lines;
  bool good = true;
  for (const NewEntry& entry : entries) good = good && add_line(entry, lines);
  if (good && key != nullptr && !entries.empty()) {
    char text[kMaxSealText];
    const std::size_t length = seal_text(head_.sha256, head_.entries, text);
    const std::string signature = key->sign({text, length});
    good = !signature.empty() &&
           add_line({entries.back().at,
                     R"({"alg":"Ed25519","key":")" + key->id() + R"(","signature":")" + signature + "\"}",
                     "seal-" + std::to_string(head_.entries), std::string(kSealKind)},
                    lines);
  }
  const std::size_t added = lines.size();
  if (good && (!write_all(file_, lines) || ::fdatasync(file_) != 0)) {
    // Whatever got there is cut off again; if that fails too, the next writer finds the torn end.
    static_cast<void>(::ftruncate(file_, static_cast<off_t>(size_)) == 0);
    good = complain(std::strerror(errno));
  }
  if (!good) {
    head_ = before;
    return false;
  }
  size_ += added;
  return true;
}

}  // namespace metrofax::consent::cli
