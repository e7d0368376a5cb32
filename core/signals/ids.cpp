#include "signals/ids.h"

#include <bit>

namespace metrofax::consent {
namespace {

constexpr std::uint32_t kLastId = 0xFFFF;

/// Ascending, with at least `gap` ids between each and the next.
bool ascending(std::span<const IdRange> ranges, std::uint32_t gap = 0) {
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= ranges[i - 1].last + gap) return false;
  }
  return true;
}

bool apart(std::span<const IdRange> ranges) { return ascending(ranges, 1); }

// std::sort is 3 KB of wasm. Shell's with gaps of 4/9 (Tokuda) takes about n log n steps at this size.
void sort(std::span<IdRange> ranges) {
  for (std::size_t gap = ranges.size(); gap > 1;) {
    gap = gap < 4 ? 1 : gap * 4 / 9;
    for (std::size_t i = gap; i < ranges.size(); ++i) {
      const IdRange one = ranges[i];
      std::size_t at = i;
      for (; at >= gap && ranges[at - gap].first > one.first; at -= gap) ranges[at] = ranges[at - gap];
      ranges[at] = one;
    }
  }
}

std::span<IdRange> merged(std::span<IdRange> ranges) {
  if (apart(ranges)) return ranges;
  sort(ranges);
  std::size_t kept = 0;
  for (const IdRange one : ranges) {
    if (one.first > ranges[kept].last + 1u) {
      ranges[++kept] = one;
    } else if (one.last > ranges[kept].last) {
      ranges[kept].last = one.last;
    }
  }
  return ranges.first(kept + 1);
}

void fill(std::uint32_t* words, IdRange run) {
  for (std::uint32_t at = run.first - 1u; at < run.last;) {
    const std::uint32_t next = (at | 31) + 1;
    const std::uint32_t beyond = next > run.last ? next - run.last : 0;
    words[at / 32] |= ~std::uint32_t{0} >> (at & 31) & ~std::uint32_t{0} << beyond;
    at = next;
  }
}

bool fibonacci(IdCoding coding) { return coding == IdCoding::current || coding == IdCoding::spec; }

/// `found_single`: a group that is one id, which we write otherwise. Both ways a list of ranges is written:
/// GPP "Range" with Fibonacci numbers, TCF "RangeEntry" with 16 bits.
Error read_entries(BitReader& in, bool fib, Arena& arena, std::span<IdRange>& entries, bool& found_single) {
  const std::uint32_t count = in.read(12);
  const std::uint32_t shortest = fib ? 3 : 17;
  if (in.failed() || count * shortest > in.left()) return {ErrorCode::signal_truncated, in.at()};
  auto* list = arena.take<IdRange>(count);
  if (list == nullptr) return {ErrorCode::signal_too_large, in.at()};
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = in.at();
    const bool group = in.read(1) != 0;
    std::uint32_t first = fib ? last + in.read_fibonacci() : in.read(16);
    last = first;
    if (group) last = fib ? first + in.read_fibonacci() : in.read(16);
    found_single |= group && last == first;
    if (in.failed()) return {ErrorCode::signal_truncated, at};
    if (first == 0 || last < first || last > kLastId) return {ErrorCode::signal_bad_range, at};
    list[i] = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
  }
  entries = {list, count};
  return {};
}

std::uint32_t run_count(const IdSet& set) {
  std::uint32_t count = 0;
  for (IdRange run = set.next_run(1); run.first != 0; run = set.next_run(run.last + 1u)) ++count;
  return count;
}

constexpr std::uint32_t kMostEntries = 4095;  // a count of 12 bits

/// What write_ids() chooses by itself. Ties go to ranges, as in @iabgpp/cmpapi. Ends where ranges have become
/// longer than bits.
IdForm shortest(const IdSet& set, std::uint32_t max) {
  const bool fib = fibonacci(set.coding);
  // The length of 16 bits is there either way but in `spec`.
  const std::uint32_t most = max + (set.coding == IdCoding::spec ? 16 : 0);
  std::uint32_t bits = 12;
  std::uint32_t count = 0;
  std::uint32_t last = 0;
  for (IdRange run = set.next_run(1); run.first != 0; run = set.next_run(run.last + 1u)) {
    const bool group = run.last != run.first;
    bits += fib ? 1 + fibonacci_bits(run.first - last) : group ? 33 : 17;
    if (fib && group) bits += fibonacci_bits(static_cast<std::uint32_t>(run.last - run.first));
    if (bits > most || ++count > kMostEntries) return IdForm::bits;
    last = run.last;
  }
  return bits <= most ? IdForm::ranges : IdForm::bits;
}

void write_entry(BitWriter& out, bool fib, IdRange range, std::uint32_t& last) {
  const bool group = range.last != range.first;
  out.write(group ? 1 : 0, 1);
  if (fib) {
    out.write_fibonacci(range.first - last);
    if (group) out.write_fibonacci(static_cast<std::uint32_t>(range.last - range.first));
  } else {
    out.write(range.first, 16);
    if (group) out.write(range.last, 16);
  }
  last = range.last;
}

