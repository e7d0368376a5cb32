// Whose is this URL: scheme, host and path, as a browser would resolve them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "policy_generated.h"

namespace metrofax::consent {

/// What a scheme means for a request. `local` never leaves the machine; `peer` is WebRTC's stun: and turn:;
/// `handoff` starts another program (mailto:, tel:, sms:).
enum class Scheme : std::uint8_t { none, http, https, local, peer, handoff, other };

/// Declared paths are at most 128 bytes: what lies behind this decides nothing.
inline constexpr std::size_t kMaxPathBytes = 512;

/// The longest head (up to '?' or '#') of a URL that leaves the machine. One limit, here, for every caller:
/// nobody may cut a URL before asking, for a cut URL can name another host. The longest seen in the wild is a
/// quarter of it.
inline constexpr std::size_t kMaxUrlHead = 4000;

/// The parts of a URL that decide. Host and path lie in the text where that already is what a browser would
/// make of it, and in buffers of its own where not: copy the struct, not the views, and keep the texts of URL
/// and base as long as it.
///
/// This is not a URL parser. It accepts the URLs that every parser reads alike (WHATWG URL §4.4 without
/// validation errors that change the host) and calls the rest unreadable, which the gate denies; a caller
/// that has the platform's parser at hand normalises and asks again. So a disagreement with the browser can
/// deny, and never allow.
class UrlHead {
 public:
  /// url: absolute, protocol-relative or relative; up to the first '?' or '#' is enough. base: the page, or
  /// null for an absolute URL. What is wrong with it: none, url_invalid or url_too_long.
  [[nodiscard]] fb::Reason read(std::string_view url, const UrlHead* base);

  [[nodiscard]] Scheme scheme() const { return scheme_; }
  /// Lower case, without port, userinfo and trailing dot; an IPv6 address keeps its brackets.
  [[nodiscard]] std::string_view host() const {
    return {host_at_ != nullptr ? host_at_ : host_, host_length_};
  }
  [[nodiscard]] bool host_is_address() const { return host_is_address_; }
  /// Resolves the path, which few questions need: dot segments removed, never empty, cut at kMaxPathBytes.
  /// False where a
  /// ".." reaches back behind the cut. Reads the text and the base that read() was given.
  [[nodiscard]] bool resolve_path();
  /// The resolved path.
  [[nodiscard]] std::string_view path() const {
    return {path_at_ != nullptr ? path_at_ : path_, path_length_};
  }
  /// Potentially trustworthy (Secure Contexts §3.1): https, or the machine itself.
  [[nodiscard]] bool is_secure() const;

 private:
  [[nodiscard]] bool read_plain(std::string_view url);
  [[nodiscard]] bool read_network(std::string_view url, bool absolute, const UrlHead* base);
  [[nodiscard]] bool read_authority(std::string_view authority);
  [[nodiscard]] bool read_host(std::string_view host);
  [[nodiscard]] bool append_path(std::string_view path);
  void copy_path_of(const UrlHead& base, bool directory_only);

  std::string_view raw_path_;
  const char* host_at_ = nullptr;  ///< in the text; null: in host_
  const char* path_at_ = nullptr;  ///< in the text; null: in path_
  const UrlHead* base_ = nullptr;  ///< of a URL relative to its path
  char host_[256];
  char path_[kMaxPathBytes];
  std::uint16_t host_length_ = 0;
  std::uint16_t path_length_ = 0;
  Scheme scheme_ = Scheme::none;
  bool host_is_address_ = false;
};

}  // namespace metrofax::consent
