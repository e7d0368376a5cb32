// Ways to say no. Whatever a subject was before, with one of these more nothing may open that was closed: the
// property tests and the fuzzer both try.
#pragma once

#include <cstdint>

#include "gate/subject.h"

namespace metrofax::consent::test {

struct Narrowing {
  const char* name;
  /// `pick`: any number, for those that have something to choose.
  void (*apply)(Subject& subject, std::uint32_t pick);
};

/// A record that refuses, where there was none; else the record that is there.
inline ConsentState& some_record(Subject& subject) {
  if (!subject.consent.present) {
    subject.consent = {};
    subject.consent.present = true;
    subject.consent.time = subject.now;
    subject.consent.revision = 0;
  }
  return subject.consent;
}

/// A no of any kind. None of them takes anything away that was a no before.
inline constexpr Narrowing kNarrowings[] = {
    {"GPC", [](Subject& s, std::uint32_t) { s.signals.gpc = fb::Tri::on; }},
    {"DNT", [](Subject& s, std::uint32_t) { s.signals.dnt = fb::Tri::on; }},
    {"NAI opt-out", [](Subject& s, std::uint32_t) { s.signals.nai_opt_out = fb::Tri::on; }},
    {"DAA opt-out", [](Subject& s, std::uint32_t) { s.signals.daa_opt_out = fb::Tri::on; }},
    {"USP opt-out", [](Subject& s, std::uint32_t) { s.signals.usp_opt_out = fb::Tri::on; }},
    {"a GPP opt-out", [](Subject& s, std::uint32_t) { s.signals.gpp_opt_out = fb::Tri::on; }},
    {"a TC string's refusal", [](Subject& s, std::uint32_t) { s.signals.tcf_denied = fb::Tri::on; }},
    {"an opt-out of one vendor",
     [](Subject& s, std::uint32_t pick) {
       s.opted_out[pick % kMaxOptOuts] = static_cast<std::uint16_t>(1 + pick % 5);
     }},
    {"a refusal of one vendor",
     [](Subject& s, std::uint32_t pick) {
       some_record(s).refused[pick / 32 % kVendorWords] |= std::uint32_t{1} << pick % 32;
     }},
    {"an unreadable signal", [](Subject& s, std::uint32_t) { s.signals.unreadable = true; }},
    {"a child", [](Subject& s, std::uint32_t) { s.age = fb::Age::under13; }},
    {"no parental grants",
     [](Subject& s, std::uint32_t) {
       for (std::uint16_t& vendor : s.parental) vendor = kNoIndex;
     }},
    {"a refusal of some",
     [](Subject& s, std::uint32_t pick) { some_record(s).denied |= PurposeSet{1} << pick % 32; }},
    {"a refusal of all", [](Subject& s, std::uint32_t) { some_record(s).denied = ~PurposeSet{0}; }},
    {"a withdrawal",
     [](Subject& s, std::uint32_t) {
       s.consent.denied |= s.consent.granted;
       s.consent.granted = 0;
     }},
    {"no specific consent", [](Subject& s, std::uint32_t) { s.consent.specific = 0; }},
    {"no promotions", [](Subject& s, std::uint32_t) { s.promotional = fb::Promotional::opted_out; }},
    {"an account that is no more",
     [](Subject& s, std::uint32_t) { s.account = fb::AccountState::deactivated; }},
    {"no clock", [](Subject& s, std::uint32_t) { s.now = 0; }},
};

}  // namespace metrofax::consent::test
