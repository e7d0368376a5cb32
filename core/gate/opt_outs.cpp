#include "gate/opt_outs.h"

#include <iterator>

#include "consent/record.h"
#include "signals/light.h"

namespace metrofax::consent {

void read_opt_outs(const PolicyView& policy, std::string_view cookies, Subject& subject) {
  Signals& signals = subject.signals;
  std::string_view text;
  Found found = find_cookie(cookies, kUspCookie, text);
  Light usp = Light::unset;
  if (found == Found::conflict) usp = Light::unreadable;
  if (found == Found::one && !text.empty()) usp = usp_opts_out(text);
  if (usp == Light::on) signals.usp_opt_out = fb::Tri::on;
  signals.unreadable |= usp == Light::unreadable;

  found = find_cookie(cookies, kOptOutCookie, text);
  signals.unreadable |= found == Found::conflict;
  if (found != Found::one) return;
  while (!text.empty()) {
    const std::size_t end = text.find('.');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end < text.size() ? end + 1 : text.size());
    if (word == "nai" || word == "daa") {
      (word[0] == 'n' ? signals.nai_opt_out : signals.daa_opt_out) = fb::Tri::on;
      continue;
    }
    const std::uint16_t vendor = PolicyView::index_of(policy.vendor_ids, word);
    // Its own place, the first free one, or none.
    std::uint16_t* place = subject.opted_out;
    while (place != std::end(subject.opted_out) && *place != 0 && *place != vendor + 1u) ++place;
    if (vendor == kNoIndex || place == std::end(subject.opted_out)) {
      signals.unreadable = true;
    } else {
      *place = static_cast<std::uint16_t>(vendor + 1u);
    }
  }
}

}  // namespace metrofax::consent
