#include "cli/email_template.h"

#include <algorithm>

#include "beacons/token.h"
#include "policy/json_text.h"

namespace metrofax::consent::cli {
namespace {

// The slots of HTML that any tool made: js-glue/src/email/helpers.ts has the same.
constexpr std::string_view kCommentPixel = "<!-- consent:pixel -->";
constexpr std::string_view kAddress = "consent:";
constexpr std::string_view kAddressLink = "consent:link:";
constexpr std::string_view kExpected =
    ": expected {{field}}, {{consentPixel}}, {{consentLink \"https://…\"}}, {{unsubscribeUrl}} or "
    "{{trackingUrl}}; in HTML also <!-- consent:pixel --> and the quoted attributes "
    "\"consent:link:https://…\", \"consent:unsubscribe\" and \"consent:tracking\"";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Only these are counted; mailto:, tel: and the like stand as they are.
bool is_web(std::string_view target) {
  return starts_with(target, "https://") || starts_with(target, "http://");
}

// The target as a token may carry it: what a URL parser (URL Standard §1.3) percent-encodes is encoded, so
// that
// `"`, a space or an é in a link is no reason to lose the mail. Null, or what is wrong with it.
const char* encode_target(std::string& target) {
  if (!is_web(target)) return nullptr;
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  const std::size_t host = target.find("//") + 2;
  const std::size_t path = std::min(target.find_first_of("/?#\\", host), target.size());
  const std::size_t query = std::min(target.find_first_of("?#", host), target.size());
  if (path == host) return "it has no host";
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto byte = static_cast<unsigned char>(target[i]);
    const bool plain = byte > ' ' && byte < 0x7F && byte != '"' && byte != '<' && byte != '>' && byte != '\\';
    if (plain) {
      encoded += target[i];
    } else if (i < path) {
      return "its host is not in ASCII (xn--…)";
    } else if (byte == '\n' || byte == '\r' || byte == '\t') {
      continue;
    } else if (byte == '\\' && i < query) {
      encoded += '/';
    } else {
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  if (encoded.size() > kMaxTokenTarget) return "it is longer than a token can carry";
  target = std::move(encoded);
  return nullptr;
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

// What stands between the braces; false if it is nothing that a template knows.
bool read_slot(std::string_view inside, Piece& piece) {
  constexpr std::string_view kLink = "consentLink";
  inside = trimmed(inside);
  if (inside == "consentPixel") {
    piece.slot = Slot::pixel;
  } else if (inside == "unsubscribeUrl") {
    piece.slot = Slot::unsubscribe;
  } else if (inside == "trackingUrl") {
    piece.slot = Slot::tracking;
  } else if (inside.substr(0, kLink.size()) == kLink && inside != kLink) {
    const std::string_view quoted = trimmed(inside.substr(kLink.size()));
    const bool closed = quoted.size() > 2 && quoted.front() == '"' && quoted.back() == '"';
    if (!closed || quoted.substr(1, quoted.size() - 2).find('"') != std::string_view::npos) return false;
    piece.slot = Slot::link;
    piece.text = quoted.substr(1, quoted.size() - 2);
  } else {
    if (!is_name(inside)) return false;
    piece.slot = Slot::field;
    piece.text = inside;
  }
  return true;
}

// The next quoted attribute value that begins with "consent:", from its first byte; npos if there is none.
std::size_t find_address(std::string_view source, std::size_t from) {
  for (std::size_t at = source.find(kAddress, from); at != std::string_view::npos;
       at = source.find(kAddress, at + 1)) {
    const char before = at == 0 ? ' ' : source[at - 1];
    const char next = at + kAddress.size() < source.size() ? source[at + kAddress.size()] : ' ';
    if ((before == '"' || before == '\'') && next >= 'a' && next <= 'z') return at;
  }
  return std::string_view::npos;
}

// The slot that begins at `at` behind its quote, and where its closing quote stands; npos if it is none.
std::size_t read_address(std::string_view source, std::size_t at, Piece& piece) {
  const std::size_t end = source.find(source[at - 1], at);
  if (end == std::string_view::npos) return end;
  const std::string_view value = source.substr(at, end - at);
  if (value == "consent:unsubscribe") {
    piece.slot = Slot::unsubscribe;
  } else if (value == "consent:tracking") {
    piece.slot = Slot::tracking;
  } else if (value.size() > kAddressLink.size() && starts_with(value, kAddressLink)) {
    piece.slot = Slot::link;
    std::string_view target = value.substr(kAddressLink.size());
    constexpr std::string_view kAmpersand = "&amp;";
    for (std::size_t found = target.find(kAmpersand); found != std::string_view::npos;
         found = target.find(kAmpersand)) {
      piece.text.append(target.substr(0, found + 1));
      target.remove_prefix(found + kAmpersand.size());
    }
    piece.text.append(target);
  } else {
    return std::string_view::npos;
  }
  return end;
}

std::string place_of(std::string_view source, std::size_t at) {
  const json::LineIndex lines(source);
  const auto place = lines.at(at);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

Reach reach_of(fb::Mode mode) {
  if (mode == fb::Mode::off) return Reach::off;
  return mode == fb::Mode::anonymous ? Reach::campaign : Reach::person;
}

std::optional<MailTemplate> MailTemplate::read(std::string_view source, bool html, std::string& problem) {
  if (const std::size_t bad = json::first_bad_utf8(source); bad != std::string_view::npos) {
    problem = place_of(source, bad) + ": expected UTF-8";
    return std::nullopt;
  }
  MailTemplate made;
  made.html_ = html;
  std::size_t from = 0;
  const auto add_literal = [&](std::size_t end) {
    if (end > from) made.pieces_.push_back({Slot::literal, std::string(source.substr(from, end - from))});
  };
  // Where a slot of each kind comes next; each is looked for again only once it is behind.
  std::size_t braces = 0;
  std::size_t comment = 0;
  std::size_t address = 0;
  constexpr std::size_t none = std::string_view::npos;
  for (bool first = true;; first = false) {
    if (first || braces < from) braces = source.find("{{", from);
    if (first || comment < from) comment = html ? source.find(kCommentPixel, from) : none;
    if (first || address < from) address = html ? find_address(source, from) : none;
    const std::size_t next = std::min({braces, comment, address});
    if (next == none) break;
    add_literal(next);
    Piece piece;
    std::size_t end = none;
    if (next == comment) {
      piece.slot = Slot::pixel;
      end = comment + kCommentPixel.size();
    } else if (next == address) {
      end = read_address(source, address, piece);
    } else if (const std::size_t close = source.find("}}", braces);
               close != none && read_slot(source.substr(braces + 2, close - braces - 2), piece)) {
      end = close + 2;
    }
    if (end == none) {
      problem = place_of(source, next).append(kExpected);
      return std::nullopt;
    }
    if (piece.slot == Slot::pixel && !html) {
      problem = place_of(source, next) + ": plain text has no pictures";
      return std::nullopt;
    }
    if (const char* fault = piece.slot == Slot::link ? encode_target(piece.text) : nullptr;
        fault != nullptr) {
      problem = place_of(source, next) + ": the link to " + piece.text + ": " + fault;
      return std::nullopt;
    }
    made.pieces_.push_back(std::move(piece));
    from = end;
  }
  add_literal(source.size());
  return made;
}

bool MailTemplate::has(Slot slot) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.slot == slot; });
}

std::vector<Piece> variant_of(const MailTemplate& source, Reach open, Reach click, const Common& common) {
  std::vector<Piece> pieces;
  const auto add = [&](std::string_view text, bool html) {
    if (pieces.empty() || pieces.back().slot != Slot::literal) pieces.push_back({});
    append_escaped(pieces.back().text, text, html);
  };
  for (const Piece& piece : source.pieces()) {
    const Reach counted = is_web(piece.text) ? click : Reach::off;
    const Reach reach = piece.slot == Slot::pixel ? open : piece.slot == Slot::link ? counted : Reach::person;
    if (piece.slot == Slot::literal) {
      add(piece.text, false);
    } else if (piece.slot == Slot::pixel && reach != Reach::person) {
      if (reach == Reach::campaign) add(common.pixel(), false);
    } else if (piece.slot == Slot::link && reach != Reach::person) {
      add(reach == Reach::off ? piece.text : common.link(piece.text), source.is_html());
    } else {
      pieces.push_back(piece);
    }
  }
  return pieces;
}

void append_escaped(std::string& out, std::string_view text, bool html) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view entity = html ? html_entity(c) : std::string_view{};
    const bool escape = c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    if (entity.empty() && !escape) continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (!entity.empty()) {
      out += entity;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  out.append(text, plain, text.size() - plain);
}

}  // namespace metrofax::consent::cli
