#include "signals/names.h"

namespace metrofax::consent {
namespace {

/// `tcf` is the name in a TC string of its own where that is not `name` with a lower first letter.
struct FieldName {
  const char* name;
  const char* tcf;
};

// By fields::Id: the names of the section documents (GPP repository, Sections/**).
constexpr FieldName kFieldNames[] = {
    {"Version", nullptr},
    {"Created", nullptr},
    {"LastUpdated", nullptr},
    {"CmpId", nullptr},
    {"CmpVersion", nullptr},
    {"ConsentScreen", nullptr},
    {"ConsentLanguage", nullptr},
    {"VendorListVersion", nullptr},
    {"TcfPolicyVersion", nullptr},
    {"IsServiceSpecific", nullptr},
    {"UseNonStandardTexts", nullptr},
    {"SpecialFeatureOptIns", nullptr},
    {"PurposeConsent", "purposesConsent"},
    {"PurposesLITransparency", nullptr},
    {"PurposeOneTreatment", nullptr},
    {"PublisherCC", nullptr},
    {"VendorConsent", "vendorConsents"},
    {"VendorLegitimateInterest", "vendorLegitimateInterests"},
    {"PubRestrictions", nullptr},
    {"DisclosedVendors", nullptr},
    {"AllowedVendors", nullptr},
    {"PubPurposesConsent", "purposesConsent"},
    {"PubPurposesLITransparency", "purposesLITransparency"},
    {"NumCustomPurposes", nullptr},
    {"CustomPurposesConsent", nullptr},
    {"CustomPurposesLITransparency", nullptr},

    {"UseNonStandardStacks", nullptr},
    {"SpecialFeatureExpressConsent", nullptr},
    {"PurposesExpressConsent", nullptr},
    {"PurposesImpliedConsent", nullptr},
    {"VendorExpressConsent", nullptr},
    {"VendorImpliedConsent", nullptr},
    {"PubPurposesExpressConsent", nullptr},
    {"PubPurposesImpliedConsent", nullptr},
    {"CustomPurposesExpressConsent", nullptr},
    {"CustomPurposesImpliedConsent", nullptr},

    {"MspaVersion", nullptr},
    {"MspaMode", nullptr},
    {"SharingNotice", nullptr},
    {"ProcessingNotice", nullptr},
    {"SaleOptOutNotice", nullptr},
    {"SharingOptOutNotice", nullptr},
    {"TargetedAdvertisingOptOutNotice", nullptr},
    {"SensitiveDataProcessingOptOutNotice", nullptr},
    {"SensitiveDataOptOutNotice", nullptr},
    {"SensitiveDataLimitUseNotice", nullptr},
    {"SaleOptOut", nullptr},
    {"SharingOptOut", nullptr},
    {"TargetedAdvertisingOptOut", nullptr},
    {"SensitiveDataProcessing", nullptr},
    {"KnownChildSensitiveDataConsents", nullptr},
    {"PersonalDataConsents", nullptr},
    {"AdditionalDataProcessingConsent", nullptr},
    {"MspaCoveredTransaction", nullptr},
    {"MspaOptOutOptionMode", nullptr},
    {"MspaServiceProviderMode", nullptr},
    {"Gpc", nullptr},
};
static_assert(sizeof kFieldNames / sizeof kFieldNames[0] == fields::kCount);

// By section id.
constexpr const char* kPrefixes[] = {nullptr, nullptr, "tcfeuv2", nullptr, nullptr, "tcfcav1", "uspv1",
                                     "usnat", "usca",  "usva",    "usco",  "usut",  "usct",    "usfl",
                                     "usmt",  "usor",  "ustx",    "usde",  "usia",  "usne",    "usnh",
                                     "usnj",  "ustn",  "usmn",    "usmd",  "usin",  "usky",    "usri"};
static_assert(sizeof kPrefixes / sizeof kPrefixes[0] == kLastSection + 1u);

}  // namespace

Name name_of(std::uint8_t field, Naming naming) {
  const FieldName& row = kFieldNames[field];
  if (naming == Naming::gpp) return {row.name, false};
  if (row.tcf != nullptr) return {row.tcf, false};
  return {row.name, true};
}

bool Name::is(std::string_view key) const {
  if (!lower) return key == text;
  return key.size() == text.size() && !key.empty() && key[0] == (text[0] | 0x20) &&
         key.substr(1) == text.substr(1);
}

const char* name_of(const SectionLayout& layout, unsigned segment) {
  if (segment == 0) return "core";
  if (layout.id >= kUsNational) return layout.segments[1].type_bits > 0 ? "gpc" : "sensitive";
  const std::uint8_t type = layout.segments[segment].type;
  return type == 1 ? "disclosedVendors" : type == 2 ? "allowedVendors" : "publisherTC";
}

std::string_view included_name(const SectionLayout& layout) {
  return layout.segments[1].type_bits > 0 ? "GpcSegmentIncluded" : "SensitiveDataConsentSegmentIncluded";
}

std::uint8_t section_of(std::string_view prefix) {
  for (std::uint8_t id = 0; id <= kLastSection; ++id) {
    if (kPrefixes[id] != nullptr && kPrefixes[id] == prefix) return id;
  }
  return 0;
}

const char* prefix_of(std::uint32_t id) { return id <= kLastSection ? kPrefixes[id] : nullptr; }

}  // namespace metrofax::consent
