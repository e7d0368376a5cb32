// mfconsent ledger verify | export | append
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "cli/canonical.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/ledger_chain.h"
#include "cli/ledger_file.h"
#include "cli/line_reader.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

using Got = LineReader::Got;

struct Input {
  std::string name;
  int file = -1;

  explicit Input(const std::string& path)
      : name(path == "-" ? "stdin" : path),
        file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file < 0) complain("cannot open");
  }
  ~Input() {
    if (file > STDIN_FILENO) ::close(file);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int complain(const char* what) const {
    std::fprintf(stderr, "%s: error: %s: %s\n", name.c_str(), what, std::strerror(errno));
    return kBadInput;
  }
};

bool read_keys(const std::vector<std::string>& paths, std::vector<SigningKey>& keys) {
  for (const std::string& path : paths) {
    const auto pem = read_file(path);
    if (!pem) return false;
    auto key = SigningKey::read(*pem);
    if (!key) {
      std::fprintf(stderr, "%s: error: no Ed25519 key in PEM\n", path.c_str());
      return false;
    }
    keys.push_back(std::move(*key));
  }
  return true;
}

/// Where a ledger stopped being one.
struct Break {
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::string problem;
};

// Walks through a ledger; `visit` sees every good entry with its line. False ends the walk.
template <class Visit>
int walk(const Input& input, Chain& chain, Break& broken, Visit visit) {
  LineReader reader(input.file, kMaxEntryBytes);
  for (std::string_view line;;) {
    const Got got = reader.next(line);
    if (got == Got::end) return kGood;
    if (got == Got::failed) return input.complain("cannot read");
    ++broken.line;
    broken.offset = reader.offset();
    if (got == Got::too_long) {
      broken.problem = "longer than an entry can be";
    } else if (!reader.complete()) {
      broken.problem = "half an entry at the end, as after a crash (ledger append sets it aside)";
    } else {
      broken.problem = chain.add(line);
      if (broken.problem.empty()) broken.problem = visit(line);
    }
    if (!broken.problem.empty()) return kWanting;
  }
}

// ---- verify

struct VerifyOptions {
  std::string file;
  std::vector<std::string> keys;
  std::string head;
  std::string against;
};

// {"entries":N,"sha256":"…"}, as verify prints it.
bool read_head(const std::string& path, ChainHead& head) {
  const auto text = read_file(path);
  if (!text) return false;
  nlohmann::json value;
  json::Fault fault;
  const bool good = json::parse_value(*text, 1u << 16, value, fault) && value.is_object() &&
                    value.contains("entries") && value["entries"].is_number_unsigned() &&
                    value.contains("sha256") && value["sha256"].is_string();
  if (!good) {
    std::fprintf(stderr, "%s: error: expected {\"entries\": number, \"sha256\": text}, as verify prints it\n",
                 path.c_str());
    return false;
  }
  head = {value["entries"].get<std::uint64_t>(), value["sha256"].get<std::string>()};
  return true;
}