void write_entries(BitWriter& out, bool fib, const IdSet& set) {
  std::uint32_t last = 0;
  if (!set.coded.empty() && (!fib || ascending(set.coded))) {
    out.write(set.coded.size(), 12);
    for (const IdRange range : set.coded) write_entry(out, fib, range, last);
    return;
  }
  out.write(run_count(set), 12);
  for (IdRange run = set.next_run(1); run.first != 0; run = set.next_run(run.last + 1u))
    write_entry(out, fib, run, last);
}

void write_same(BitWriter& out, std::uint32_t count, std::uint32_t bits) {
  for (; count > 32; count -= 32) out.write(bits, 32);
  if (count > 0) out.write(bits >> (32 - count), count);
}

void write_bits(BitWriter& out, const IdSet& set, std::uint32_t max) {
  if (set.words == nullptr) {
    std::uint32_t next = 1;
    for (const IdRange run : set.runs) {
      write_same(out, run.first - next, 0);
      write_same(out, run.last - run.first + 1u, ~std::uint32_t{0});
      next = run.last + 1u;
    }
    write_same(out, max + 1 - next, 0);
    return;
  }
  std::uint32_t at = 0;
  for (std::uint32_t word = 0; at < max; ++word, at += 32) {
    const std::uint32_t bits = word < set.word_count ? set.words[word] : 0;
    const unsigned count = max - at < 32 ? max - at : 32;
    out.write(bits >> (32 - count), count);
  }
}

bool write_number(std::uint32_t value, char*& to, const char* end) {
  char digits[5];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  if (end - to < static_cast<std::ptrdiff_t>(count)) return false;
  while (count > 0) *to++ = digits[--count];
  return true;
}

bool write_run(IdRange run, const char* start, char*& to, const char* end) {
  if (to != start) {
    if (to == end) return false;
    *to++ = ',';
  }
  if (!write_number(run.first, to, end)) return false;
  if (run.last == run.first) return true;
  if (to == end) return false;
  *to++ = '-';
  return write_number(run.last, to, end);
}

}  // namespace

bool IdSet::contains(std::uint32_t id) const {
  if (id == 0) return false;
  if (words != nullptr) {
    const std::uint32_t word = (id - 1) / 32;
    return word < word_count && (words[word] >> (31 - ((id - 1) & 31)) & 1u) != 0;
  }
  for (const IdRange run : runs) {
    if (id >= run.first && id <= run.last) return true;
  }
  return false;
}

