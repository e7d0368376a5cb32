// The one question this project is about.
#pragma once

#include <cstdint>

#include "cookies/accept.h"
#include "gate/memo.h"
#include "gate/request.h"
#include "gate/subject.h"
#include "gate/url.h"
#include "gate/verdict.h"
#include "policy/view.h"

namespace metrofax::consent {

/// The steps of the gate, in the order in which they decide. `policy explain` prints them.
enum class Step : std::uint8_t {
  scope,       ///< is this page ours, and does anything leave it? (scope.*)
  party,       ///< whose host, cookie or key is it, and for what? (cookies.*, gifs.site)
  rule,        ///< which row of the policy governs it
  necessary,   ///< needed for what the visitor asked for
  child,       ///< children.none, W3
  opt_out,     ///< GPC and the other signals: choice.third-party-ads, W1, W2, W9
  regime,      ///< what the law of the place forbids (W7)
  consent,     ///< what the visitor chose, and whether that is still good (W6, W8)
  revision,    ///< whether they chose it under this policy (changes.*)
  undeclared,  ///< a third party the policy does not name (W6)
  mail,        ///< account state and promotional choice (email.*, choice.promotional)
  data,        ///< profiles, logs, disclosures (profile.*, logs.*, intermediary.*)
  lifetime     ///< how long a cookie may live that may be there at all (retention.necessary)
};

[[nodiscard]] const char* step_name(Step step);

/// A page that was read once, for callers that ask many questions from it.
struct Page {
  UrlHead url;
  fb::Reason refused = fb::Reason::page_missing;  ///< none: it is ours
};

/// Reads a page's absolute URL (scope.site, scope.co-brand): ours, or why not. `url` must outlive the page.
[[nodiscard]] Page read_page(const PolicyView& policy, std::string_view url);

/// The same page as cookies see it.
[[nodiscard]] cookies::CookiePage cookie_page(const UrlHead& page);

/// What each step found, for `policy explain` and the tests. decide() itself keeps no trace.
struct Trace {
  struct Entry {
    Step step;
    std::uint8_t purpose;  ///< 0xFF before a purpose is looked at
    bool decided;
    Verdict verdict;  ///< of a step that decided
  };
  static constexpr unsigned kMaxEntries = 64;
  Entry entries[kMaxEntries];
  unsigned size = 0;
};

/// What may happen. Pure: no clock, no I/O, no memory that outlives the call; the same three values always
/// give the same sixteen bytes. Anything unknown, missing or malformed is denied with a reason that names it.
/// trace: filled in if given. memo: read and written if given, without any influence on the verdict.
[[nodiscard]] Verdict decide(const PolicyView& policy, const Subject& subject, const Request& request,
                             Trace* trace = nullptr, Memo* memo = nullptr);

/// The same for the kinds that a page asks (web.*, area); every other is kind_unknown. What a page downloads
/// carries no rules of mail, profiles and logs.
[[nodiscard]] Verdict decide_on_page(const PolicyView& policy, const Subject& subject, const Request& request,
                                     Trace* trace = nullptr, Memo* memo = nullptr);

}  // namespace metrofax::consent
