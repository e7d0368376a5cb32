// What somebody wants to do.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/view.h"

namespace metrofax::consent {

struct Page;

/// One question to the gate. Which members count depends on `kind`; the rest is ignored. Text is borrowed for
/// the call.
struct Request {
  fb::Kind kind = fb::Kind::none;

  /// web.*: absolute URL of the page that asks. Missing = denied: without it nobody knows whose promise this
  /// is.
  std::string_view page;
  /// The same page, already read by read_page() under the same policy; null: `page` is read.
  const Page* read = nullptr;

  /// web.request, web.handoff: the URL, absolute or relative to `page`; up to its first '?' or '#' is enough.
  std::string_view url;
  fb::Initiator initiator = fb::Initiator::other;

  /// web.storage: where; then for cookies the text that sets one, for everything else the key or name.
  /// area: the id of a limited area.
  fb::StorageApi api = fb::StorageApi::none;
  std::string_view key;
  std::string_view writer;  ///< URL of the script that writes, empty if unknown

  /// email.send, email.open, email.click: the class of the mail; log.line: the fields; profile.link: the
  /// source; disclosure: to whom (a mask of topics).
  fb::Topic topics = static_cast<fb::Topic>(0);
  /// disclosure: what for. email.open, email.click: on which axis (E1; none: individual, or the campaign's
  /// count where no more than `anonymous` is asked). web.request: a purpose that the page itself names
  /// (data-purpose), needed beside what the URL is for, so that it can only narrow. A number; 0xFF none.
  std::uint8_t purpose = 0xFF;
  std::uint16_t party = kNoIndex;           ///< disclosure: vendor index of the recipient
  fb::Mode asked = fb::Mode::off;           ///< email.open, email.click: the campaign's mode
  fb::Mode ceiling = fb::Mode::identified;  ///< email.open, email.click: what others allow (mail_group.h)
  std::uint16_t regime = kNoIndex;          ///< email.open, email.click: the campaign's; widens nobody's own
  bool identified = false;                  ///< profile.link: tied to a person
  bool clamp = false;        ///< email.open, email.click: less will do; else asking for more is refused
  bool sent_before = false;  ///< email.send: this recipient had this mail (referral.one-time)
  bool hidden = false;       ///< email.load: nobody would see it (1x1, display:none): a clear GIF
};

}  // namespace metrofax::consent
