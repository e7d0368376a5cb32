// What a policy says of mail. In a file of its own: a page's module has no use for the verifier.
#include "policy/view.h"

namespace metrofax::consent {

const fb::Mail* PolicyView::mail() const {
  if (!loaded()) return nullptr;
  // A handful of bounds, whatever the number of rows: cheap enough to be asked each time, and nothing to
  // remember.
  flatbuffers::Verifier verifier(blob_.data(), blob_.size());
  const auto* const table = reinterpret_cast<const flatbuffers::Table*>(root_);
  if (!table->VerifyOffset(verifier, fb::Policy::VT_MAIL)) return nullptr;
  const fb::Mail* const found = root_->mail();
  return found != nullptr && verifier.VerifyTable(found) ? found : nullptr;
}

}  // namespace metrofax::consent
