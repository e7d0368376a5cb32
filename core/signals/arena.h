// Memory of the caller's, handed out from one end and given back all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace metrofax::consent {

/// Whatever a codec keeps lies in here: nothing is freed one by one, nothing outlives the next reset().
class Arena {
 public:
  explicit Arena(std::span<std::uint64_t> memory)
      : next_(reinterpret_cast<std::byte*>(memory.data())),
        end_(next_ + memory.size_bytes()),
        start_(next_) {}

  /// Room for `count` values of T, none of them initialised; nullptr when it does not fit. T must hold no
  /// resource.
  template <class T>
  [[nodiscard]] T* take(std::size_t count) {
    return reinterpret_cast<T*>(take_bytes(count, sizeof(T)));
  }

  /// Gives back what lies behind `from`, the last thing taken.
  void give_back(const void* from) { next_ = start_ + (static_cast<const std::byte*>(from) - start_); }
  void reset() { next_ = start_; }

 private:
  static constexpr std::size_t kMost = 1u << 24;

  // One function for all types: in line it is the larger part of many a caller.
  [[gnu::noinline]] std::byte* take_bytes(std::size_t count, std::size_t size) {
    const std::size_t bytes = (count * size + 7) / 8 * 8;
    if (count > kMost || bytes > static_cast<std::size_t>(end_ - next_)) return nullptr;
    next_ += bytes;
    return next_ - bytes;
  }

  std::byte* next_;
  std::byte* end_;
  std::byte* start_;
};

}  // namespace metrofax::consent
