// From the source to the model: what the policy says of mail alone.
#include "policy/compiler_reading.h"

namespace metrofax::consent {
namespace {

const Vocabulary& open_class_words() {
  static const Vocabulary kWords = {
      {"scanner", 0}, {"preview", 1}, {"prefetch", 2}, {"proxy-open", 3}, {"human-probable", 4}};
  return kWords;
}

bool is_token(std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) return false;
  }
  return !text.empty() && text.size() <= 64;
}

// E16: exact tokens, never a part of one.
void read_agent(Reading& reading, const json::Node& node) {
  Fields fields(reading.findings, node, "an agent", {"name", "class", "tokens", "whole"});
  if (!fields.is_object()) return;
  AgentDecl agent;
  agent.name = fields.text("name");
  agent.open = static_cast<fb::OpenClass>(fields.word("class", open_class_words(), 0));
  const bool tokens = node.find("tokens") != nullptr;
  if (tokens == (node.find("whole") != nullptr)) {
    reading.findings.error(node.at, "an agent has either \"tokens\" or \"whole\"");
    return;
  }
  if (!tokens) {
    agent.whole = true;
    agent.text = fields.text("whole").text;
    if (agent.text.size() > 512) reading.findings.error(node.at, "\"whole\" is longer than 512 bytes");
  }
  if (tokens) {
    for (const json::Node& token : fields.list("tokens")) {
      if (token.type != json::Type::text || !is_token(token.text)) {
        expected(reading.findings, token, "a token: letters, digits, '-', '_' and '.', at most 64");
        continue;
      }
      agent.text += (agent.text.empty() ? "" : " ") + token.text;
    }
    if (agent.text.empty()) reading.findings.error(node.at, "an agent without tokens would fit everybody");
  }
  reading.model.mail.agents.push_back(std::move(agent));
}

}  // namespace

MailRegimeDecl read_mail_regime(Reading& reading, Fields& regime) {
  MailRegimeDecl mail;
  const json::Node* node = regime.get("email", Need::optional);
  if (node == nullptr) return mail;
  Fields fields(reading.findings, *node, "\"email\" of a regime", {"exempt", "combined", "mode"});
  if (!fields.is_object()) return mail;
  mail.exempt = reading.purposes(fields, "exempt", true, Need::optional);
  mail.combined = reading.purposes(fields, "combined", true, Need::optional);
  mail.mode = static_cast<fb::Mode>(
      fields.word("mode", mode_words(), static_cast<std::uint32_t>(fb::Mode::identified), Need::optional));
  return mail;
}

void read_mail(Reading& reading, Fields& root) {
  const json::Node* node = root.get("email", Need::optional);
  if (node == nullptr) return;
  Fields fields(reading.findings, *node, "\"email\"", {"marketing", "lastDay", "agents"});
  if (!fields.is_object()) return;
  MailDecl& mail = reading.model.mail;
  mail.present = true;
  mail.marketing = reading.purposes(fields, "marketing", false, Need::required);
  mail.last_day = reading.purposes(fields, "lastDay", true, Need::optional);
  for (const json::Node& agent : fields.list("agents")) read_agent(reading, agent);
}

}  // namespace metrofax::consent
