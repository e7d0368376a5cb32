#include "consent/record.h"

namespace metrofax::consent {
namespace {

constexpr char kSeparator = '~';
constexpr char kFormat = '1';
constexpr char kOlderFormat = '2';   ///< with `older`
constexpr char kVendorFormat = '3';  ///< with `older` and `refused`
constexpr std::size_t kMaxField = 48;

// FNV-1a, 32 bits: every step is a bijection, so one changed byte always shows. Damage, not forgery, is what
// it finds: whoever may write the cookie may choose.
std::uint32_t sum_of(std::string_view text) {
  std::uint32_t sum = 0x811c9dc5u;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return sum;
}

bool is_plain(std::string_view field) {
  if (field.empty() || field.size() > kMaxField) return false;
  for (const char c : field) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(std::span<char> out) : out_(out) {}

  Writer& text(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Writer& number(std::uint64_t value, unsigned base) {
    char digits[20];
    unsigned length = 0;
    do {
      digits[length++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (length > 0) put(digits[--length]);
    return *this;
  }
  // A set as one number in hexadecimal, the highest word first.
  Writer& set(const VendorSet& words) {
    bool begun = false;
    for (unsigned at = kVendorWords * 8; at-- > 0;) {
      const unsigned digit = words[at / 8] >> at % 8 * 4 & 15u;
      begun |= digit != 0;
      if (begun) put("0123456789abcdef"[digit]);
    }
    return *this;
  }
  [[nodiscard]] bool fits() const { return size_ <= out_.size(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view written() const { return {out_.data(), size_}; }

 private:
  void put(char c) {
    if (size_ < out_.size()) out_[size_] = c;
    ++size_;
  }

  std::span<char> out_;
  std::size_t size_ = 0;
};

// One field up to the separator (or the end, for the last one).
bool take(std::string_view& rest, std::string_view& field, bool last) {
  const std::size_t end = rest.find(kSeparator);
  if ((end == std::string_view::npos) != last) return false;
  field = rest.substr(0, end);
  rest.remove_prefix(last ? rest.size() : end + 1);
  return true;
}

// The value of a digit, 16 if it is none.
unsigned hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10) : 16u;
}

bool read_hex(std::string_view field, std::uint64_t& value) {
  if (field.empty() || field.size() > 16) return false;
  value = 0;
  for (const char c : field) {
    const unsigned digit = hex_value(c);
    if (digit > 15) return false;
    value = value << 4 | digit;
  }
  return true;
}

// Leading zeros are found where the record is written again.
bool read_set(std::string_view field, VendorSet& words) {
  if (field.size() > std::size_t{kVendorWords} * 8) return false;
  for (unsigned at = 0; at < field.size(); ++at) {
    const unsigned digit = hex_value(field[field.size() - 1 - at]);
    if (digit > 15) return false;
    words[at / 8] |= digit << at % 8 * 4;
  }
  return true;
}

bool is_empty(const VendorSet& words) {
  std::uint32_t any = 0;
  for (const std::uint32_t word : words) any |= word;
  return any == 0;
}

std::uint64_t specific_field(const ConsentRecord& record) {
  const PurposeSet specific = record.specific & record.granted;
  if (specific == 0) return 0;
  return specific == record.granted ? 1 : std::uint64_t{specific} << 1;
}

// `specific` is the field of that name, as it is written.
Result<std::size_t> write_fields(const ConsentRecord& record, std::uint64_t specific, std::span<char> out) {
  if (!is_plain(record.policy_version) || !is_plain(record.regime) || record.time < 0 || record.older < 0) {
    return Error{ErrorCode::record_bad_form, 0};
  }
  Writer writer(out.first(out.size() < kMaxRecordBytes ? out.size() : kMaxRecordBytes));
  const std::string_view separator(&kSeparator, 1);
  const bool vendors = !is_empty(record.refused);
  const char format = vendors ? kVendorFormat : record.older == 0 ? kFormat : kOlderFormat;
  writer.text({&format, 1}).text(separator).text(record.policy_version).text(separator).text(record.regime);
  writer.text(separator)
      .number(static_cast<std::uint64_t>(record.time), 16)
      .text(separator)
      .number(record.granted, 16);
  writer.text(separator).number(record.denied, 16).text(separator).number(specific, 16);
  if (format != kFormat) writer.text(separator).number(static_cast<std::uint64_t>(record.older), 16);
  if (vendors) writer.text(separator).set(record.refused);
  if (!writer.fits()) return Error{ErrorCode::record_too_long, static_cast<std::uint32_t>(writer.size())};
  const std::uint32_t sum = sum_of(writer.written());
  writer.text(separator).number(sum, 16);
  if (!writer.fits()) return Error{ErrorCode::record_too_long, static_cast<std::uint32_t>(writer.size())};
  return writer.size();
}

}  // namespace

Result<std::size_t> write_record(const ConsentRecord& record, std::span<char> out) {
  return write_fields(record, specific_field(record), out);
}

Result<ConsentRecord> read_record(std::string_view text) {
  if (text.size() > kMaxRecordBytes) return Error{ErrorCode::record_too_long, kMaxRecordBytes};
  if (text.size() < 2 || text[1] != kSeparator) return Error{ErrorCode::record_bad_form, 0};
  if (text[0] < kFormat || text[0] > kVendorFormat) {
    const bool later = text[0] > kVendorFormat && text[0] <= '9';
    return Error{later ? ErrorCode::record_future_version : ErrorCode::record_bad_form, 0};
  }
  std::string_view rest = text.substr(2);
  std::string_view fields[9];
  const unsigned last = 6u + static_cast<unsigned>(text[0] - kFormat);  // the sum
  for (unsigned i = 0; i <= last; ++i) {
    const auto offset = static_cast<std::uint32_t>(text.size() - rest.size());
    if (!take(rest, fields[i], i == last)) return Error{ErrorCode::record_bad_form, offset};
  }
  ConsentRecord record;
  std::uint64_t numbers[7] = {};
  for (unsigned i = 0; i + 2 <= last; ++i) {
    const bool vendors = i == 5 && last == 8;
    if (!(vendors ? read_set(fields[7], record.refused) : read_hex(fields[i + 2], numbers[i]))) {
      return Error{ErrorCode::record_bad_form,
                   static_cast<std::uint32_t>(fields[i + 2].data() - text.data())};
    }
  }
  constexpr std::uint64_t kMax32 = 0xFFFFFFFFu;
  constexpr std::uint64_t kMaxTime = 0x7FFFFFFFFFFFu;
  const std::uint64_t older = last == 6 ? 0 : numbers[4];
  if (last == 7 && older == 0) return Error{ErrorCode::record_bad_form, 0};
  if (numbers[0] > kMaxTime || older > kMaxTime || numbers[1] > kMax32 || numbers[2] > kMax32 ||
      numbers[3] >> 1 > kMax32) {
    return Error{ErrorCode::record_bad_form, 0};
  }
  record.policy_version = fields[0];
  record.regime = fields[1];
  record.time = static_cast<std::int64_t>(numbers[0]);
  record.granted = static_cast<PurposeSet>(numbers[1]);
  record.denied = static_cast<PurposeSet>(numbers[2]);
  record.older = static_cast<std::int64_t>(older);
  record.specific = numbers[3] == 1 ? record.granted : static_cast<PurposeSet>(numbers[3] >> 1);
  // Nothing granted and yet specific: so a refusal was written until 2026.
  const bool bare = numbers[3] == 1 && record.granted == 0;
  if (!bare && numbers[3] != specific_field(record))
    return Error{ErrorCode::record_bad_form, static_cast<std::uint32_t>(fields[5].data() - text.data())};
  // One spelling only: leading zeros, a wrong sum, odd characters all end here.
  char again[kMaxRecordBytes];
  const Result<std::size_t> length = write_fields(record, numbers[3], again);
  if (!length.ok()) return length.error();
  if (std::string_view(again, length.value()) != text) {
    return Error{ErrorCode::record_bad_checksum,
                 static_cast<std::uint32_t>(fields[last].data() - text.data())};
  }
  return record;
}

[[gnu::noinline]] Found find_cookie(std::string_view cookies, std::string_view name, std::string_view& text) {
  Found found = Found::nothing;
  while (!cookies.empty()) {
    const std::size_t end = cookies.find(';');
    std::string_view pair = cookies.substr(0, end);
    cookies.remove_prefix(end == std::string_view::npos ? cookies.size() : end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    if (pair.size() <= name.size() || pair.substr(0, name.size()) != name) continue;
    if (pair[name.size()] != '=') continue;
    pair.remove_prefix(name.size() + 1);
    if (found == Found::one && pair != text) return Found::conflict;
    found = Found::one;
    text = pair;
  }
  return found;
}

Result<std::size_t> write_consent_cookie(const ConsentRecord& record, const fb::Regime& regime, bool secure,
                                         std::span<char> out) {
  char value[kMaxRecordBytes];
  const Result<std::size_t> length = write_record(record, value);
  if (!length.ok()) return length.error();
  Writer writer(out);
  writer.text(kConsentCookie).text("=").text({value, length.value()}).text("; Path=/; Max-Age=");
  writer.number(record.granted != 0 ? regime.consent_lifetime() : regime.refusal_lifetime(), 10)
      .text("; SameSite=Lax");
  if (secure) writer.text("; Secure");
  if (!writer.fits()) return Error{ErrorCode::record_too_long, static_cast<std::uint32_t>(writer.size())};
  return writer.size();
}

}  // namespace metrofax::consent
