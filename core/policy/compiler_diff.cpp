#include "policy/compiler_diff.h"

#include <algorithm>
#include <set>

#include "policy/compiler_diff_parts.h"
#include "policy/compiler_names.h"

namespace metrofax::consent {
const char* weight_name(Weight weight) {
  switch (weight) {
    case Weight::material:
      return "material";
    case Weight::narrows:
      return "narrows";
    case Weight::text:
      break;
  }
  return "text";
}

void Comparison::amount(const std::string& what, std::uint64_t old_value, std::uint64_t new_value,
                        const std::vector<std::string>& purposes) {
  if (old_value == new_value) return;
  add(new_value > old_value ? Weight::material : Weight::narrows,
      what + ": " + std::to_string(old_value) + " -> " + std::to_string(new_value), purposes);
}

void Comparison::ids(const std::string& what, const std::vector<std::string>& old_ids,
                     const std::vector<std::string>& new_ids) {
  const auto in = [](const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  for (const std::string& id : new_ids) {
    if (!in(old_ids, id)) add(Weight::material, what + ": now for " + in_quotes(id), {id});
  }
  for (const std::string& id : old_ids) {
    if (!in(new_ids, id)) add(Weight::narrows, what + ": no longer for " + in_quotes(id), {});
  }
}

std::vector<Change> diff_policies(const PolicyModel& before, const PolicyModel& after) {
  Comparison c(before, after);
  diff_purposes(c);
  diff_vendors(c);
  diff_ad_choices(c);
  diff_first_party(c);
  diff_storage(c, "our own", before.storage, after.storage);
  diff_regimes(c);
  diff_rules(c);
  diff_mail(c);
  diff_texts(c);
  return std::move(c.changes);
}

RevisionAdvice advise_revision(const PolicyModel& before, const PolicyModel& after,
                               const std::vector<Change>& changes) {
  bool material = false;
  bool all = false;
  std::set<std::string> purposes;
  for (const Change& change : changes) {
    if (change.weight != Weight::material) continue;
    material = true;
    all = all || change.all_purposes;
    purposes.insert(change.purposes.begin(), change.purposes.end());
  }
  RevisionAdvice advice;
  advice.row =
      "{\"version\": " + in_quotes(before.version.text) + ", \"material\": " + (material ? "true" : "false");
  PurposeMask needed = 0;
  for (const PurposeDecl& purpose : after.purposes) {
    if (all || purposes.count(purpose.id.text) > 0) needed |= PurposeMask{1} << purpose.number;
  }
  // transition.choice: who holds the data has changed.
  const bool transition =
      std::any_of(after.controllers.begin(), after.controllers.end(), [&](const Controller& one) {
        return std::none_of(before.controllers.begin(), before.controllers.end(),
                            [&](const Controller& known) { return known.name == one.name; });
      });
  if (transition) advice.row += ", \"transition\": true";
  if (material && !all) {
    advice.row += ", \"purposes\": [";
    const auto ids = after.purpose_ids(needed);
    for (std::size_t i = 0; i < ids.size(); ++i) advice.row += (i == 0 ? "" : ", ") + in_quotes(ids[i]);
    advice.row += "]";
  }
  advice.row += "}";

  const auto row = std::find_if(
      after.supersedes.begin(), after.supersedes.end(),
      [&](const RevisionDecl& revision) { return revision.version.text == before.version.text; });
  if (changes.empty() && before.version.text == after.version.text) return advice;
  if (before.version.text == after.version.text) {
    advice.problem = "both policies call themselves " + in_quotes(after.version.text);
  } else if (row == after.supersedes.end()) {
    advice.problem = "the new policy does not list " + in_quotes(before.version.text) + " in \"supersedes\"";
  } else if (material && !row->material) {
    advice.problem =
        "\"supersedes\" calls the change from " + in_quotes(before.version.text) + " not material";
  } else if (transition && !row->transition) {
    advice.problem = "there is a new controller, and \"supersedes\" does not call the change from " +
                     in_quotes(before.version.text) + " a transition";
  } else if (material && (needed & ~row->purposes) != 0) {
    const auto ids = after.purpose_ids(needed & ~row->purposes);
    advice.problem = "\"supersedes\" leaves out the purpose " + in_quotes(ids.empty() ? "" : ids.front()) +
                     " in the change from " + in_quotes(before.version.text);
  }
  return advice;
}

}  // namespace metrofax::consent
