#include "gate/sources.h"

namespace metrofax::consent {
namespace {

// Text that stops being written, and says so, where there is no room.
struct Line {
  std::span<char> out;
  std::size_t size = 0;
  bool whole = true;

  void put(char c) {
    whole = whole && size < out.size();
    if (whole) out[size++] = c;
  }
  void put(std::string_view text) {
    for (const char c : text) put(c);
  }
  // A path in a source expression: what would end the expression, the directive or the header is escaped.
  void put_path(std::string_view path) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    for (const char c : path) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > ' ' && byte < 0x7F && c != ';' && c != ',' && c != '\'' && c != '"') {
        put(c);
        continue;
      }
      put('%');
      put(kHex[byte >> 4]);
      put(kHex[byte & 15]);
    }
  }
  [[nodiscard]] std::string_view from(std::size_t start) const { return {out.data() + start, size - start}; }
};

// The subject with these grants and denials, chosen now.
Subject granting(Subject subject, PurposeSet granted, PurposeSet denied, PurposeSet specific) {
  subject.consent.granted = granted;
  subject.consent.denied = denied;
  subject.consent.specific = specific;
  subject.consent.present = true;
  subject.consent.time = subject.now;
  subject.consent.revision = 0;
  return subject;
}

// Whoever has not been asked, or whose grant has aged, may grant in this page. What was refused is refused,
// and a signal that only a specific consent beats stands: W2.
Subject after_a_grant(const Subject& subject) {
  const PurposeSet denied = subject.consent.present ? subject.consent.denied : 0;
  return granting(subject, ~denied, denied, 0);
}

// Whoever looks at each purpose and vendor may grant what was refused, and in spite of a signal: W2.
Subject after_a_choice(const Subject& subject) {
  Subject granted = granting(subject, ~PurposeSet{0}, 0, ~PurposeSet{0});
  granted.consent.refused = {};
  return granted;
}

}  // namespace

Admission admit(const PolicyView& policy, const Subject& subject, const Page& page, std::string_view url) {
  Request request;
  request.kind = fb::Kind::web_request;
  request.read = &page;
  request.url = url;
  const auto allowed = [&](const Subject& who) {
    return decide_on_page(policy, who, request).outcome == fb::Outcome::allow;
  };
  if (allowed(subject)) return Admission::open;
  if (!policy.loaded()) return Admission::shut;
  if (policy.root().header()->enforcement() == fb::Enforcement::live && allowed(after_a_grant(subject)))
    return Admission::held;
  return allowed(after_a_choice(subject)) ? Admission::later : Admission::shut;
}

Result<std::size_t> write_sources(const PolicyView& policy, const Subject& subject, const Page& page,
                                  std::span<char> out) {
  if (!policy.loaded()) return Error{ErrorCode::policy_not_loaded, 0};
  Line line{out};
  bool later = false;
  char url_text[kMaxHostLength + kMaxPathBytes + 16];
  for (const fb::Host& host : policy.hosts()) {
    // The whole host, or else those of its paths that are admitted.
    for (unsigned n = 0;; ++n) {
      const std::string_view path = n == 0 ? std::string_view{} : policy.host_path(host, n - 1);
      if (n > 0 && path.empty()) break;
      Line url{url_text};
      url.put("https://");
      url.put(policy.host_name(host));
      url.put(path.empty() ? std::string_view{"/"} : path);
      if (!url.whole) continue;
      const Admission admission = admit(policy, subject, page, url.from(0));
      later = later || admission == Admission::later;
      if (admission != Admission::open && admission != Admission::held) continue;
      for (const bool socket : {false, true}) {
        if (socket && !PolicyView::has_sockets(host)) continue;
        for (const bool below : {false, true}) {
          if (below && !PolicyView::has_subdomains(host)) continue;
          line.put(admission == Admission::open ? '+' : '?');
          if (socket) line.put("wss://");
          if (below) line.put("*.");
          line.put(policy.host_name(host));
          line.put_path(path);
          line.put('\n');
        }
      }
      if (n == 0) break;
    }
  }
  if (later) line.put("-\n");
  if (!line.whole) return Error{ErrorCode::too_long, static_cast<std::uint32_t>(line.size)};
  return line.size;
}

}  // namespace metrofax::consent
