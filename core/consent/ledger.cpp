#include "consent/ledger.h"

#include <array>
#include <cstring>

#include "consent/canonical_json.h"

namespace metrofax::consent {
namespace {

// What a byte may be part of.
enum Part : std::uint8_t { hex_digit = 1, name_part = 2 };

constexpr std::array<std::uint8_t, 256> make_parts() {
  std::array<std::uint8_t, 256> parts{};
  const auto add = [&parts](std::string_view bytes, Part part) {
    for (const char c : bytes) {
      std::uint8_t& known = parts[static_cast<unsigned char>(c)];
      known = static_cast<std::uint8_t>(known | part);
    }
  };
  add("0123456789abcdef", hex_digit);
  add("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:", name_part);
  return parts;
}
constexpr std::array<std::uint8_t, 256> kParts = make_parts();

bool all_are(std::string_view text, Part part) {
  unsigned parts = part;
  for (const char c : text) parts &= kParts[static_cast<unsigned char>(c)];
  return parts != 0;
}

constexpr std::size_t kMaxName = 64;
constexpr std::uint64_t kMaxNumber = (std::uint64_t{1} << 53) - 1;

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && all_are(text, hex_digit);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && all_are(text, name_part);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // A literal: of a length that is known, it is compared by words.
  template <std::size_t Size>
  bool text(const char (&wanted)[Size]) {
    constexpr std::size_t length = Size - 1;
    if (text_.size() - at_ < length || std::memcmp(text_.data() + at_, wanted, length) != 0) return false;
    at_ += length;
    return true;
  }
  // Up to the next quote, which is taken as well.
  bool quoted(std::string_view& value) {
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return false;
    value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  bool number(std::uint64_t& value) {
    const std::size_t from = at_;
    value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + static_cast<unsigned>(text_[at_++] - '0');
      if (value > kMaxNumber) return false;
    }
    return at_ > from && (text_[from] != '0' || at_ == from + 1);
  }
  void move_to(std::size_t at) { at_ = at; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] Error error() const { return {ErrorCode::record_bad_form, static_cast<std::uint32_t>(at_)}; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

class Printer {
 public:
  explicit Printer(std::span<char> out) : out_(out) {}
  Printer& text(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Printer& number(std::uint64_t value) {
    char digits[20];
    unsigned length = 0;
    do {
      digits[length++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (length > 0) put(digits[--length]);
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void put(char c) {
    if (size_ < out_.size()) out_[size_] = c;
    ++size_;
  }
  std::span<char> out_;
  std::size_t size_ = 0;
};

}  // namespace

Result<LedgerEntry> read_entry(std::string_view line) {
  if (line.size() > kMaxEntryBytes) return Error{ErrorCode::record_too_long, kMaxEntryBytes};
  Reader reader(line);
  LedgerEntry entry;
  std::uint64_t at = 0;
  if (!reader.text("{\"at\":") || !reader.number(at) || !reader.text(",\"data\":{")) return reader.error();
  const std::size_t from = reader.at() - 1;
  const Result<std::size_t> end = canonical_end(line, from);
  if (!end.ok()) return end.error();
  entry.at = static_cast<std::int64_t>(at);
  entry.data = line.substr(from, end.value() - from);
  reader.move_to(end.value());
  if (!reader.text(",\"id\":\"") || !reader.quoted(entry.id) || !is_name(entry.id)) return reader.error();
  if (!reader.text(",\"kind\":\"") || !reader.quoted(entry.kind) || !is_name(entry.kind))
    return reader.error();
  if (!reader.text(",\"prev_sha256\":\"") || !reader.quoted(entry.prev) || !is_hex(entry.prev, kHashDigits))
    return reader.error();
  if (!reader.text(",\"seq\":") || !reader.number(entry.seq) || !reader.text("}") || !reader.done())
    return reader.error();
  return entry;
}

Result<std::size_t> write_entry(const LedgerEntry& entry, std::span<char> out) {
  const bool good = entry.at >= 0 && static_cast<std::uint64_t>(entry.at) <= kMaxNumber &&
                    entry.seq <= kMaxNumber && is_name(entry.id) && is_name(entry.kind) &&
                    is_hex(entry.prev, kHashDigits) && !entry.data.empty() && entry.data.front() == '{';
  if (!good) return Error{ErrorCode::record_bad_form, 0};
  const Result<std::size_t> end = canonical_end(entry.data, 0);
  if (!end.ok()) return end.error();
  if (end.value() != entry.data.size())
    return Error{ErrorCode::bad_json, static_cast<std::uint32_t>(end.value())};
  Printer printer(out);
  printer.text("{\"at\":").number(static_cast<std::uint64_t>(entry.at)).text(",\"data\":").text(entry.data);
  printer.text(",\"id\":\"").text(entry.id).text("\",\"kind\":\"").text(entry.kind);
  printer.text("\",\"prev_sha256\":\"").text(entry.prev).text("\",\"seq\":").number(entry.seq).text("}");
  const std::size_t most = out.size() < kMaxEntryBytes ? out.size() : kMaxEntryBytes;
  if (printer.size() > most) return Error{ErrorCode::record_too_long, static_cast<std::uint32_t>(most)};
  return printer.size();
}

Result<Seal> read_seal(const LedgerEntry& entry) {
  Reader reader(entry.data);
  Seal seal;
  if (!reader.text("{\"alg\":\"Ed25519\",\"key\":\"") || !reader.quoted(seal.key) || !is_hex(seal.key, 16))
    return reader.error();
  if (!reader.text(",\"signature\":\"") || !reader.quoted(seal.signature) || !is_hex(seal.signature, 128))
    return reader.error();
  if (!reader.text("}") || !reader.done()) return reader.error();
  return seal;
}

std::size_t seal_text(std::string_view prev, std::uint64_t seq, std::span<char, kMaxSealText> out) {
  Printer printer(out);
  printer.text("metrofax-ledger-seal-1\n").text(prev.substr(0, kHashDigits)).text("\n").number(seq);
  return printer.size();
}

}  // namespace metrofax::consent
