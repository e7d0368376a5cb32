// Rules are read from above, the first that fits decides. A row narrower than a later one is an exception and
// right; a row that earlier rows cover is dead; two rows that cut across each other leave it to their order
// what holds.
#include <array>
#include <string>
#include <vector>

#include "policy/lint.h"

namespace metrofax::consent {
namespace {

/// What rules select by. A row is a box: one set of values in each dimension.
enum Dimension : std::size_t { kPurpose, kParty, kStorage, kBeacon, kTopic, kDimensions };
using Box = std::array<std::uint32_t, kDimensions>;

constexpr std::uint16_t bit(fb::Kind kind) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(kind));
}

bool is_beacon_of_mail(fb::Kind kind) {
  return kind == fb::Kind::email_open || kind == fb::Kind::email_click;
}

/// Whether the request itself says which purpose it is for. Sending mail, profiles, log lines and hand-offs
/// do not: their row is found by topic, and the row's purposes are then judged.
bool asks_with_purpose(fb::Kind kind) {
  return kind == fb::Kind::web_request || kind == fb::Kind::web_storage || kind == fb::Kind::disclosure ||
         kind == fb::Kind::email_load || is_beacon_of_mail(kind);
}

/// Whether somebody else than ourselves can be asked about.
bool asks_with_party(fb::Kind kind) {
  return (asks_with_purpose(kind) && !is_beacon_of_mail(kind)) || kind == fb::Kind::web_handoff;
}

bool asks_with_topic(fb::Kind kind) {
  return is_beacon_of_mail(kind) || kind == fb::Kind::email_send || kind == fb::Kind::profile_link ||
         kind == fb::Kind::log_line || kind == fb::Kind::disclosure;
}

/// The requests of one kind that a row fits. Dimensions that the kind does not have are full: they select
/// nothing.
Box box_of(const RuleDecl& rule, fb::Kind kind, PurposeMask purposes) {
  Box box{1, 1, 1, 1, 1};
  const auto set = [](std::uint32_t mask, std::uint32_t all) { return mask == 0 ? all : mask; };
  if (asks_with_purpose(kind)) box[kPurpose] = set(rule.purposes & purposes, purposes);
  if (asks_with_party(kind)) box[kParty] = set(rule.party, 7);
  if (kind == fb::Kind::web_storage) box[kStorage] = set(rule.storage, 7);
  if (kind == fb::Kind::web_request) box[kBeacon] = set(rule.beacon, 3);
  if (asks_with_topic(kind)) box[kTopic] = set(rule.topics, ~0u);
  return box;
}

bool meets(const Box& a, const Box& b) {
  for (std::size_t i = 0; i < kDimensions; ++i) {
    if ((a[i] & b[i]) == 0) return false;
  }
  return true;
}

bool inside(const Box& a, const Box& b) {
  for (std::size_t i = 0; i < kDimensions; ++i) {
    if ((a[i] & ~b[i]) != 0) return false;
  }
  return true;
}

/// `from` without `hole`, as boxes that do not meet.
void subtract(const Box& from, const Box& hole, std::vector<Box>& out) {
  if (!meets(from, hole)) {
    out.push_back(from);
    return;
  }
  Box rest = from;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    if (const std::uint32_t outside = rest[i] & ~hole[i]; outside != 0) {
      Box piece = rest;
      piece[i] = outside;
      out.push_back(piece);
    }
    rest[i] &= hole[i];
  }
}

bool differ(const RuleDecl& a, const RuleDecl& b) {
  return a.needs != b.needs || a.mode != b.mode || a.clause != b.clause;
}

std::string kind_text(fb::Kind kind) {
  std::string text = fb::EnumNameKind(kind);
  if (const auto at = text.find('_'); at != std::string::npos) text[at] = '.';
  return text;
}

class RuleLint {
 public:
  RuleLint(const PolicyModel& model, Findings& findings) : model_(model), findings_(findings) {
    for (const PurposeDecl& purpose : model.purposes) purposes_ |= PurposeMask{1} << purpose.number;
  }

  void run() {
    for (std::size_t i = 0; i < model_.rules.size(); ++i) {
      const RuleDecl& rule = model_.rules[i];
      std::string dead;
      std::string purposeless;
      bool alive = false;
      for (const fb::Kind kind : fb::EnumValuesKind()) {
        if (kind == fb::Kind::none || (rule.kinds & bit(kind)) == 0) continue;
        if (reachable(i, kind)) {
          alive = true;
          report_overlaps(i, kind);
        } else {
          dead += (dead.empty() ? "" : ", ") + kind_text(kind);
        }
        if (!asks_with_purpose(kind) && rule.purposes == 0) purposeless = kind_text(kind);
      }
      if (!dead.empty()) {
        findings_.warning(rule.at, "no request reaches the rule \"" + rule.id.text + "\"" +
                                       (alive ? " for " + dead : "") + ": earlier rules take them all");
      }
      if (!purposeless.empty() && rule.needs != fb::Needs::never) {
        findings_.warning(rule.at, "the rule \"" + rule.id.text + "\" is for " + purposeless +
                                       ", which is judged by the purposes of its row, and names none");
      }
    }
  }

 private:
  [[nodiscard]] bool reachable(std::size_t index, fb::Kind kind) const {
    std::vector<Box> left = {box_of(model_.rules[index], kind, purposes_)};
    for (std::size_t i = 0; i < index && !left.empty(); ++i) {
      if ((model_.rules[i].kinds & bit(kind)) == 0) continue;
      std::vector<Box> next;
      for (const Box& box : left) subtract(box, box_of(model_.rules[i], kind, purposes_), next);
      left = std::move(next);
    }
    return !left.empty();
  }

  void report_overlaps(std::size_t index, fb::Kind kind) {
    const RuleDecl& rule = model_.rules[index];
    const Box box = box_of(rule, kind, purposes_);
    for (std::size_t i = 0; i < index; ++i) {
      const RuleDecl& earlier = model_.rules[i];
      if ((earlier.kinds & bit(kind)) == 0 || !differ(rule, earlier)) continue;
      const Box other = box_of(earlier, kind, purposes_);
      if (!meets(box, other) || inside(other, box)) continue;
      findings_.warning(rule.at, "the rules \"" + earlier.id.text + "\" and \"" + rule.id.text +
                                     "\" overlap for " + kind_text(kind) +
                                     " and differ: only their order decides");
    }
  }

  const PolicyModel& model_;
  Findings& findings_;
  PurposeMask purposes_ = 0;
};

}  // namespace

void lint_rules(const PolicyModel& model, Findings& findings) { RuleLint(model, findings).run(); }

}  // namespace metrofax::consent
