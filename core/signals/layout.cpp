#include "signals/layout.h"

namespace metrofax::consent {
namespace {

// ---- fields: the names of the section documents (GPP repository, Sections/**)
// ------------------------------------------------------------

enum FieldId : std::uint8_t {
  // TCF Europe
  kVersion,
  kCreated,
  kLastUpdated,
  kCmpId,
  kCmpVersion,
  kConsentScreen,
  kConsentLanguage,
  kVendorListVersion,
  kTcfPolicyVersion,
  kIsServiceSpecific,
  kUseNonStandardTexts,
  kSpecialFeatureOptIns,
  kPurposeConsent,
  kPurposesLi,
  kPurposeOneTreatment,
  kPublisherCc,
  kVendorConsent,
  kVendorLi,
  kPubRestrictions,
  kDisclosedVendors,
  kAllowedVendors,
  kPubPurposesConsent,
  kPubPurposesLi,
  kNumCustomPurposes,
  kCustomConsent,
  kCustomLi,
  // TCF Canada
  kUseNonStandardStacks,
  kSpecialFeatureExpress,
  kPurposesExpress,
  kPurposesImplied,
  kVendorExpress,
  kVendorImplied,
  kPubPurposesExpress,
  kPubPurposesImplied,
  kCustomExpress,
  kCustomImplied,
  // United States; the short names are those of the requirements' table
  kMV,
  kMM,
  kSN,
  kPN,
  kSON,
  kShON,
  kTON,
  kSDPN,
  kSDON,
  kSDLN,
  kSO,
  kShO,
  kTO,
  kSD,
  kKC,
  kPD,
  kAD,
  kMC,
  kMO,
  kMS,
  kGpc,
};

constexpr Field kFields[] = {
    {"Version", nullptr, FieldType::number, 6},
    {"Created", nullptr, FieldType::number, 36},
    {"LastUpdated", nullptr, FieldType::number, 36},
    {"CmpId", nullptr, FieldType::number, 12},
    {"CmpVersion", nullptr, FieldType::number, 12},
    {"ConsentScreen", nullptr, FieldType::number, 6},
    {"ConsentLanguage", nullptr, FieldType::letters, 12},
    {"VendorListVersion", nullptr, FieldType::number, 12},
    {"TcfPolicyVersion", nullptr, FieldType::number, 6},
    {"IsServiceSpecific", nullptr, FieldType::boolean, 1},
    {"UseNonStandardTexts", nullptr, FieldType::boolean, 1},
    {"SpecialFeatureOptIns", nullptr, FieldType::bitfield, 12},
    {"PurposeConsent", "purposesConsent", FieldType::bitfield, 24},
    {"PurposesLITransparency", nullptr, FieldType::bitfield, 24},
    {"PurposeOneTreatment", nullptr, FieldType::boolean, 1},
    {"PublisherCC", nullptr, FieldType::letters, 12},
    {"VendorConsent", "vendorConsents", FieldType::ids, 0},
    {"VendorLegitimateInterest", "vendorLegitimateInterests", FieldType::ids, 0},
    {"PubRestrictions", nullptr, FieldType::restrictions, 0},
    {"DisclosedVendors", nullptr, FieldType::ids, 0},
    {"AllowedVendors", nullptr, FieldType::ids, 0},
    {"PubPurposesConsent", "purposesConsent", FieldType::bitfield, 24},
    {"PubPurposesLITransparency", "purposesLITransparency", FieldType::bitfield, 24},
    {"NumCustomPurposes", nullptr, FieldType::number, 6},
    {"CustomPurposesConsent", nullptr, FieldType::customs, 0},
    {"CustomPurposesLITransparency", nullptr, FieldType::customs, 0},

    {"UseNonStandardStacks", nullptr, FieldType::boolean, 1},
    {"SpecialFeatureExpressConsent", nullptr, FieldType::bitfield, 12},
    {"PurposesExpressConsent", nullptr, FieldType::bitfield, 24},
    {"PurposesImpliedConsent", nullptr, FieldType::bitfield, 24},
    {"VendorExpressConsent", nullptr, FieldType::ids, 0},
    {"VendorImpliedConsent", nullptr, FieldType::ids, 0},
    {"PubPurposesExpressConsent", nullptr, FieldType::bitfield, 24},
    {"PubPurposesImpliedConsent", nullptr, FieldType::bitfield, 24},
    {"CustomPurposesExpressConsent", nullptr, FieldType::customs, 0},
    {"CustomPurposesImpliedConsent", nullptr, FieldType::customs, 0},

    {"MspaVersion", nullptr, FieldType::number, 6},
    {"MspaMode", nullptr, FieldType::choice, 2},
    {"SharingNotice", nullptr, FieldType::choice, 2},
    {"ProcessingNotice", nullptr, FieldType::choice, 2},
    {"SaleOptOutNotice", nullptr, FieldType::choice, 2},
    {"SharingOptOutNotice", nullptr, FieldType::choice, 2},
    {"TargetedAdvertisingOptOutNotice", nullptr, FieldType::choice, 2},
    {"SensitiveDataProcessingOptOutNotice", nullptr, FieldType::choice, 2},
    {"SensitiveDataOptOutNotice", nullptr, FieldType::choice, 2},
    {"SensitiveDataLimitUseNotice", nullptr, FieldType::choice, 2},
    {"SaleOptOut", nullptr, FieldType::choice, 2},
    {"SharingOptOut", nullptr, FieldType::choice, 2},
    {"TargetedAdvertisingOptOut", nullptr, FieldType::choice, 2},
    {"SensitiveDataProcessing", nullptr, FieldType::choice, 2},
    {"KnownChildSensitiveDataConsents", nullptr, FieldType::choice, 2},
    {"PersonalDataConsents", nullptr, FieldType::choice, 2},
    {"AdditionalDataProcessingConsent", nullptr, FieldType::choice, 2},
    {"MspaCoveredTransaction", nullptr, FieldType::choice, 2},
    {"MspaOptOutOptionMode", nullptr, FieldType::choice, 2},
    {"MspaServiceProviderMode", nullptr, FieldType::choice, 2},
    {"Gpc", nullptr, FieldType::boolean, 1},
};

// ---- sections
// ------------------------------------------------------------

constexpr Item kTcfEuCore[] = {
    {kVersion},          {kCreated},           {kLastUpdated},         {kCmpId},
    {kCmpVersion},       {kConsentScreen},     {kConsentLanguage},     {kVendorListVersion},
    {kTcfPolicyVersion}, {kIsServiceSpecific}, {kUseNonStandardTexts}, {kSpecialFeatureOptIns},
    {kPurposeConsent},   {kPurposesLi},        {kPurposeOneTreatment}, {kPublisherCc},
    {kVendorConsent},    {kVendorLi},          {kPubRestrictions}};
constexpr Item kDisclosed[] = {{kDisclosedVendors}};
constexpr Item kAllowed[] = {{kAllowedVendors}};
constexpr Item kTcfEuPublisher[] = {
    {kPubPurposesConsent}, {kPubPurposesLi}, {kNumCustomPurposes}, {kCustomConsent}, {kCustomLi}};
constexpr Item kTcfCanadaCore[] = {{kVersion},
                                   {kCreated},
                                   {kLastUpdated},
                                   {kCmpId},
                                   {kCmpVersion},
                                   {kConsentScreen},
                                   {kConsentLanguage},
                                   {kVendorListVersion},
                                   {kTcfPolicyVersion},
                                   {kUseNonStandardStacks},
                                   {kSpecialFeatureExpress},
                                   {kPurposesExpress},
                                   {kPurposesImplied},
                                   {kVendorExpress},
                                   {kVendorImplied},
                                   {kPubRestrictions}};
constexpr Item kTcfCanadaPublisher[] = {
    {kPubPurposesExpress}, {kPubPurposesImplied}, {kNumCustomPurposes}, {kCustomExpress}, {kCustomImplied}};
constexpr Item kGpcOnly[] = {{kGpc}};
constexpr Item kSensitiveOnly[] = {{kSD, 8}};

constexpr Item kUsNatFirst[] = {{kVersion}, {kSN}, {kSON},    {kShON},  {kTON}, {kSDPN}, {kSDLN}, {kSO},
                                {kShO},     {kTO}, {kSD, 12}, {kKC, 2}, {kPD},  {kMC},   {kMO},   {kMS}};
constexpr Item kUsNat[] = {{kVersion}, {kSN}, {kSON},    {kShON},  {kTON}, {kSDPN}, {kSDLN}, {kSO},
                           {kShO},     {kTO}, {kSD, 16}, {kKC, 3}, {kPD},  {kMC},   {kMO},   {kMS}};
constexpr Item kUsCa[] = {{kVersion}, {kSON},   {kShON}, {kSDLN}, {kSO}, {kShO},
                          {kSD, 9},   {kKC, 2}, {kPD},   {kMC},   {kMO}, {kMS}};
constexpr Item kUsVa[] = {{kVersion}, {kSN}, {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 8},   {kKC}, {kMC},  {kMO},  {kMS}};
constexpr Item kUsCo[] = {{kVersion}, {kSN}, {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 7},   {kKC}, {kMC},  {kMO},  {kMS}};
constexpr Item kUsUt[] = {{kVersion}, {kSN},    {kSON}, {kTON}, {kSDPN}, {kSO},
                          {kTO},      {kSD, 8}, {kKC},  {kMC},  {kMO},   {kMS}};
constexpr Item kUsCt[] = {{kVersion}, {kSN},    {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 8},   {kKC, 3}, {kMC},  {kMO},  {kMS}};
constexpr Item kUsFlNh[] = {{kVersion}, {kPN},    {kSON}, {kTON}, {kSO}, {kTO},
                            {kSD, 8},   {kKC, 3}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsMt[] = {{kVersion}, {kSN},    {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 8},   {kKC, 3}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsOr[] = {{kVersion}, {kPN},    {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 11},  {kKC, 3}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsOneChild[] = {{kVersion}, {kPN}, {kSON}, {kTON}, {kSO}, {kTO},
                                {kSD, 8},   {kKC}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsDe[] = {{kVersion}, {kPN},    {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 9},   {kKC, 5}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsIa[] = {{kVersion}, {kPN},    {kSON}, {kTON}, {kSDON}, {kSO},
                          {kTO},      {kSD, 8}, {kKC},  {kMC},  {kMO},   {kMS}};
constexpr Item kUsNj[] = {{kVersion}, {kPN},    {kSON}, {kTON}, {kSO}, {kTO},
                          {kSD, 10},  {kKC, 5}, {kAD},  {kMC},  {kMO}, {kMS}};
constexpr Item kUsMd[] = {{kMV}, {kMC}, {kMM}, {kPN}, {kSON}, {kTON}, {kSO}, {kTO}, {kAD}};
constexpr Item kUsInKyRi[] = {{kMV}, {kMC}, {kMM}, {kPN}, {kSON}, {kTON}, {kSO}, {kTO}, {kKC}, {kAD}};

constexpr SegmentLayout kGpcSegment{"gpc", kGpcOnly, 1, 2};

constexpr SectionLayout us(std::uint8_t id, const char* prefix, std::span<const Item> core,
                           SegmentLayout second = {}) {
  return {id, prefix, 1, 1, Padding::eight, {{"core", core}, second}};
}

constexpr SectionLayout kLayouts[] = {
    {kTcfEu,
     "tcfeuv2",
     2,
     2,
     Padding::quantum,
     {{"core", kTcfEuCore},
      {"disclosedVendors", kDisclosed, 1, 3},
      {"allowedVendors", kAllowed, 2, 3},
      {"publisherTC", kTcfEuPublisher, 3, 3}}},
    {kTcfCanada,
     "tcfcav1",
     1,
     1,
     Padding::eight,
     {{"core", kTcfCanadaCore},
      {"publisherTC", kTcfCanadaPublisher, 3, 3},
      {"disclosedVendors", kDisclosed, 1, 3}}},
    {kUsNational, "usnat", 2, 1, Padding::eight, {{"core", kUsNat}, kGpcSegment}},
    us(8, "usca", kUsCa, kGpcSegment),
    us(9, "usva", kUsVa),
    us(10, "usco", kUsCo, kGpcSegment),
    us(11, "usut", kUsUt),
    us(12, "usct", kUsCt, kGpcSegment),
    us(13, "usfl", kUsFlNh),
    us(14, "usmt", kUsMt, kGpcSegment),
    us(15, "usor", kUsOr, kGpcSegment),
    us(16, "ustx", kUsOneChild, kGpcSegment),
    us(17, "usde", kUsDe, kGpcSegment),
    us(18, "usia", kUsIa, kGpcSegment),
    us(19, "usne", kUsOneChild, kGpcSegment),
    us(20, "usnh", kUsFlNh, kGpcSegment),
    us(21, "usnj", kUsNj, kGpcSegment),
    us(22, "ustn", kUsOneChild, kGpcSegment),
    us(23, "usmn", kUsOneChild, kGpcSegment),
    us(24, "usmd", kUsMd, kGpcSegment),
    us(25, "usin", kUsInKyRi, {"sensitive", kSensitiveOnly}),
    us(26, "usky", kUsInKyRi, {"sensitive", kSensitiveOnly}),
    us(27, "usri", kUsInKyRi, {"sensitive", kSensitiveOnly}),
};

constexpr SectionLayout kUsNationalFirst{kUsNational, "usnat",        2,
                                         1,           Padding::eight, {{"core", kUsNatFirst}, kGpcSegment}};

}  // namespace

const Field& field_of(const Item& item) { return kFields[item.field]; }

const SectionLayout* layout_of(std::uint32_t id, bool older) {
  if (older && id == kUsNational) return &kUsNationalFirst;
  for (const SectionLayout& layout : kLayouts) {
    if (layout.id == id) return &layout;
  }
  return nullptr;
}

std::uint8_t section_of(std::string_view prefix) {
  if (prefix == "uspv1") return kUsp;
  for (const SectionLayout& layout : kLayouts) {
    if (layout.prefix == prefix) return layout.id;
  }
  return 0;
}

const char* prefix_of(std::uint32_t id) {
  if (id == kUsp) return "uspv1";
  const SectionLayout* layout = layout_of(id);
  return layout == nullptr ? nullptr : layout->prefix;
}

unsigned first_item(const SectionLayout& layout, unsigned segment) {
  unsigned first = 0;
  for (unsigned i = 0; i < segment; ++i) first += static_cast<unsigned>(layout.segments[i].items.size());
  return first;
}

}  // namespace metrofax::consent
