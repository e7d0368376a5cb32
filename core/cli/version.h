// The version that `mfconsent --version` prints; the same as project(VERSION) in CMakeLists.txt, which a test
// compares.
#pragma once

namespace metrofax::consent::cli {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace metrofax::consent::cli
