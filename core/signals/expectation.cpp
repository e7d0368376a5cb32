// What the places that can be wrong were expected to hold, in words.
#include "signals/codec.h"

namespace metrofax::consent {

std::string_view expectation(ErrorCode code) {
  switch (code) {
    case ErrorCode::signal_bad_character:
      return "characters of base64url";
    case ErrorCode::signal_truncated:
      return "more of the string: it ends in the middle of a field";
    case ErrorCode::signal_bad_version:
      return "a version that is known";
    case ErrorCode::signal_bad_value:
      return "a value that the specification allows here";
    case ErrorCode::signal_bad_range:
      return "ids from 1 to 65535, ranges from low to high";
    case ErrorCode::signal_bad_segment:
      return "a segment that is not empty and not there already";
    case ErrorCode::signal_section_count:
      return "as many sections as the header lists";
    case ErrorCode::signal_too_large:
      return "less: there is no room for so much";
    case ErrorCode::signal_trailing_bits:
      return "nothing but padding behind the last field";
    case ErrorCode::signal_reserved:
      return "no reserved value";
    case ErrorCode::signal_unknown_segment:
      return "a segment of a known type";
    case ErrorCode::signal_unordered:
      return "ranges in ascending order, apart from each other";
    case ErrorCode::signal_beyond_max:
      return "no id above MaxVendorId";
    case ErrorCode::too_long:
      return "at most 65536 characters";
    case ErrorCode::unknown_key:
      return "no such key";
    case ErrorCode::missing_key:
      return "all of its members";
    case ErrorCode::wrong_type:
      return "a value of another type";
    default:
      return "something else";
  }
}

}  // namespace metrofax::consent
