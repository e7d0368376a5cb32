// What a public list knows of names in storage, held against a policy. Native only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiler_model.h"

namespace metrofax::consent {

/// One row of Open Cookie Database as js-glue/build/cookie-names.mjs writes it. Everything in it is a
/// suggestion: no row makes a cookie necessary, whatever its category says.
struct KnownName {
  std::string name;
  std::string platform;
  std::string controller;
  std::string category;
  std::string purpose;  ///< suggested; empty where only the author of a policy can tell
  bool prefix = false;
};

/// The list, ready to be asked: an exact name first, then the longest prefix. A prefix of three letters or
/// fewer says too little and needs the platform as well.
class KnownNames {
 public:
  /// Reads dist/cookie-names.json; nothing in it, and a message in `error`, when it is not that.
  [[nodiscard]] static KnownNames read(std::string_view json, std::string& error);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Null where the list does not know the name.
  [[nodiscard]] const KnownName* find(std::string_view name, std::string_view platform = {}) const;

 private:
  std::vector<KnownName> rows_;
};

/// Warnings: names of `seen` that the policy does not declare, with what the list suggests for them; and
/// declarations as necessary of what the list calls marketing or analytics.
void lint_names(const PolicyModel& model, const KnownNames& known, const std::vector<std::string>& seen,
                Findings& findings);

}  // namespace metrofax::consent