int verify(const VerifyOptions& options) {
  std::vector<SigningKey> keys;
  ChainHead wanted;
  if (!read_keys(options.keys, keys)) return kBadInput;
  if (!options.head.empty() && !read_head(options.head, wanted)) return kBadInput;
  const Input input(options.file);
  const std::unique_ptr<Input> other =
      options.against.empty() ? nullptr : std::make_unique<Input>(options.against);
  if (input.file < 0 || (other && other->file < 0)) return kBadInput;
  std::unique_ptr<LineReader> beside =
      other ? std::make_unique<LineReader>(other->file, kMaxEntryBytes) : nullptr;
  const bool has_keys = !keys.empty();
  Chain chain(std::move(keys));
  Break broken;
  std::string_view twin;
  int code = walk(input, chain, broken, [&](std::string_view line) -> std::string {
    if (beside) {
      const Got got = beside->next(twin);
      if (got == Got::end) beside.reset();
      if (got == Got::failed) return "the other ledger cannot be read";
      if (got != Got::end && twin != line)
        return "a fork: " + options.against + " has another entry " + std::to_string(chain.entry().seq);
    }
    if (!options.head.empty() && chain.head().entries == wanted.entries &&
        chain.head().sha256 != wanted.sha256)
      return "entry " + std::to_string(chain.entry().seq) +
             " is not the one that the head names: the history was rewritten";
    return {};
  });
  if (code == kGood && chain.head().entries < wanted.entries) {
    broken.problem = "the ledger ends after " + std::to_string(chain.head().entries) +
                     " entries and the head names " + std::to_string(wanted.entries) + ": it was truncated";
    code = kWanting;
  }
  if (code == kBadInput) return code;
  // Whoever rewrites a ledger can chain it anew, but not seal it: a key that finds no seal has shown nothing.
  if (code == kGood && has_keys && chain.seals() == 0) {
    broken.problem = "no seal stands in it: nothing is vouched for by a key that was given";
    code = kWanting;
  }
  nlohmann::json report = {{"entries", chain.head().entries},
                           {"sha256", chain.head().sha256},
                           {"seals", chain.seals()},
                           {"sealed", chain.sealed()},
                           {"unsealed", chain.unsealed()},
                           {"backwards", chain.backwards()},
                           {"broken", nullptr}};
  if (code == kWanting) {
    report["broken"] = {{"line", broken.line}, {"offset", broken.offset}, {"problem", broken.problem}};
    std::fprintf(stderr, "%s:%llu: error: %s\n", input.name.c_str(),
                 static_cast<unsigned long long>(broken.line), broken.problem.c_str());
  } else if (has_keys && chain.unsealed() > 0) {
    std::fprintf(stderr, "%s: warning: no seal stands behind the last %llu of %llu entries\n",
                 input.name.c_str(), static_cast<unsigned long long>(chain.unsealed()),
                 static_cast<unsigned long long>(chain.head().entries));
  }
  std::printf("%s\n", canonical(report).c_str());
  return code;
}

// ---- export

struct ExportOptions {
  std::string file;
  std::string principal;
  std::string kind;
  std::int64_t from = 0;
  std::int64_t to = INT64_MAX;
};

int export_entries(const ExportOptions& options) {
  const Input input(options.file);
  if (input.file < 0) return kBadInput;
  const std::string whose = R"("principal":")" + options.principal + "\"";
  Chain chain;
  Break broken;
  std::string out;
  const int code = walk(input, chain, broken, [&](std::string_view line) -> std::string {
    const LedgerEntry& entry = chain.entry();
    const bool wanted = entry.at >= options.from && entry.at < options.to &&
                        (options.kind.empty() || entry.kind == options.kind) &&
                        (options.principal.empty() || entry.data.find(whose) != std::string_view::npos);
    if (wanted)
      out.append(R"({"entry":)")
          .append(line)
          .append(R"(,"sha256":")")
          .append(chain.head().sha256)
          .append("\"}\n");
    if (out.size() > (1u << 18) && !write_all(STDOUT_FILENO, out)) return "cannot write";
    return {};
  });
  if (!write_all(STDOUT_FILENO, out)) return kBadInput;
  if (code == kWanting) {
    std::fprintf(stderr, "%s:%llu: error: %s; nothing from there on was exported\n", input.name.c_str(),
                 static_cast<unsigned long long>(broken.line), broken.problem.c_str());
  }
  return code;
}

// ---- append

struct AppendOptions {
  std::string file;
  std::string key;
  unsigned batch = 1000;
};

// One event: {"at": unix s, "id": text, "kind": text, "data": {…}}.
std::string read_event(std::string_view line, NewEntry& entry) {
  nlohmann::json value;
  json::Fault fault;
  if (!json::parse_value(line, kMaxEntryBytes, value, fault)) return fault.message;
  const bool good = value.is_object() && value.size() == 4 && value.contains("at") &&
                    value["at"].is_number_unsigned() && value.contains("id") && value["id"].is_string() &&
                    value.contains("kind") && value["kind"].is_string() && value.contains("data") &&
                    value["data"].is_object();
  if (!good) return R"(expected {"at": unix seconds, "id": text, "kind": text, "data": object})";
  entry = {value["at"].get<std::int64_t>(), canonical(value["data"]), value["id"].get<std::string>(),
           value["kind"].get<std::string>()};
  if (entry.kind == kSealKind) return "seals are written by append itself";
  char text[kMaxEntryBytes];
  const Result<std::size_t> length =
      write_entry({entry.at, entry.data, entry.id, entry.kind, kNoEntry, UINT32_MAX}, text);
  return length.ok() ? std::string()
                     : std::string("cannot be an entry: ") + fb::EnumNameErrorCode(length.error().code);
}

