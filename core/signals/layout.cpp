#include "signals/layout.h"

namespace metrofax::consent {
namespace {

using namespace fields;

// By fields::Id; names.cpp has what they are called.
constexpr Field kFields[] = {
    {FieldType::number, 6},       {FieldType::number, 36},   {FieldType::number, 36},
    {FieldType::number, 12},      {FieldType::number, 12},   {FieldType::number, 6},
    {FieldType::letters, 12},     {FieldType::number, 12},   {FieldType::number, 6},
    {FieldType::boolean, 1},      {FieldType::boolean, 1},   {FieldType::bitfield, 12},
    {FieldType::bitfield, 24},    {FieldType::bitfield, 24}, {FieldType::boolean, 1},
    {FieldType::letters, 12},     {FieldType::ids, 0},       {FieldType::ids, 0},
    {FieldType::restrictions, 0}, {FieldType::ids, 0},       {FieldType::ids, 0},
    {FieldType::bitfield, 24},    {FieldType::bitfield, 24}, {FieldType::number, 6},
    {FieldType::customs, 0},      {FieldType::customs, 0},   {FieldType::boolean, 1},
    {FieldType::bitfield, 12},    {FieldType::bitfield, 24}, {FieldType::bitfield, 24},
    {FieldType::ids, 0},          {FieldType::ids, 0},       {FieldType::bitfield, 24},
    {FieldType::bitfield, 24},    {FieldType::customs, 0},   {FieldType::customs, 0},
    {FieldType::number, 6},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::choice, 2},
    {FieldType::choice, 2},       {FieldType::choice, 2},    {FieldType::boolean, 1},
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

constexpr SegmentLayout kGpcSegment{kGpcOnly, 1, 2};

constexpr SectionLayout us(std::uint8_t id, std::span<const Item> core, SegmentLayout second = {}) {
  return {id, 1, 1, Padding::eight, {{core}, second}};
}

constexpr SectionLayout kLayouts[] = {
    {kTcfEu,
     2,
     2,
     Padding::quantum,
     {{kTcfEuCore}, {kDisclosed, 1, 3}, {kAllowed, 2, 3}, {kTcfEuPublisher, 3, 3}}},
    {kTcfCanada, 1, 1, Padding::eight, {{kTcfCanadaCore}, {kTcfCanadaPublisher, 3, 3}, {kDisclosed, 1, 3}}},
    {kUsNational, 2, 1, Padding::eight, {{kUsNat}, kGpcSegment}},
    us(8, kUsCa, kGpcSegment),
    us(9, kUsVa),
    us(10, kUsCo, kGpcSegment),
    us(11, kUsUt),
    us(12, kUsCt, kGpcSegment),
    us(13, kUsFlNh),
    us(14, kUsMt, kGpcSegment),
    us(15, kUsOr, kGpcSegment),
    us(16, kUsOneChild, kGpcSegment),
    us(17, kUsDe, kGpcSegment),
    us(18, kUsIa, kGpcSegment),
    us(19, kUsOneChild, kGpcSegment),
    us(20, kUsFlNh, kGpcSegment),
    us(21, kUsNj, kGpcSegment),
    us(22, kUsOneChild, kGpcSegment),
    us(23, kUsOneChild, kGpcSegment),
    us(24, kUsMd, kGpcSegment),
    us(25, kUsInKyRi, {kSensitiveOnly}),
    us(26, kUsInKyRi, {kSensitiveOnly}),
    us(27, kUsInKyRi, {kSensitiveOnly}),
};

constexpr SectionLayout kUsNationalFirst{kUsNational, 2, 1, Padding::eight, {{kUsNatFirst}, kGpcSegment}};

}  // namespace

const Field& field_of(const Item& item) { return kFields[item.field]; }

const SectionLayout* layout_of(std::uint32_t id, bool older) {
  if (older && id == kUsNational) return &kUsNationalFirst;
  for (const SectionLayout& layout : kLayouts) {
    if (layout.id == id) return &layout;
  }
  return nullptr;
}

unsigned first_item(const SectionLayout& layout, unsigned segment) {
  unsigned first = 0;
  for (unsigned i = 0; i < segment; ++i) first += static_cast<unsigned>(layout.segments[i].items.size());
  return first;
}

}  // namespace metrofax::consent
