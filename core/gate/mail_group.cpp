#include "gate/mail_group.h"

#include "gate/case.h"

namespace metrofax::consent {

fb::Mode narrowed_by(const PolicyView& policy, const Subject& subject, const Request& request) {
  Request asked = request;
  asked.clamp = true;
  asked.regime = kNoIndex;
  if (asked.asked == fb::Mode::off) return fb::Mode::off;
  const Verdict verdict = decide(policy, subject, asked);
  const fb::Mode most = verdict.outcome == fb::Outcome::allow ? verdict.mode : fb::Mode::off;
  return most < request.ceiling ? most : request.ceiling;
}

Opened decide_opened(const PolicyView& policy, const Subject& subject, const Token& token,
                     fb::OpenClass open) {
  Opened opened;
  const bool click = token.kind == fb::TokenKind::click;
  Request request;
  request.kind = click ? fb::Kind::email_click : fb::Kind::email_open;
  request.asked = token.mode;
  request.purpose = token.axis;
  request.clamp = true;
  // E15: a mail that was copied or passed on may be open on anybody's screen.
  if ((token.flags & (kTokenCopied | kTokenForwarded)) != 0) request.ceiling = fb::Mode::anonymous;
  const bool beacon = click || token.kind == fb::TokenKind::open;
  const bool expired = subject.now > static_cast<std::int64_t>(token.expires);
  if (!beacon || subject.now <= 0 || expired) {
    gate::Case c{policy, subject, request, nullptr};
    c.target.vendor = 0;
    const fb::Reason reason = !beacon   ? fb::Reason::request_invalid
                              : expired ? fb::Reason::token_expired
                                        : fb::Reason::subject_invalid;
    if (policy.loaded()) c.answer(Step::mail, fb::Outcome::deny, reason);
    opened.verdict = c.verdict;
    return opened;
  }
  // E5: an anonymous token speaks of nobody, so nobody's refusal can be looked up: the choice that was there
  // when it was put into the mail holds. Everything else is asked again: the row, the regime, the clock.
  Subject nobody;
  nobody.now = subject.now;
  nobody.regime = subject.regime;
  nobody.consent.present = true;
  nobody.consent.granted = PurposeSet{1} << (token.axis & 31u);
  nobody.consent.time = subject.now;
  nobody.consent.revision = 0;
  const bool anonymous = token.mode == fb::Mode::anonymous;
  opened.verdict = decide(policy, anonymous ? nobody : subject, request);
  if (opened.verdict.outcome != fb::Outcome::allow) return opened;
  opened.keep = keep_of(opened.verdict.mode, keeps_last_day(policy, token.axis), open);
  if (opened.keep == fb::Keep::nothing && policy.loaded()) {
    gate::Case c{policy, subject, request, nullptr};
    c.purpose = opened.verdict.purpose;
    c.target.vendor = 0;
    c.answer(Step::mail, fb::Outcome::deny, fb::Reason::not_an_open);
    opened.verdict = c.verdict;
  }
  return opened;
}

}  // namespace metrofax::consent
