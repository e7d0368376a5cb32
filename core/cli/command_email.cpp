// mfconsent email merge
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "cli/commands.h"
#include "cli/email_merge.h"
#include "cli/files.h"
#include "cli/ops_decide.h"
#include "cli/policies.h"
#include "cli/rfc3339.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::size_t kMaxRecipientBytes = 1024 * 1024;
constexpr std::size_t kChunk = 256 * 1024;

struct CommandLine {
  std::string policy;
  std::string html;
  std::string text;
  std::string recipients = "-";
  std::string out = "-";
  std::string asked = "identified";
  std::string ceiling = "identified";
  std::string now;
  std::string bad = "stop";
  std::uint64_t from_line = 1;
  unsigned days = 400;
  bool resume = false;
  bool quiet = false;
  MergeOptions merge;
};

bool mode_named(const std::string& name, fb::Mode& mode) {
  for (const fb::Mode value : fb::EnumValuesMode()) {
    if (name != fb::EnumNameMode(value)) continue;
    mode = value;
    return true;
  }
  return false;
}

// https, or this very machine while somebody develops.
bool is_base(std::string_view base) {
  constexpr std::string_view kSecure = "https://";
  constexpr std::string_view kLocal = "http://localhost";
  if (base.substr(0, kSecure.size()) == kSecure) return true;
  const std::string_view behind = base.substr(0, kLocal.size()) == kLocal ? base.substr(kLocal.size()) : "x";
  return behind.empty() || behind.front() == ':' || behind.front() == '/';
}

int refuse(const std::string& what) {
  std::fprintf(stderr, "mfconsent email merge: %s\n", what.c_str());
  return kBadInput;
}

/// A file descriptor that closes itself, unless it is a standard stream.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ > 2) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string& bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  bytes.clear();
  return true;
}

/// Where an interrupted run stopped: cuts a half-written last line off and tells the number of the last whole
/// one, 0 if there is none. False if the file is not what this command writes.
bool find_end(int fd, std::uint64_t& last) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return false;
  off_t end = info.st_size;
  std::string tail;
  std::array<char, 65536> block{};
  // Backwards, until the tail holds a whole line.
  off_t begin = end;
  std::size_t last_feed = std::string::npos;
  for (;;) {
    last_feed = tail.rfind('\n');
    const std::size_t before = last_feed == std::string::npos || last_feed == 0
                                   ? std::string::npos
                                   : tail.rfind('\n', last_feed - 1);
    if (before != std::string::npos || begin == 0) break;
    const off_t size = begin < static_cast<off_t>(block.size()) ? begin : static_cast<off_t>(block.size());
    begin -= size;
    if (::pread(fd, block.data(), static_cast<std::size_t>(size), begin) != size) return false;
    tail.insert(0, block.data(), static_cast<std::size_t>(size));
  }
  last = 0;
  end = begin;
  if (last_feed != std::string::npos) {
    const std::size_t feed = last_feed == 0 ? std::string::npos : tail.rfind('\n', last_feed - 1);
    const std::size_t start = feed == std::string::npos ? 0 : feed + 1;
    constexpr std::string_view kHead = "{\"line\":";
    if (tail.compare(start, kHead.size(), kHead) != 0) return false;
    last = std::strtoull(tail.c_str() + start + kHead.size(), nullptr, 10);
    if (last == 0) return false;
    end += static_cast<off_t>(last_feed) + 1;
  }
  return ::ftruncate(fd, end) == 0 && ::lseek(fd, end, SEEK_SET) == end;
}

/// One run: lines through the merge, counted.
class Run {
 public:
  Run(Merge& merge, const CommandLine& line, int out) : merge_(merge), line_(line), out_(out) {}

  /// False: the run is over, for `code()`'s reason.
  bool take(std::string_view text) {
    ++number_;
    if (number_ < line_.from_line) return true;
    json::Fault fault;
    nlohmann::json recipient;
    try {
      if (!json::parse_value(text, kMaxRecipientBytes, recipient, fault))
        throw OpError{fault.code, fault.message, static_cast<std::uint32_t>(fault.offset)};
      ++(merge_.append(bytes_, number_, recipient) ? written_ : withheld_);
    } catch (const OpError& error) {
      return bad(error.code, error.message);
    } catch (const nlohmann::json::exception& error) {
      return bad(ErrorCode::wrong_type, error.what());
    }
    bytes_ += '\n';
    return flush_when(kChunk);
  }

  bool too_long() {
    ++number_;
    return number_ < line_.from_line || bad(ErrorCode::too_long, "longer than 1 MiB");
  }