int append(const AppendOptions& options) {
  std::vector<SigningKey> keys;
  // The path may come from the environment; the key itself never does, so that it is in no process listing.
  const char* from_environment = std::getenv("METROFAX_LEDGER_KEY_FILE");
  const std::string key_path = !options.key.empty()          ? options.key
                               : from_environment != nullptr ? from_environment
                                                             : "";
  if (!key_path.empty() && !read_keys({key_path}, keys)) return kBadInput;
  if (!keys.empty() && !keys[0].is_private()) {
    std::fprintf(stderr, "%s: error: a private key is needed to seal\n", key_path.c_str());
    return kBadInput;
  }
  const auto ledger = LedgerFile::open(options.file);
  if (!ledger) return kBadInput;
  const SigningKey* key = keys.empty() ? nullptr : &keys[0];
  LineReader reader(STDIN_FILENO, kMaxEntryBytes);
  std::vector<NewEntry> entries;
  std::uint64_t number = 0;
  std::uint64_t refused = 0;
  std::uint64_t added = 0;
  const auto flush = [&] {
    const bool good = entries.empty() || ledger->append(entries, key);
    if (good) added += entries.size();
    entries.clear();
    return good;
  };
  for (std::string_view line;;) {
    const Got got = reader.next(line);
    if (got == Got::end) break;
    if (got == Got::failed) return Input("-").complain("cannot read");
    ++number;
    NewEntry entry;
    const std::string problem =
        got == Got::too_long ? "longer than an entry can be" : read_event(line, entry);
    if (problem.empty()) {
      entries.push_back(std::move(entry));
    } else {
      ++refused;
      std::fprintf(stderr, "stdin:%llu: error: %s; not appended\n", static_cast<unsigned long long>(number),
                   problem.c_str());
    }
    if (entries.size() >= options.batch && !flush()) return kBadInput;
  }
  if (!flush()) return kBadInput;
  const nlohmann::json report = {{"appended", added},
                                 {"refused", refused},
                                 {"entries", ledger->head().entries},
                                 {"sha256", ledger->head().sha256}};
  std::printf("%s\n", canonical(report).c_str());
  return refused == 0 ? kGood : kWanting;
}

}  // namespace

void add_ledger_verify(CLI::App& ledger, Action& action) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = ledger.add_subcommand(
      "verify",
      "Check a ledger from its first entry to its last, in constant memory: form, order, chain and seals. "
      "Prints a\n"
      "report; exit code 1 and the place of the first entry that cannot be trusted if there is one. With a "
      "key "
      "a\nledger without any seal cannot be trusted either; entries behind the last seal (\"unsealed\") are "
      "warned of.");
  command->add_option("file", options->file, "The ledger, or - for the standard input")->required();
  command->add_option(
      "--key", options->keys,
      "Public key of seals (PEM); may stand several times. Without any, seals are not checked");
  command->add_option("--head", options->head,
                      "A report of an earlier verify, kept elsewhere: finds truncation and rewriting");
  command->add_option("--against", options->against, "Another copy: finds the entry at which the two part");
  command->callback([options, &action] { action = [options] { return verify(*options); }; });
}

void add_ledger_export(CLI::App& ledger, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = ledger.add_subcommand(
      "export", "Print entries as JSON Lines, each with its SHA-256, checking the chain on the way");
  command->add_option("file", options->file, "The ledger, or - for the standard input")->required();
  command->add_option("--principal", options->principal, "Only entries about this salted hash of a person");
  command->add_option("--kind", options->kind, "Only entries of this kind");
  command->add_option("--from", options->from, "Only from this unix second on");
  command->add_option("--to", options->to, "Only before this unix second");
  command->callback([options, &action] { action = [options] { return export_entries(*options); }; });
}

void add_ledger_append(CLI::App& ledger, Action& action) {
  auto options = std::make_shared<AppendOptions>();
  CLI::App* command = ledger.add_subcommand(
      "append",
      "Append events, JSON Lines {\"at\", \"id\", \"kind\", \"data\"} on the standard input, to a ledger "
      "file: locked against\n"
      "other writers, on the disk before the next batch begins, sealed batch by batch if there is a key.");
  command->add_option("file", options->file, "The ledger")->required();
  command->add_option("--seal-key", options->key, "Private key (PEM); METROFAX_LEDGER_KEY_FILE otherwise");
  command->add_option("--batch", options->batch, "Entries to a write and a seal")
      ->check(CLI::Range(1u, 100'000u))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { return append(*options); }; });
}

}  // namespace metrofax::consent::cli