IdRange IdSet::next_run(std::uint32_t from) const {
  if (words == nullptr) {
    // Runs are walked one behind the other: the next one is found by halving.
    std::size_t low = 0;
    std::size_t high = runs.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (runs[middle].first < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < runs.size() ? runs[low] : IdRange{};
  }
  std::uint32_t word = (from - 1) / 32;
  if (word >= word_count) return {};
  std::uint32_t bits = words[word] & ~std::uint32_t{0} >> ((from - 1) & 31);
  while (bits == 0) {
    if (++word >= word_count) return {};
    bits = words[word];
  }
  const auto lead = static_cast<std::uint32_t>(std::countl_zero(bits));
  const std::uint32_t first = word * 32 + lead;
  std::uint32_t gaps = ~bits & ~std::uint32_t{0} >> lead;
  while (gaps == 0) {
    if (++word >= word_count) break;
    gaps = ~words[word];
  }
  const std::uint32_t end = word * 32 + (gaps != 0 ? static_cast<std::uint32_t>(std::countl_zero(gaps)) : 0);
  return {static_cast<std::uint16_t>(first + 1), static_cast<std::uint16_t>(end)};
}

std::uint32_t IdSet::highest() const {
  if (words == nullptr) return runs.empty() ? 0 : runs.back().last;
  for (std::uint32_t word = word_count; word-- > 0;) {
    if (words[word] != 0) return word * 32 + 32 - static_cast<std::uint32_t>(std::countr_zero(words[word]));
  }
  return 0;
}

Error make_ids(std::span<IdRange> ranges, Arena& arena, bool runs_only, IdSet& set) {
  set.runs = merged(ranges);
  if (runs_only) return {};
  set.word_count = (set.highest() + 31) / 32;
  auto* words = arena.take<std::uint32_t>(set.word_count);
  if (words == nullptr) return {ErrorCode::signal_too_large, 0};
  for (std::uint32_t word = 0; word < set.word_count; ++word) words[word] = 0;
  for (const IdRange run : set.runs) fill(words, run);
  set.words = words;
  set.runs = {};
  return {};
}

Error read_ids(BitReader& in, IdCoding coding, Arena& arena, bool runs_only, IdSet& set, IdFindings& found) {
  set = IdSet{};
  set.coding = coding;
  const std::uint32_t at = in.at();
  if (coding == IdCoding::current || coding == IdCoding::legacy)
    set.max = static_cast<std::uint16_t>(in.read(16));
  const bool ranges = coding == IdCoding::plain || in.read(1) != 0;
  if (coding == IdCoding::spec && !ranges) set.max = static_cast<std::uint16_t>(in.read(16));
  if (in.failed()) return {ErrorCode::signal_truncated, at};
  if (!ranges) {
    set.form = IdForm::bits;
    if (set.max > in.left()) return {ErrorCode::signal_truncated, at};
    set.word_count = (set.max + 31u) / 32;
    set.words = arena.take<std::uint32_t>(set.word_count);
    if (set.words == nullptr) return {ErrorCode::signal_too_large, at};
    std::uint32_t left = set.max;
    for (std::uint32_t word = 0; word < set.word_count; ++word) {
      const unsigned count = left < 32 ? left : 32;
      set.words[word] = in.read(count) << (32 - count);
      left -= count;
    }
    return {};
  }
  set.form = IdForm::ranges;
  std::span<IdRange> entries;
  Error error = read_entries(in, fibonacci(coding), arena, entries, found.unordered);
  if (error.code != ErrorCode::ok) return error;
  const bool has_max = coding != IdCoding::plain && coding != IdCoding::spec;
  for (const IdRange entry : entries) found.beyond_max |= has_max && entry.last > set.max;
  found.unordered |= !ascending(entries);
  if (!apart(entries)) {
    // Sorting happens in place: what was written is kept apart.
    auto* copy = arena.take<IdRange>(entries.size());
    if (copy == nullptr) return {ErrorCode::signal_too_large, at};
    for (std::size_t i = 0; i < entries.size(); ++i) copy[i] = entries[i];
    set.coded = {copy, entries.size()};
  }
  error = make_ids(entries, arena, runs_only, set);
  error.offset = at;
  return error;
}

void write_ids(BitWriter& out, const IdSet& set) {
  const IdCoding coding = set.coding;
  const std::uint32_t highest = set.highest();
  // A range may go beyond MaxVendorId as written; bits cannot.
  const bool keeps_max = set.max > 0 && (set.max >= highest || set.form == IdForm::ranges);
  const std::uint32_t max = keeps_max ? set.max : highest;
  const IdForm form = coding == IdCoding::plain      ? IdForm::ranges
                      : set.form == IdForm::shortest ? shortest(set, max)
                                                     : set.form;
  const bool ranges = form == IdForm::ranges && (run_count(set) <= kMostEntries || !set.coded.empty());
  if (coding == IdCoding::current || coding == IdCoding::legacy) out.write(max, 16);
  if (coding != IdCoding::plain) out.write(ranges ? 1 : 0, 1);
  if (coding == IdCoding::spec && !ranges) out.write(max, 16);
  if (ranges) {
    write_entries(out, fibonacci(coding), set);
  } else {
    write_bits(out, set, max);
  }
}

void drop_obvious(IdSet& set) {
  if (set.max == set.highest()) set.max = 0;
  if (set.coding == IdCoding::plain || set.form == shortest(set, set.max != 0 ? set.max : set.highest())) {
    set.form = IdForm::shortest;
  }
}

Error read_fibonacci_ranges(BitReader& in, Arena& arena, std::span<IdRange>& ranges) {
  bool single = false;  // a group of Fibonacci numbers is never one id
  return read_entries(in, true, arena, ranges, single);
}

void write_fibonacci_ranges(BitWriter& out, const IdSet& set) { write_entries(out, true, set); }

bool write_ranges(std::span<const IdRange> ranges, char* to, std::uint32_t room, std::uint32_t& size) {
  char* at = to;
  for (const IdRange range : ranges) {
    if (!write_run(range, to, at, to + room)) return false;
  }
  size = static_cast<std::uint32_t>(at - to);
  return true;
}

bool write_ranges(const IdSet& set, char* to, std::uint32_t room, std::uint32_t& size) {
  char* at = to;
  for (IdRange run = set.next_run(1); run.first != 0; run = set.next_run(run.last + 1u)) {
    if (!write_run(run, to, at, to + room)) return false;
  }
  size = static_cast<std::uint32_t>(at - to);
  return true;
}

Result<std::span<IdRange>> read_ranges(std::string_view text, Arena& arena) {
  std::size_t count = text.empty() ? 0 : 1;
  for (const char c : text) count += c == ',' ? 1 : 0;
  auto* list = arena.take<IdRange>(count);
  if (list == nullptr) return Error{ErrorCode::signal_too_large, 0};
  std::size_t at = 0;
  const auto number = [&](std::uint16_t& into) {
    std::uint32_t value = 0;
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && value <= kLastId) {
      value = value * 10 + static_cast<std::uint32_t>(text[at++] - '0');
    }
    into = static_cast<std::uint16_t>(value);
    return at > from && value > 0 && value <= kLastId;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = static_cast<std::uint32_t>(at);
    if (!number(list[i].first)) return Error{ErrorCode::signal_bad_range, from};
    list[i].last = list[i].first;
    if (at < text.size() && text[at] == '-') {
      ++at;
      if (!number(list[i].last) || list[i].last < list[i].first)
        return Error{ErrorCode::signal_bad_range, from};
    }
    if (i + 1 < count ? text[at++] != ',' : at != text.size())
      return Error{ErrorCode::signal_bad_range, from};
  }
  return std::span<IdRange>(list, count);
}

}  // namespace metrofax::consent
