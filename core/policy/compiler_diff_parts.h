// What the parts of the comparison share. Internal to core/policy.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/compiler_diff.h"

namespace metrofax::consent {

/// Two policies side by side, and the changes found so far.
class Comparison {
 public:
  Comparison(const PolicyModel& old_policy, const PolicyModel& new_policy)
      : before(old_policy), after(new_policy) {}

  const PolicyModel& before;
  const PolicyModel& after;
  std::vector<Change> changes;

  void add(Weight weight, std::string what, std::vector<std::string> purposes) {
    changes.push_back({weight, std::move(what), std::move(purposes), false});
  }
  /// A change that touches every purpose.
  void add_for_all(Weight weight, std::string what) {
    changes.push_back({weight, std::move(what), {}, true});
  }
  void text(std::string what) { add(Weight::text, std::move(what), {}); }

  /// A number that may grow (material) or shrink (narrows).
  void amount(const std::string& what, std::uint64_t old_value, std::uint64_t new_value,
              const std::vector<std::string>& purposes);
  /// Ids that came (material) or went (narrows).
  void ids(const std::string& what, const std::vector<std::string>& old_ids,
           const std::vector<std::string>& new_ids);
};

/// Walks two lists of things with names: gone, came, stayed.
template <class T, class Key, class Gone, class Came, class Stayed>
void match(const std::vector<T>& before, const std::vector<T>& after, Key key, Gone gone, Came came,
           Stayed stayed) {
  std::map<std::string, const T*> old_rows;
  std::map<std::string, const T*> new_rows;
  for (const T& row : before) old_rows.emplace(key(row), &row);
  for (const T& row : after) new_rows.emplace(key(row), &row);
  for (const T& row : before) {
    if (new_rows.find(key(row)) == new_rows.end()) gone(row);
  }
  for (const T& row : after) {
    const auto found = old_rows.find(key(row));
    if (found == old_rows.end()) {
      came(row);
    } else {
      stayed(*found->second, row);
    }
  }
}

void diff_purposes(Comparison& c);
void diff_vendors(Comparison& c);
void diff_ad_choices(Comparison& c);
void diff_first_party(Comparison& c);
void diff_storage(Comparison& c, const std::string& owner, const std::vector<StorageDecl>& before,
                  const std::vector<StorageDecl>& after);
void diff_regimes(Comparison& c);
void diff_rules(Comparison& c);
void diff_mail(Comparison& c);
void diff_texts(Comparison& c);

}  // namespace metrofax::consent
