// A ledger in a file of lines: appended to under a lock, so that two writers make one chain, and mended after
// a crash, so that a half-written entry is set aside and never built upon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/ledger_chain.h"

namespace metrofax::consent::cli {

/// What to append; the file gives it its place in the chain.
struct NewEntry {
  std::int64_t at = 0;
  std::string data;
  std::string id;
  std::string kind;
};

class LedgerFile {
 public:
  ~LedgerFile();
  LedgerFile(const LedgerFile&) = delete;
  LedgerFile& operator=(const LedgerFile&) = delete;

  /// Opens or makes the file. Null, with a message on stderr, if that cannot be.
  [[nodiscard]] static std::unique_ptr<LedgerFile> open(const std::string& path);

  /// Appends all of them as one write that is on the disk when it returns, then a seal if `key` is given.
  /// Waits for other writers. False, with a message on stderr: nothing was appended.
  [[nodiscard]] bool append(const std::vector<NewEntry>& entries, const SigningKey* key);

  [[nodiscard]] const ChainHead& head() const { return head_; }

 private:
  LedgerFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] bool find_head();
  [[nodiscard]] bool set_torn_aside(std::uint64_t from, const std::string& torn);
  [[nodiscard]] bool add_line(const NewEntry& entry, std::string& lines);
  bool complain(const char* what) const;

  std::string path_;
  int file_;
  Sha256 sha256_;
  ChainHead head_;
  std::uint64_t size_ = 0;  ///< of the file when the head was found
};

}  // namespace metrofax::consent::cli
