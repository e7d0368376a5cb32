// Comparing what a policy demands: regimes, rules, and the words around them.
#include <algorithm>

#include "policy/compiler_diff_parts.h"
#include "policy/compiler_names.h"

namespace metrofax::consent {
namespace {

std::string clause_of(const PolicyModel& model, ClauseIndex clause) {
  return clause < model.clauses.size() ? model.clauses[clause].id.text : "";
}

/// Purposes that an objection covers: fewer is material, because less is heard.
void objections(Comparison& c, const std::string& what, PurposeMask before, PurposeMask after) {
  const auto old_ids = c.before.purpose_ids(before);
  const auto new_ids = c.after.purpose_ids(after);
  const auto in = [](const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  for (const std::string& id : old_ids) {
    if (!in(new_ids, id)) c.add(Weight::material, what + " no longer denies " + in_quotes(id), {id});
  }
  for (const std::string& id : new_ids) {
    if (!in(old_ids, id)) c.add(Weight::narrows, what + " now denies " + in_quotes(id), {});
  }
}

std::vector<std::string> place_codes(const RegimeDecl& regime) {
  std::vector<std::string> codes;
  for (const PlaceDecl& place : regime.places) codes.push_back(place.code.text);
  return codes;
}

void diff_places(Comparison& c, const std::string& name, const RegimeDecl& a, const RegimeDecl& b) {
  const auto before = place_codes(a);
  const auto after = place_codes(b);
  for (const std::string& code : after) {
    if (std::find(before.begin(), before.end(), code) == before.end()) {
      c.add_for_all(Weight::material, name + " now holds in " + code);
    }
  }
  for (const std::string& code : before) {
    if (std::find(after.begin(), after.end(), code) == after.end()) {
      c.add_for_all(Weight::material, name + " no longer holds in " + code);
    }
  }
}

void diff_mail_regime(Comparison& c, const std::string& name, const MailRegimeDecl& a,
                      const MailRegimeDecl& b) {
  c.ids(name + " email exempt:", c.before.purpose_ids(a.exempt), c.after.purpose_ids(b.exempt));
  c.ids(name + " email combined:", c.before.purpose_ids(a.combined), c.after.purpose_ids(b.combined));
  if (a.mode != b.mode) {
    c.add_for_all(b.mode > a.mode ? Weight::material : Weight::narrows,
                  name + " email mode: " + fb::EnumNameMode(a.mode) + " -> " + fb::EnumNameMode(b.mode));
  }
}

void diff_regime(Comparison& c, const RegimeDecl& a, const RegimeDecl& b) {
  const std::string name = "regime " + in_quotes(b.id.text);
  if (a.model != b.model) {
    const bool wider = b.model == fb::Model::opt_out;
    c.add_for_all(wider ? Weight::material : Weight::narrows,
                  name + (wider ? ": silence now allows (opt-out)" : ": silence now denies (opt-in)"));
  }
  objections(c, name, a.forbids, b.forbids);
  objections(c, name + ": the signal gpc", a.gpc, b.gpc);
  objections(c, name + ": the signal dnt", a.dnt, b.dnt);
  objections(c, name + ": the signal nai", a.nai, b.nai);
  objections(c, name + ": the signal daa", a.daa, b.daa);
  objections(c, name + ": the signal usp", a.usp, b.usp);
  diff_mail_regime(c, name, a.mail, b.mail);
  const auto longer = [&](const char* what, std::uint32_t before, std::uint32_t after, bool longer_is_wider) {
    if (before == after) return;
    c.add_for_all(
        (after > before) == longer_is_wider ? Weight::material : Weight::narrows,
        name + " " + what + " in seconds: " + std::to_string(before) + " -> " + std::to_string(after));
  };
  longer("consentLifetime", a.consent_lifetime, b.consent_lifetime, true);
  longer("refusalLifetime", a.refusal_lifetime, b.refusal_lifetime, false);
  longer("reask", a.reask, b.reask, false);
  if (a.strict != b.strict) {
    c.add_for_all(Weight::material, name + (b.strict ? " now" : " no longer") + " stands for unknown places");
  }
  if (a.elsewhere != b.elsewhere) {
    c.add_for_all(Weight::material,
                  name + (b.elsewhere ? " now" : " no longer") + " stands for unlisted countries");
  }
  if (a.name != b.name) c.text(name + " name: other words");
  diff_places(c, name, a, b);
}

void change_rule(Comparison& c, Weight weight, std::string what, const RuleDecl& rule) {
  if (rule.purposes == 0) {
    c.add_for_all(weight, std::move(what));
  } else {
    c.add(weight, std::move(what), c.after.purpose_ids(rule.purposes));
  }
}

bool same_selection(const Comparison& c, const RuleDecl& a, const RuleDecl& b) {
  return a.kinds == b.kinds && a.party == b.party && a.storage == b.storage && a.beacon == b.beacon &&
         a.topics == b.topics && c.before.purpose_ids(a.purposes) == c.after.purpose_ids(b.purposes);
}

void diff_rule(Comparison& c, const RuleDecl& a, const RuleDecl& b) {
  const std::string name = "rule " + in_quotes(b.id.text);
  if (!same_selection(c, a, b)) change_rule(c, Weight::material, name + " fits other requests", b);
  if (a.needs != b.needs) {
    change_rule(c, b.needs == fb::Needs::never ? Weight::narrows : Weight::material,
                name + " needs something else", b);
  }
  if (a.mode != b.mode) {
    change_rule(c, b.mode > a.mode ? Weight::material : Weight::narrows,
                name + " mode: " + fb::EnumNameMode(a.mode) + " -> " + fb::EnumNameMode(b.mode), b);
  }
  if (clause_of(c.before, a.clause) != clause_of(c.after, b.clause))
    c.text(name + " stands on another clause");
}

/// Ids of the rules that both policies have, in the order of one.
std::vector<std::string> shared_order(const std::vector<RuleDecl>& rules,
                                      const std::vector<RuleDecl>& others) {
  std::vector<std::string> ids;
  for (const RuleDecl& rule : rules) {
    const bool shared = std::any_of(others.begin(), others.end(),
                                    [&](const RuleDecl& other) { return other.id.text == rule.id.text; });
    if (shared) ids.push_back(rule.id.text);
  }
  return ids;
}

}  // namespace

void diff_regimes(Comparison& c) {
  match(
      c.before.regimes, c.after.regimes, [](const RegimeDecl& regime) { return regime.id.text; },
      [&](const RegimeDecl& r) {
        c.add_for_all(Weight::material,
                      "regime " + in_quotes(r.id.text) + " is gone: other rules hold in its places");
      },
      [&](const RegimeDecl& r) {
        c.add_for_all(Weight::material,
                      "regime " + in_quotes(r.id.text) + " is new: other rules hold in its places");
      },
      [&](const RegimeDecl& a, const RegimeDecl& b) { diff_regime(c, a, b); });
}

void diff_rules(Comparison& c) {
  match(
      c.before.rules, c.after.rules, [](const RuleDecl& rule) { return rule.id.text; },
      [&](const RuleDecl& r) {
        // A row that never allowed leaves what it caught to later rows.
        const Weight weight = r.needs == fb::Needs::never ? Weight::material : Weight::narrows;
        c.add(weight, "rule " + in_quotes(r.id.text) + " is gone", c.before.purpose_ids(r.purposes));
      },
      [&](const RuleDecl& r) {
        change_rule(c, r.needs == fb::Needs::never ? Weight::narrows : Weight::material,
                    "rule " + in_quotes(r.id.text) + " is new", r);
      },
      [&](const RuleDecl& a, const RuleDecl& b) { diff_rule(c, a, b); });
  if (shared_order(c.before.rules, c.after.rules) != shared_order(c.after.rules, c.before.rules)) {
    c.add_for_all(Weight::material, "the rules stand in another order: the first that fits decides");
  }
}

void diff_mail(Comparison& c) {
  const MailDecl& a = c.before.mail;
  const MailDecl& b = c.after.mail;
  c.ids("email marketing:", c.before.purpose_ids(a.marketing), c.after.purpose_ids(b.marketing));
  // What was kept as a day and is kept whole from now on touches its purpose; the other way narrows.
  c.ids("email beyond the last day:", c.before.purpose_ids(~a.last_day), c.after.purpose_ids(~b.last_day));
  const auto rows = [](const MailDecl& mail) {
    std::string text;
    for (const AgentDecl& agent : mail.agents)
      text += agent.text + (agent.whole ? "=" : "~") + fb::EnumNameOpenClass(agent.open) + "\n";
    return text;
  };
  if (rows(a) != rows(b)) c.add_for_all(Weight::material, "email agents: other fetches count as opens");
}

void diff_texts(Comparison& c) {
  match(
      c.before.clauses, c.after.clauses, [](const ClauseDecl& clause) { return clause.id.text; },
      [&](const ClauseDecl& clause) { c.text("clause " + in_quotes(clause.id.text) + " is gone"); },
      [&](const ClauseDecl& clause) { c.text("clause " + in_quotes(clause.id.text) + " is new"); },
      [&](const ClauseDecl& a, const ClauseDecl& b) {
        const std::string name = "clause " + in_quotes(b.id.text);
        if (a.says != b.says) c.text(name + " says it in other words");
        if (a.does != b.does) c.text(name + " describes the SDK in other words");
        if (a.declarative != b.declarative) c.text(name + ": declarative changed");
      });
  match(
      c.before.reasons, c.after.reasons, [](const ReasonDecl& reason) { return reason.name.text; },
      [&](const ReasonDecl& r) { c.text("reason " + in_quotes(r.name.text) + " names no clause any more"); },
      [&](const ReasonDecl& r) { c.text("reason " + in_quotes(r.name.text) + " now names a clause"); },
      [&](const ReasonDecl& a, const ReasonDecl& b) {
        if (clause_of(c.before, a.clause) != clause_of(c.after, b.clause)) {
          c.text("reason " + in_quotes(b.name.text) + " names another clause");
        }
      });
  match(
      c.before.controllers, c.after.controllers, [](const Controller& one) { return one.name; },
      [&](const Controller& one) {
        c.add_for_all(Weight::narrows, "controller " + in_quotes(one.name) + " is gone");
      },
      [&](const Controller& one) {
        c.add_for_all(Weight::material, "controller " + in_quotes(one.name) + " is new");
      },
      [&](const Controller& a, const Controller& b) {
        if (a.role != b.role)
          c.add_for_all(Weight::material, "controller " + in_quotes(b.name) + " is now " + b.role);
        if (a.address != b.address) c.text("controller " + in_quotes(b.name) + " has another address");
      });
  // A page waits for a choice either way; only how it waits differs.
  if (c.before.enforcement != c.after.enforcement) c.text("enforcement changed");
  if (c.before.policy_url != c.after.policy_url) c.text("policyUrl changed");
  if (c.before.effective != c.after.effective || c.before.new_users != c.after.new_users) {
    c.text("effective changed");
  }
}

}  // namespace metrofax::consent
