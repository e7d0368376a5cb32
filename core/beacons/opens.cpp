#include "beacons/opens.h"

namespace metrofax::consent {
namespace {

constexpr std::uint8_t kWhole = 1;
constexpr std::size_t kMaxAgentBytes = 1024;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool is_token_char(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// E16: a token is a whole one. "java" is no part of "JavaScript", and "bot" none of "Cubot".
bool has_token(std::string_view agent, std::string_view token) {
  std::size_t at = 0;
  while (at < agent.size()) {
    while (at < agent.size() && !is_token_char(agent[at])) ++at;
    const std::size_t begin = at;
    while (at < agent.size() && is_token_char(agent[at])) ++at;
    if (same(agent.substr(begin, at - begin), token)) return true;
  }
  return false;
}

bool has_all_tokens(std::string_view agent, std::string_view tokens) {
  while (!tokens.empty()) {
    const std::size_t end = tokens.find(' ');
    if (!has_token(agent, tokens.substr(0, end))) return false;
    tokens = end == std::string_view::npos ? std::string_view{} : tokens.substr(end + 1);
  }
  return true;
}

}  // namespace

fb::OpenClass classify_fetch(const PolicyView& policy, const Fetch& fetch) {
  if (fetch.head) return fb::OpenClass::scanner;
  if (fetch.prefetch) return fb::OpenClass::prefetch;
  const fb::Mail* mail = policy.mail();
  if (mail == nullptr || fetch.agent.size() > kMaxAgentBytes) return fb::OpenClass::scanner;
  const std::string_view pool(mail->text()->c_str(), mail->text()->size());
  for (const fb::Agent* row : *mail->agents()) {
    if (row->text_at() > pool.size() || row->text_len() > pool.size() - row->text_at()) continue;
    const std::string_view text = pool.substr(row->text_at(), row->text_len());
    const bool fits = (row->flags() & kWhole) != 0 ? fetch.agent == text : has_all_tokens(fetch.agent, text);
    if (fits) return row->open() <= fb::OpenClass::MAX ? row->open() : fb::OpenClass::scanner;
  }
  return fb::OpenClass::scanner;
}

bool keeps_last_day(const PolicyView& policy, std::uint8_t purpose) {
  const fb::Mail* mail = policy.mail();
  return mail != nullptr && purpose < 32 && (mail->last_day() >> purpose & 1u) != 0;
}

fb::Keep keep_of(fb::Mode mode, bool last_day, fb::OpenClass open) {
  if (!is_open(open) || mode == fb::Mode::off) return fb::Keep::nothing;
  if (mode == fb::Mode::anonymous) return fb::Keep::count;
  if (last_day) return fb::Keep::last_day;
  const bool client = mode == fb::Mode::identified && open == fb::OpenClass::human_probable;
  return client ? fb::Keep::client : fb::Keep::event;
}

}  // namespace metrofax::consent
