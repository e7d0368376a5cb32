#include "cli/email_merge.h"

#include "cli/canonical.h"
#include "cli/json_fields.h"
#include "cli/ops_decide.h"
#include "gate/mail_group.h"

namespace metrofax::consent::cli {
namespace {

using nlohmann::json;

constexpr std::uint8_t kNone = 0xFF;

/// Labels of what an id is derived for: ids of two kinds of token of one mail have nothing in common.
enum class IdOf : char { mail = 'm', unsubscribe = 'u', tracking = 't' };

fb::Topic class_named(const std::string& id) {
  std::string wanted = "class_" + id;
  for (char& c : wanted) c = c == '-' ? '_' : c;
  for (unsigned bit = 0; bit < 32; ++bit) {
    const auto topic = static_cast<fb::Topic>(std::uint32_t{1} << bit);
    if (wanted == fb::EnumNameTopic(topic)) return topic;
  }
  return static_cast<fb::Topic>(0);
}

/// The row that sends this class; null if the policy has none.
const fb::Rule* row_of(const PolicyView& policy, fb::Topic topic) {
  constexpr auto kSend = static_cast<std::uint16_t>(1u << static_cast<unsigned>(fb::Kind::email_send));
  for (const fb::Rule& row : policy.rules) {
    const bool fits = (static_cast<std::uint32_t>(row.topics()) & static_cast<std::uint32_t>(topic)) != 0;
    if ((row.kinds() & kSend) != 0 && fits) return &row;
  }
  return nullptr;
}

/// RFC 5322 §2.2: a header's body holds no control character, or what follows it is a header of its own.
/// C1 controls (in UTF-8 a C2 byte and one below A0) count among them.
std::size_t first_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\xFF');
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0)) return i;
  }
  return std::string_view::npos;
}

void need_header_text(std::string_view text, const std::string& path) {
  if (const std::size_t at = first_control(text); at != std::string_view::npos)
    throw OpError{ErrorCode::bad_value, path + ": a control character cannot stand in a mail header",
                  static_cast<std::uint32_t>(at)};
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text, false);
  out += '"';
}

}  // namespace

struct Merge::State final : Common {
  State(const PolicyView& opened, const MergeOptions& chosen, const MailKey& key)
      : policy(opened), options(chosen), signer(key) {}

  const PolicyView& policy;
  MergeOptions options;
  TokenSigner signer;
  fb::Topic topic = static_cast<fb::Topic>(0);
  bool promotional = false;
  std::uint8_t count_axis = kNone;  ///< purpose of the campaign's count, for what every mail shares
  const MailTemplate* html = nullptr;
  const MailTemplate* text = nullptr;
  std::optional<MailTemplate> subject_line;
  std::array<std::optional<std::vector<Piece>>, kReaches * kReaches> html_variants;
  std::array<std::optional<std::vector<Piece>>, kReaches * kReaches> text_variants;
  std::vector<Piece> subject_pieces;

  /// The message under way.
  struct Message {
    std::uint8_t id[kTokenIdBytes] = {};
    std::uint8_t unsubscribe_id[kTokenIdBytes] = {};
    std::uint8_t tracking_id[kTokenIdBytes] = {};
    Verdict open;
    Verdict click;
    std::uint8_t flags = 0;
    std::string unsubscribe;
    std::string tracking;
    const json* fields = nullptr;
  };

  // command_email.cpp lets no time through that a token cannot say.
  [[nodiscard]] std::uint32_t expires() const {
    return static_cast<std::uint32_t>(options.now + options.lifetime);
  }

  [[nodiscard]] std::string issue(const Token& token) const {
    std::array<char, kMaxTokenText> room{};
    const Result<std::size_t> length = signer.issue(token, room);
    if (!length.ok())
      throw OpError{length.error().code,
                    std::string("a token cannot be issued: ") + fb::EnumNameErrorCode(length.error().code) +
                        (token.target.empty() ? "" : " (link to " + std::string(token.target) + ")"),
                    length.error().offset};
    return {room.data(), length.value()};
  }

  [[nodiscard]] Token beacon(fb::TokenKind kind, fb::Mode mode, std::uint8_t axis) const {
    Token token;
    token.kind = kind;
    token.mode = mode;
    token.axis = axis;
    token.expires = expires();
    token.campaign = options.campaign;
    return token;
  }

  [[nodiscard]] std::string markup(const Token& token) const {
    return "<img src=\"" + options.base + "/b/" + issue(token) + ".gif\" alt=\"\" width=\"1\" height=\"1\">";
  }

  [[nodiscard]] std::string pixel() const override {
    return markup(beacon(fb::TokenKind::open, fb::Mode::anonymous, count_axis));
  }
  [[nodiscard]] std::string link(const std::string& target) const override {
    Token token = beacon(fb::TokenKind::click, fb::Mode::anonymous, count_axis);
    token.target = target;
    return options.base + "/c/" + issue(token);
  }