  bool flush_when(std::size_t size) {
    if (bytes_.size() < size) return true;
    total_ += bytes_.size();
    if (!write_all(out_, bytes_)) {
      code_ = refuse(std::string("cannot write: ") + std::strerror(errno));
      return false;
    }
    progress();
    return true;
  }

  void close() const {
    if (!line_.quiet) {
      std::fprintf(stderr, "%s%llu lines: %llu messages, %llu withheld, %llu bad; %.1f MB\n",
                   told_ ? "\n" : "", static_cast<unsigned long long>(number_),
                   static_cast<unsigned long long>(written_), static_cast<unsigned long long>(withheld_),
                   static_cast<unsigned long long>(bad_), static_cast<double>(total_) / 1e6);
    }
  }

  [[nodiscard]] int code() const { return code_ != kGood ? code_ : bad_ > 0 ? kWanting : kGood; }

 private:
  bool bad(ErrorCode error, const std::string& message) {
    ++bad_;
    std::fprintf(stderr, "%s:%llu: %s: %s\n", line_.recipients.c_str(),
                 static_cast<unsigned long long>(number_), fb::EnumNameErrorCode(error), message.c_str());
    if (line_.bad == "stop") {
      std::fprintf(
          stderr,
          "stopped; everything before it is written. Mend the line and go on with --from-line %llu or "
          "--resume, or leave bad lines out with --bad skip\n",
          static_cast<unsigned long long>(number_));
      code_ = kBadInput;
      return false;
    }
    // A line for a line: whoever resumes counts lines, and whoever reads sees what is missing.
    bytes_ += "{\"line\":" + std::to_string(number_) + ",\"bad\":true,\"error\":\"";
    bytes_ += fb::EnumNameErrorCode(error);
    bytes_ += "\",\"message\":\"";
    append_escaped(bytes_, message, false);
    bytes_ += "\"}\n";
    return true;
  }

  void progress() {
    if (line_.quiet) return;
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> since = now - told_at_;
    if (since.count() < 2) return;
    const std::chrono::duration<double> all = now - began_;
    std::fprintf(stderr, "\r%llu lines, %.0f/s, %.0f MB/s  ", static_cast<unsigned long long>(number_),
                 static_cast<double>(number_) / all.count(), static_cast<double>(total_) / 1e6 / all.count());
    told_at_ = now;
    told_ = true;
  }

  Merge& merge_;
  const CommandLine& line_;
  int out_;
  std::string bytes_;
  std::uint64_t number_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t withheld_ = 0;
  std::uint64_t bad_ = 0;
  std::uint64_t total_ = 0;
  int code_ = kGood;
  bool told_ = false;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_at_ = began_;
};

int stream(Run& run, int in) {
  std::vector<char> buffer(kChunk);
  std::string kept;
  bool skipping = false;
  bool going = true;
  while (going) {
    const ssize_t got = ::read(in, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(std::string("cannot read recipients: ") + std::strerror(errno));
    std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0) {
      if (!kept.empty()) going = run.take(kept);
      if (skipping) going = run.too_long();
      break;
    }
    while (going && !piece.empty()) {
      const std::size_t end = piece.find('\n');
      const std::string_view part = piece.substr(0, end);
      skipping = skipping || kept.size() + part.size() > kMaxRecipientBytes;
      if (skipping) kept.clear();
      if (end == std::string_view::npos) {
        if (!skipping) kept.append(part);
        break;
      }
      if (skipping) {
        going = run.too_long();
      } else if (kept.empty()) {
        going = run.take(part);
      } else {
        going = run.take(kept.append(part));
      }
      kept.clear();
      skipping = false;
      piece.remove_prefix(end + 1);
    }
  }
  run.flush_when(1);
  run.close();
  return run.code();
}

std::optional<MailTemplate> template_of(const std::string& path, bool html) {
  const auto source = read_file(path);
  if (!source) return std::nullopt;
  std::string problem;
  auto made = MailTemplate::read(*source, html, problem);
  if (!made) std::fprintf(stderr, "%s:%s\n", path.c_str(), problem.c_str());
  return made;
}

