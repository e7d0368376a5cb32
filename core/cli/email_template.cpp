#include "cli/email_template.h"

#include <algorithm>

#include "policy/json_text.h"

namespace metrofax::consent::cli {
namespace {

constexpr std::string_view kCommentPixel = "<!-- consent:pixel -->";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
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
  for (;;) {
    const std::size_t braces = source.find("{{", from);
    const std::size_t comment = html ? source.find(kCommentPixel, from) : std::string_view::npos;
    if (braces == std::string_view::npos && comment == std::string_view::npos) break;
    if (comment < braces) {
      add_literal(comment);
      made.pieces_.push_back({Slot::pixel, {}});
      from = comment + kCommentPixel.size();
      continue;
    }
    add_literal(braces);
    const std::size_t end = source.find("}}", braces);
    Piece piece;
    if (end == std::string_view::npos || !read_slot(source.substr(braces + 2, end - braces - 2), piece)) {
      problem =
          place_of(source, braces) +
          ": expected {{field}}, {{consentPixel}}, {{consentLink \"https://…\"}}, {{unsubscribeUrl}} or "
          "{{trackingUrl}}";
      return std::nullopt;
    }
    if (piece.slot == Slot::pixel && !html) {
      problem = place_of(source, braces) + ": plain text has no pictures";
      return std::nullopt;
    }
    made.pieces_.push_back(std::move(piece));
    from = end + 2;
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
    const Reach reach = piece.slot == Slot::pixel ? open : piece.slot == Slot::link ? click : Reach::person;
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
