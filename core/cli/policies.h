// The policies that a run of mfconsent knows by name.
#pragma once

#include <string>
#include <vector>

namespace metrofax::consent::cli {

/// Loads policies and makes them known to the operations: "PATH" under the empty name, "NAME=PATH" under NAME
/// (a NAME is an identifier; what stands before '=' and is none belongs to the path). Returns an exit code
/// (files.h), with messages on stderr unless it is kGood.
int register_policies(const std::vector<std::string>& arguments);

}  // namespace metrofax::consent::cli
