// One recipient's line in, one message's line out. A pure function of options, template, keys and line.
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/email_keys.h"
#include "cli/email_template.h"
#include "gate/gate.h"

namespace metrofax::consent::cli {

/// What is the same for a whole run.
struct MergeOptions {
  std::string base;      ///< "https://mail.metrofax.com": where /b, /c, /u and /t are served
  std::string class_id;  /// of the mail: "promotional"
  std::string subject;   ///< template of the subject line, plain text
  std::uint32_t campaign = 0;
  fb::Mode asked = fb::Mode::identified;
  fb::Mode ceiling = fb::Mode::identified;
  bool clamp = false;
  std::int64_t now = 0;        ///< unix s: the run knows no clock
  std::uint32_t lifetime = 0;  ///< s that tokens are good for
};

/// The templates of a run, one variant for each pair of reaches, made when first needed.
class Merge {
 public:
  /// text may be null. Nothing, with what is wrong in `problem`: a template that counts and lets nobody
  /// withdraw (E11), promotional mail without a way out (email.promotional), no such class.
  [[nodiscard]] static std::unique_ptr<Merge> make(const PolicyView& policy, const MergeOptions& options,
                                                   const MailKey& key, const MailTemplate& html,
                                                   const MailTemplate* text, std::string& problem);
  ~Merge();

  /// Appends the line of one recipient, without its line feed. line: its number from 1. Throws OpError for a
  /// recipient that cannot be used; nothing is appended then.
  /// Returns whether there is a message (false: it is withheld, and the line says why).
  bool append(std::string& out, std::uint64_t line, const nlohmann::json& recipient);

 private:
  Merge(const PolicyView& policy, const MergeOptions& options, const MailKey& key);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace metrofax::consent::cli