int merge(CommandLine line) {
  const char* from_environment = std::getenv(kMailKeysVariable);
  std::string problem;
  if (from_environment == nullptr)
    return refuse(std::string(kMailKeysVariable) + " is not set: without a key no token is issued");
  const auto keys = read_mail_keys(from_environment, problem);
  if (!keys) return refuse(std::string(kMailKeysVariable) + ": " + problem);
  const auto now = parse_rfc3339(line.now);
  if (!now || *now <= 0) return refuse("--now: expected a time of RFC 3339, like 2026-01-01T00:00:00Z");
  line.merge.now = *now;
  line.merge.lifetime = line.days * 86'400u;
  if (*now + line.merge.lifetime > std::int64_t{UINT32_MAX})
    return refuse("--now, --days: tokens say until when they are good in 32 bits, which end on 2106-02-07");
  if (!mode_named(line.asked, line.merge.asked) || !mode_named(line.ceiling, line.merge.ceiling))
    return refuse("--asked, --ceiling: expected off, anonymous, pseudonymous or identified");
  if (line.bad != "stop" && line.bad != "skip") return refuse("--bad: expected stop or skip");
  if (!is_base(line.merge.base)) return refuse("--base: expected an https:// address (security.tls)");
  const bool spelt = std::all_of(line.merge.base.begin(), line.merge.base.end(), [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"'<>&\\?#").find(c) == std::string_view::npos;
  });
  if (!spelt || line.merge.base.back() == '/')
    return refuse("--base: expected scheme, host and path without a slash at the end");
  if (const int code = register_policies({line.policy}); code != kGood) return code;
  const auto html = template_of(line.html, true);
  if (!html) return kBadInput;
  std::optional<MailTemplate> text;
  if (!line.text.empty()) {
    text = template_of(line.text, false);
    if (!text) return kBadInput;
  }
  const auto merging =
      Merge::make(policy_named({}), line.merge, keys->front(), *html, text ? &*text : nullptr, problem);
  if (!merging) return refuse(problem);
  const File in(line.recipients == "-" ? STDIN_FILENO
                                       : ::open(line.recipients.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.fd() < 0) return refuse(line.recipients + ": " + std::strerror(errno));
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | (line.resume ? 0 : O_TRUNC);
  const File out(line.out == "-" ? STDOUT_FILENO : ::open(line.out.c_str(), flags, 0600));
  if (out.fd() < 0) return refuse(line.out + ": " + std::strerror(errno));
  if (line.resume) {
    std::uint64_t last = 0;
    if (line.out == "-" || !find_end(out.fd(), last))
      return refuse("--resume: " + line.out + " is not a file that this command wrote");
    line.from_line = last + 1;
    if (!line.quiet)
      std::fprintf(stderr, "going on at line %llu\n", static_cast<unsigned long long>(line.from_line));
  }
  Run run(*merging, line, out.fd());
  return stream(run, in.fd());
}

}  // namespace

void add_email(CLI::App& app, Action& action) {
  auto line = std::make_shared<CommandLine>();
  CLI::App* email = app.add_subcommand("email", "Mail: merge templates with recipients");
  email->require_subcommand(1);
  CLI::App* command = email->add_subcommand(
      "merge",
      "Template and recipients (JSON Lines) to messages (JSON Lines), one line for a line, in order. The "
      "same "
      "input gives\nthe same output. Tokens are signed with the first key of METROFAX_MAIL_KEYS "
      "(id:hexadecimal[,…]).\nA recipient: {\"id\", \"to\", \"subject\": as for decide, \"fields\"?, "
      "\"coRecipients\"?, \"sentBefore\"?}.\nExit codes: 0 good, 1 some lines were bad and left out, 2 "
      "stopped.");
  command->add_option("--policy", line->policy, "The policy, JSON or compiled")->required();
  command->add_option("--html", line->html, "Template of the HTML part")->required();
  command->add_option("--text", line->text, "Template of the plain text part");
  command->add_option("--subject", line->merge.subject, "Template of the subject line")->required();
  command->add_option("--class", line->merge.class_id, "Class of the mail: promotional, service, …")
      ->required();
  command->add_option("--campaign", line->merge.campaign, "Number of the campaign")->required();
  command->add_option("--base", line->merge.base, "Where /b, /c, /u and /t are served: https://…")
      ->required();
  command->add_option("--now", line->now, "The time of the run, RFC 3339")->required();
  command->add_option("--asked", line->asked, "How much of a person to record: off … identified");
  command->add_option("--ceiling", line->ceiling, "The most this site ever records");
  command->add_flag("--clamp", line->merge.clamp, "Record less where less is allowed, instead of nothing");
  command->add_option("--days", line->days, "Days that tokens are good for")->check(CLI::Range(30, 3650));
  command->add_option("--recipients", line->recipients, "File of recipients, - for the standard input");
  command->add_option("--out", line->out, "File of messages, - for the standard output");
  command->add_option("--bad", line->bad, "What a bad line does: stop or skip");
  command->add_option("--from-line", line->from_line, "First line to write")->check(CLI::PositiveNumber);
  command->add_flag("--resume", line->resume, "Go on behind the last whole line of --out");
  command->add_flag("--quiet", line->quiet, "Only say what is wrong");
  command->callback([line, &action] { action = [line] { return merge(*line); }; });
}

}  // namespace metrofax::consent::cli
