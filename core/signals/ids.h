// Sets of ids (vendors, mostly) as consent strings write them: a field of bits or a list of ranges.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "result.h"
#include "signals/arena.h"
#include "signals/bits.h"

namespace metrofax::consent {

/// first to last, both included.
struct IdRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// How a set is coded. Canada's vendor fields (tcfcav1) exist in three forms that cannot be told apart by a
/// flag: `spec` is the specification's OptimizedRange, `legacy` what libraries wrote until 2025 (and TCF
/// writes), `current` what the reference writes since.
enum class IdCoding : std::uint8_t {
  legacy = 0,   ///< int(16) max, bool, then range(int) or bits: TCF's OptimizedIntRange, Canada's form B
  current = 1,  ///< int(16) max, bool, then range(Fibonacci) or bits: Canada's form C
  spec = 2,     ///< bool, then range(Fibonacci), or int(16) length and bits: Canada's form A
  plain = 3,    ///< range(int) alone: publisher restrictions
};

enum class IdForm : std::uint8_t { shortest, bits, ranges };

/// A set of ids between 1 and 65535, and how it was written where that is not how we would.
///
/// Vendor sets are bitsets. The vendors of a publisher restriction are ranges: 256 restrictions of which
/// each may claim every vendor would be 2 MB of bits.
struct IdSet {
  std::uint32_t* words = nullptr;  ///< id n is bit 31 - (n - 1) % 32 of word (n - 1) / 32
  std::uint32_t word_count = 0;
  std::span<const IdRange> runs;   ///< instead of words: ascending, apart from each other
  std::span<const IdRange> coded;  ///< the ranges as written, where those are not the set's shortest
  std::uint16_t max = 0;           ///< MaxVendorId as written; 0: the highest id
  IdForm form = IdForm::shortest;
  IdCoding coding = IdCoding::legacy;

  [[nodiscard]] bool contains(std::uint32_t id) const;
  [[nodiscard]] std::uint32_t highest() const;
};

/// The runs of a set one behind the other, ascending.
class RunWalk {
 public:
  explicit RunWalk(const IdSet& set) : set_(set) {}
  /// The next run; {0, 0} behind the last.
  [[gnu::noinline]] IdRange next();

 private:
  std::uint32_t edge();

  const IdSet& set_;
  std::uint32_t at_ = 0;      // of words, or of runs
  std::uint32_t edges_ = 0;   // of the word before: bits that are not what the one before them is
  std::uint32_t before_ = 0;  // that word's last bit
};

/// Of one set, that are read and written: as many as a list of ranges can have, whose count has 12 bits. It
/// takes a list of more than 8,190 vendors to need more.
inline constexpr std::uint32_t kMostRuns = 4095;

/// How many runs a set has; kMostRuns + 1 where it is more than kMostRuns.
[[nodiscard]] std::uint32_t run_count(const IdSet& set);

/// What a reader saw that no specification allows but everybody may mean.
struct IdFindings {
  bool unordered = false;   ///< ranges out of order, overlapping or repeated: their union was taken
  bool beyond_max = false;  ///< a range goes beyond MaxVendorId
};

/// Reads a set. An error's offset counts bits of the segment. `runs_only` leaves out the bitset.
[[nodiscard]] Error read_ids(BitReader& in, IdCoding coding, Arena& arena, bool runs_only, IdSet& set,
                             IdFindings& found);

/// Writes a set in its form, the shortest where it has none.
void write_ids(BitWriter& out, const IdSet& set);

/// Forgets about a set whatever write_ids() would do by itself, so that `max`, `form` and `coded` are what
/// must be said beside the ids.
void drop_obvious(IdSet& set);

/// Ranges as text, "1-5,7". Stops with nothing written when `room` is too small, and says so with false.
[[nodiscard]] bool write_ranges(std::span<const IdRange> ranges, char* to, std::uint32_t room,
                                std::uint32_t& size);
[[nodiscard]] bool write_ranges(const IdSet& set, char* to, std::uint32_t room, std::uint32_t& size);

/// Text to ranges, in the text's order. An error's offset counts characters.
[[nodiscard]] Result<std::span<IdRange>> read_ranges(std::string_view text, Arena& arena);

/// range(Fibonacci) without anything around it, as in a GPP header.
[[nodiscard]] Error read_fibonacci_ranges(BitReader& in, Arena& arena, std::span<IdRange>& ranges);
void write_fibonacci_ranges(BitWriter& out, const IdSet& set);

/// A set of ranges in any order, which becomes its `coded` where they are not its runs.
[[nodiscard]] Error make_ids(std::span<const IdRange> ranges, Arena& arena, bool runs_only, IdSet& set);

}  // namespace metrofax::consent
