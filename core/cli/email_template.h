// The template of a mail: read once, then a few variants of it, in which everything that is the same for all
// recipients is one piece of text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/view.h"

namespace metrofax::consent::cli {

/// What stands in a slot. `literal` is text, the same for everybody; `field` is the recipient's.
enum class Slot : std::uint8_t { literal, field, pixel, link, unsubscribe, tracking };

/// text: of a literal the text itself, of a field its name, of a link its address, percent-encoded as a URL
/// parser does it.
struct Piece {
  Slot slot = Slot::literal;
  std::string text;
};

/// How far a slot speaks of one person: not at all, of the campaign, of the recipient. Ordered.
enum class Reach : std::uint8_t { off, campaign, person };
inline constexpr unsigned kReaches = 3;

[[nodiscard]] Reach reach_of(fb::Mode mode);

/// A template as written: `{{field}}`, `{{consentPixel}}`, `{{consentLink "https://…"}}`,
/// `{{unsubscribeUrl}}`,
/// `{{trackingUrl}}`; in HTML also `<!-- consent:pixel -->` and, as quoted values of attributes,
/// `consent:link:https://…` (with `&amp;` for `&`), `consent:unsubscribe` and `consent:tracking`. Everything
/// else is text, byte for byte. Links to anything but http and https are never counted.
class MailTemplate {
 public:
  /// html: fields and addresses are escaped for HTML, and a pixel may stand in it. Nothing, with
  /// "line:column: what was expected" in `problem`, if the source is no template.
  [[nodiscard]] static std::optional<MailTemplate> read(std::string_view source, bool html,
                                                        std::string& problem);

  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] bool has(Slot slot) const;
  [[nodiscard]] bool is_html() const { return html_; }

 private:
  std::vector<Piece> pieces_;
  bool html_ = false;
};

/// What the slots of a variant that are the same for everybody say.
class Common {
 public:
  virtual ~Common() = default;
  /// The markup of the campaign's pixel; the address that counts a link for the campaign.
  [[nodiscard]] virtual std::string pixel() const = 0;
  [[nodiscard]] virtual std::string link(const std::string& target) const = 0;
};

/// The pieces of one variant, JSON-escaped: literals are ready to be copied into a message's line.
[[nodiscard]] std::vector<Piece> variant_of(const MailTemplate& source, Reach open, Reach click,
                                            const Common& common);

/// Appends text as the inside of a JSON string; escaped for HTML before that if asked.
void append_escaped(std::string& out, std::string_view text, bool html);

}  // namespace metrofax::consent::cli