  /// An id nobody can guess or count, and the same in every run: HMAC of campaign and recipient.
  void derive(IdOf of, std::string_view recipient, std::uint8_t* id) const {
    std::string input = "id:";
    input += static_cast<char>(of);
    input += ':' + std::to_string(options.campaign) + ':';
    input += recipient;
    static_assert(kTokenIdBytes == kTokenMacBytes);
    if (!signer.sign({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, id))
      throw OpError{ErrorCode::token_forged, "the crypto library refuses to sign"};
  }

  [[nodiscard]] std::string leave(fb::TokenKind kind, const std::uint8_t* id) const {
    Token token = beacon(kind, fb::Mode::off, kNone);
    for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = id[i];
    return options.base + (kind == fb::TokenKind::unsubscribe ? "/u/" : "/t/") + issue(token);
  }

  [[nodiscard]] const std::string& field(const Message& message, const std::string& name) const {
    const auto found = message.fields == nullptr ? json::const_iterator{} : message.fields->find(name);
    if (message.fields == nullptr || found == message.fields->end() || !found->is_string())
      throw OpError{ErrorCode::missing_key, "/fields/" + name + ": expected text for the template"};
    return found->get_ref<const std::string&>();
  }

  void append_piece(std::string& out, const Piece& piece, const Message& message, bool in_html) const {
    switch (piece.slot) {
      case Slot::literal:
        out += piece.text;
        return;
      case Slot::field:
        append_escaped(out, field(message, piece.text), in_html);
        return;
      case Slot::pixel: {
        Token token = beacon(fb::TokenKind::open, message.open.mode, message.open.purpose);
        token.flags = message.flags;
        for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = message.id[i];
        append_escaped(out, markup(token), false);
        return;
      }
      case Slot::link: {
        Token token = beacon(fb::TokenKind::click, message.click.mode, message.click.purpose);
        token.flags = message.flags;
        token.target = piece.text;
        for (std::size_t i = 0; i < kTokenIdBytes; ++i) token.id[i] = message.id[i];
        out += options.base;
        out += "/c/";
        out += issue(token);
        return;
      }
      case Slot::unsubscribe:
        out += message.unsubscribe;
        return;
      case Slot::tracking:
        out += message.tracking;
        return;
    }
  }

  void append_part(std::string& out, const MailTemplate& source,
                   std::array<std::optional<std::vector<Piece>>, kReaches * kReaches>& variants,
                   const Message& message) const {
    const Reach open = reach_of(message.open.mode);
    const Reach click = reach_of(message.click.mode);
    auto& variant = variants[static_cast<unsigned>(open) * kReaches + static_cast<unsigned>(click)];
    if (!variant) variant = variant_of(source, open, click, *this);
    out += '"';
    for (const Piece& piece : *variant) append_piece(out, piece, message, source.is_html());
    out += '"';
  }

  Verdict ask(const Subject& subject, fb::Kind kind, const std::vector<Subject>& others,
              bool sent_before) const {
    Request request;
    request.kind = kind;
    request.topics = topic;
    request.asked = options.asked;
    request.ceiling = options.ceiling;
    request.clamp = options.clamp;
    request.sent_before = sent_before;
    if (kind != fb::Kind::email_send) {
      for (const Subject& other : others) request.ceiling = narrowed_by(policy, other, request);
    }
    return decide(policy, subject, request);
  }

  void append_verdict(std::string& out, const char* name, const Verdict& verdict) const {
    out += '"';
    out += name;
    out += "\":";
    append_canonical(out, verdict_json(policy, verdict));
  }
};

Merge::Merge(const PolicyView& policy, const MergeOptions& options, const MailKey& key)
    : state_(std::make_unique<State>(policy, options, key)) {}
Merge::~Merge() = default;

std::unique_ptr<Merge> Merge::make(const PolicyView& policy, const MergeOptions& options, const MailKey& key,
                                   const MailTemplate& html, const MailTemplate* text, std::string& problem) {
  std::unique_ptr<Merge> merge(new Merge(policy, options, key));
  State& state = *merge->state_;
  state.html = &html;
  state.text = text;
  state.topic = class_named(options.class_id);
  const fb::Rule* row = row_of(policy, state.topic);
  state.promotional = row != nullptr && row->needs() == fb::Needs::promotional;
  for (std::uint8_t purpose = 0; purpose < policy.purposes.count && state.count_axis == kNone; ++purpose) {
    constexpr auto kOpen = static_cast<std::uint16_t>(1u << static_cast<unsigned>(fb::Kind::email_open));
    for (const fb::Rule& rule : policy.rules) {
      const bool counts = (rule.kinds() & kOpen) != 0 && rule.mode() == fb::Mode::anonymous;
      if (counts && (rule.purposes() >> purpose & 1u) != 0) state.count_axis = purpose;
    }
  }
  const bool counts =
      html.has(Slot::pixel) || html.has(Slot::link) || (text != nullptr && text->has(Slot::link));
  const bool withdraws = html.has(Slot::tracking) && (text == nullptr || text->has(Slot::tracking));
  const bool leaves = html.has(Slot::unsubscribe) && (text == nullptr || text->has(Slot::unsubscribe));
  if (!state.signer.ready()) {
    problem = "the crypto library offers no HMAC-SHA256";
  } else if (row == nullptr) {
    problem = "the policy has no row that sends mail of class \"" + options.class_id + "\"";
  } else if (counts && !withdraws) {
    problem =
        "the template counts opens or links and has no {{trackingUrl}}, in HTML also \"consent:tracking\", "
        "to "
        "withdraw from that (E11)";
  } else if (state.promotional && !leaves) {
    problem =
        "promotional mail needs {{unsubscribeUrl}}, in HTML also \"consent:unsubscribe\" (email.promotional)";
  } else if (counts && state.count_axis == kNone && options.asked == fb::Mode::anonymous) {
    problem = "the policy has no purpose that counts without recognising anybody";
  } else {
    state.subject_line = MailTemplate::read(options.subject, false, problem);
    if (state.subject_line && first_control(options.subject) != std::string_view::npos) {
      problem = "a control character cannot stand in a mail header";
    } else if (state.subject_line) {
      state.subject_pieces = variant_of(*state.subject_line, Reach::off, Reach::off, state);
      return merge;
    }
    problem = "subject: " + problem;
  }
  return nullptr;
}

bool Merge::append(std::string& out, std::uint64_t line, const json& recipient) {
  State& state = *state_;
  const Fields fields(recipient, "", {"id", "to", "subject", "fields", "coRecipients", "sentBefore"});
  const std::string_view id = fields.text("id");
  const std::string_view to = fields.text("to");
  if (id.empty()) fail(ErrorCode::missing_key, "/id", "the recipient's id");
  if (to.empty()) fail(ErrorCode::missing_key, "/to", "an address");
  need_header_text(to, "/to");
  Subject subject = read_subject(state.policy, fields.need("subject"));
  subject.now = state.options.now;
  std::vector<Subject> others;
  if (const json* list = fields.find("coRecipients"); list != nullptr) {
    if (!list->is_array()) fail(ErrorCode::wrong_type, "/coRecipients", "an array of subjects");
    for (const json& other : *list) {
      others.push_back(read_subject(state.policy, other));
      others.back().now = state.options.now;
    }
  }
  State::Message message;
  message.fields = fields.find("fields");
  if (message.fields != nullptr && !message.fields->is_object())
    fail(ErrorCode::wrong_type, "/fields", "an object");
  message.flags = others.empty() ? 0 : kTokenCopied;
  const Verdict send = state.ask(subject, fb::Kind::email_send, others, fields.flag("sentBefore"));
  const std::size_t begin = out.size();
  try {
    out += "{\"line\":" + std::to_string(line) + ",\"id\":";
    append_text(out, id);
    out += ",\"to\":";
    append_text(out, to);
    const bool sent = send.outcome == fb::Outcome::allow;
    if (sent) {
      message.open = state.ask(subject, fb::Kind::email_open, others, false);
      message.click = state.ask(subject, fb::Kind::email_click, others, false);
      state.derive(IdOf::mail, id, message.id);
      state.derive(IdOf::unsubscribe, id, message.unsubscribe_id);
      state.derive(IdOf::tracking, id, message.tracking_id);
      message.unsubscribe = state.leave(fb::TokenKind::unsubscribe, message.unsubscribe_id);
      message.tracking = state.leave(fb::TokenKind::tracking, message.tracking_id);
      out += ",\"headers\":{";
      if (state.promotional) {
        // RFC 8058 §3.1: both, or neither counts as one-click.
        out += "\"List-Unsubscribe\":\"<" + message.unsubscribe +
               ">\",\"List-Unsubscribe-Post\":\"List-Unsubscribe=One-Click\"";
      }
      out += "},\"subject\":\"";
      for (const Piece& piece : state.subject_pieces) {
        if (piece.slot == Slot::field)
          need_header_text(state.field(message, piece.text), "/fields/" + piece.text);
        state.append_piece(out, piece, message, false);
      }
      out += "\",\"html\":";
      state.append_part(out, *state.html, state.html_variants, message);
      if (state.text != nullptr) {
        out += ",\"text\":";
        state.append_part(out, *state.text, state.text_variants, message);
      }
      // E4: whoever sends this is told in so many words that it must not add a pixel or links of its own.
      out += ",\"serviceTracking\":{\"opens\":false,\"clicks\":false}";
      constexpr char kDigits[] = "0123456789abcdef";
      const auto hex = [&](const char* name, const std::uint8_t* bytes) {
        out += name;
        for (std::size_t i = 0; i < kTokenIdBytes; ++i) {
          out += kDigits[bytes[i] >> 4];
          out += kDigits[bytes[i] & 15];
        }
        out += '"';
      };
      hex(",\"ids\":{\"mail\":\"", message.id);
      hex(",\"unsubscribe\":\"", message.unsubscribe_id);
      hex(",\"tracking\":\"", message.tracking_id);
      out += "},\"verdicts\":{";
      state.append_verdict(out, "open", message.open);
      out += ',';
      state.append_verdict(out, "click", message.click);
      out += ',';
    } else {
      out += ",\"withheld\":true,\"verdicts\":{";
    }
    state.append_verdict(out, "send", send);
    out += "}}";
    return sent;
  } catch (...) {
    out.resize(begin);
    throw;
  }
}

}  // namespace metrofax::consent::cli
