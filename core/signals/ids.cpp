#include "signals/ids.h"

#include <bit>

namespace metrofax::consent {
namespace {

constexpr std::uint32_t kLastId = 0xFFFF;

/// Ascending, with at least `gap` ids between each and the next.
bool ascending(std::span<const IdRange> ranges, std::uint32_t gap) {
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= ranges[i - 1].last + gap) return false;
  }
  return true;
}

// By eight bits of the first id: twice is a sort in so many steps as there are ranges, whatever their order.
[[gnu::noinline]] void distribute(std::span<const IdRange> from, IdRange* to, unsigned shift) {
  std::uint32_t places[257] = {};
  for (const IdRange one : from) ++places[(one.first >> shift & 255) + 1];
  for (unsigned i = 1; i < 256; ++i) places[i] += places[i - 1];
  for (const IdRange one : from) to[places[one.first >> shift & 255]++] = one;
}

/// Ranges sorted, and what overlaps or touches made one; these themselves where they are that. Without data
/// where the arena has no room.
std::span<const IdRange> merged(std::span<const IdRange> ranges, Arena& arena) {
  if (ascending(ranges, 1)) return ranges;
  auto* sorted = arena.take<IdRange>(ranges.size());
  auto* other = arena.take<IdRange>(ranges.size());
  if (other == nullptr) return {};  // which is as large as the first one
  distribute(ranges, other, 0);
  distribute({other, ranges.size()}, sorted, 8);
  arena.give_back(other);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    const IdRange one = sorted[i];
    if (one.first > sorted[kept].last + 1u) {
      sorted[++kept] = one;
    } else if (one.last > sorted[kept].last) {
      sorted[kept].last = one.last;
    }
  }
  return {sorted, kept + 1};
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

/// Both ways a list of ranges is written: GPP "Range" with Fibonacci numbers, TCF "RangeEntry" with 16 bits.
/// `max`: MaxVendorId. A group that is one id is unordered as well: we write it otherwise.
Error read_entries(BitReader& in, bool fib, std::uint32_t max, Arena& arena, std::span<IdRange>& entries,
                   IdFindings& found) {
  const std::uint32_t count = in.read(12);
  const std::uint32_t shortest = fib ? 3 : 17;
  if (in.failed() || count * shortest > in.left()) return {ErrorCode::signal_truncated, in.at()};
  auto* list = arena.take<IdRange>(count);
  if (list == nullptr) return {ErrorCode::signal_too_large, in.at()};
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = in.at();
    const std::uint64_t ahead = in.ahead();
    const bool group = ahead >> 63 != 0;
    const std::uint32_t before = last;
    std::uint32_t first = static_cast<std::uint32_t>(ahead >> 47) & 0xFFFF;
    in.skip(fib ? 1 : group ? 33 : 17);
    if (fib) first = before + in.read_fibonacci();
    last = first;
    if (group) last = fib ? first + in.read_fibonacci() : static_cast<std::uint32_t>(ahead >> 31) & 0xFFFF;
    if (in.failed()) return {ErrorCode::signal_truncated, at};
    if (first == 0 || last < first || last > kLastId) return {ErrorCode::signal_bad_range, at};
    found.unordered |= first <= before || (group && last == first);
    found.beyond_max |= last > max;
    list[i] = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
  }
  entries = {list, count};
  return {};
}

/// What write_ids() chooses by itself. Ties go to ranges, as in @iabgpp/cmpapi. Ends where ranges have become
/// longer than bits.
IdForm shortest(const IdSet& set, std::uint32_t max) {
  const bool fib = fibonacci(set.coding);
  // The length of 16 bits is there either way but in `spec`.
  const std::uint32_t most = max + (set.coding == IdCoding::spec ? 16 : 0);
  std::uint32_t bits = 12;
  std::uint32_t last = 0;
  RunWalk runs(set);
  for (IdRange run = runs.next(); run.first != 0; run = runs.next()) {
    const bool group = run.last != run.first;
    bits += fib ? 1 + fibonacci_bits(run.first - last) : group ? 33 : 17;
    if (fib && group) bits += fibonacci_bits(static_cast<std::uint32_t>(run.last - run.first));
    if (bits > most) return IdForm::bits;
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
  if (!set.coded.empty() && (!fib || ascending(set.coded, 0))) {
    out.write(set.coded.size(), 12);
    for (const IdRange range : set.coded) write_entry(out, fib, range, last);
    return;
  }
  out.write(run_count(set), 12);
  RunWalk runs(set);
  for (IdRange run = runs.next(); run.first != 0; run = runs.next()) write_entry(out, fib, run, last);
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

// A place at which bits change, counted from 0; the end of all where there is none left.
std::uint32_t RunWalk::edge() {
  while (edges_ == 0) {
    if (at_ == set_.word_count) return at_ * 32;
    const std::uint32_t bits = set_.words[at_++];
    edges_ = bits ^ (bits >> 1 | before_ << 31);
    before_ = bits;
  }
  const auto lead = static_cast<std::uint32_t>(std::countl_zero(edges_));
  edges_ &= 0x7FFFFFFFu >> lead;
  return at_ * 32 - 32 + lead;
}

IdRange RunWalk::next() {
  if (set_.words == nullptr) return at_ < set_.runs.size() ? set_.runs[at_++] : IdRange{};
  const std::uint32_t first = edge();
  if (first == set_.word_count * 32) return {};
  return {static_cast<std::uint16_t>(first + 1), static_cast<std::uint16_t>(edge())};
}

std::uint32_t run_count(const IdSet& set) {
  std::uint32_t count = 0;
  RunWalk runs(set);
  while (count <= kMostRuns && runs.next().first != 0) ++count;
  return count;
}

std::uint32_t IdSet::highest() const {
  if (words == nullptr) return runs.empty() ? 0 : runs.back().last;
  for (std::uint32_t word = word_count; word-- > 0;) {
    if (words[word] != 0) return word * 32 + 32 - static_cast<std::uint32_t>(std::countr_zero(words[word]));
  }
  return 0;
}

Error make_ids(std::span<const IdRange> ranges, Arena& arena, bool runs_only, IdSet& set) {
  set.runs = merged(ranges, arena);
  if (set.runs.empty() != ranges.empty()) return {ErrorCode::signal_too_large, 0};
  set.coded = {};
  if (set.runs.data() != ranges.data()) set.coded = ranges;
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
  const bool has_max = coding == IdCoding::current || coding == IdCoding::legacy;
  if (has_max) set.max = static_cast<std::uint16_t>(in.read(16));
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
    return run_count(set) > kMostRuns ? Error{ErrorCode::signal_too_large, at} : Error{};
  }
  set.form = IdForm::ranges;
  std::span<IdRange> entries;
  Error error = read_entries(in, fibonacci(coding), has_max ? set.max : kLastId, arena, entries, found);
  if (error.code != ErrorCode::ok) return error;
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
  const bool ranges = form == IdForm::ranges;
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
  IdFindings found;
  return read_entries(in, true, kLastId, arena, ranges, found);
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
  RunWalk runs(set);
  for (IdRange run = runs.next(); run.first != 0; run = runs.next()) {
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
