#include "signals/usp.h"

namespace metrofax::consent {

Result<UspString> read_usp(std::string_view text) {
  for (std::size_t i = 0; i < 4; ++i) {
    const auto offset = static_cast<std::uint32_t>(i);
    if (i == text.size()) return Error{ErrorCode::signal_truncated, offset};
    if (i == 0 && text[0] != '1') return Error{ErrorCode::signal_bad_version, offset};
    if (i > 0 && text[i] != 'Y' && text[i] != 'N' && text[i] != '-')
      return Error{ErrorCode::signal_bad_value, offset};
  }
  if (text.size() > 4) return Error{ErrorCode::signal_bad_value, 4};
  return UspString{text[0], text[1], text[2], text[3]};
}

fb::Tri usp_opt_out(const UspString& usp) {
  if (usp.opt_out_sale == 'Y') return fb::Tri::on;
  if (usp.opt_out_sale == 'N') return fb::Tri::off;
  return usp.notice == '-' && usp.lspa_covered == '-' ? fb::Tri::unset : fb::Tri::on;
}

}  // namespace metrofax::consent
