// Verdicts of a page's requests, kept for as long as nothing changes.
#pragma once

#include <cstdint>
#include <string_view>

#include "gate/request.h"
#include "gate/subject.h"
#include "gate/verdict.h"
#include "policy/view.h"

namespace metrofax::consent {

/// What was decided about web.requests to a host. Hand the same one to every decide(): it forgets by itself
/// as soon as the policy or one byte of the subject is another, and a verdict is taken from it only where
/// everything it depends on is compared and equal. So a memo saves time and changes nothing (tests:
/// memo_test.cpp asks with and without). Zero-initialised it is empty. Not shared between threads.
class Memo {
 public:
  /// Longest "https://www.example.com" that is kept.
  static constexpr std::size_t kMaxHead = 64;

  /// All zeros is an empty one, so that a table of them costs the module nothing.
  struct Entry {
    std::uint32_t generation;  ///< of the memo when it was written; an older one counts as empty
    PurposeSet purposes;       ///< of the target
    const fb::Host* row;
    std::uint8_t length;   ///< of head
    std::uint8_t purpose;  ///< Request::purpose
    bool navigation;
    bool beacon;  ///< of the target
    alignas(Verdict) char verdict[sizeof(Verdict)];
    char head[kMaxHead];
  };

  /// Forgets everything unless policy and subject are those of the last call.
  void begin(const PolicyView& policy, const Subject& subject);
  /// What is kept for a URL's scheme and host, null if nothing is.
  [[nodiscard]] const Entry* find(std::string_view head, const Request& request) const;
  /// Keeps it in place of whatever shares its place. head: 8 to kMaxHead bytes.
  void keep(std::string_view head, const Request& request, const fb::Host* row, const Target& target,
            const Verdict& verdict);

 private:
  static constexpr unsigned kPlaceBits = 8;
  [[nodiscard]] static std::size_t place_of(std::string_view head);

  std::uint64_t policy_ = 0;         ///< PolicyView::checksum()
  const void* policy_at_ = nullptr;  ///< where it lies: entries point into it
  std::uint32_t generation_ = 0;
  alignas(8) char subject_[sizeof(Subject)] = {};
  Entry entries_[1u << kPlaceBits] = {};
};

}  // namespace metrofax::consent
