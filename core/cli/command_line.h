// mfconsent's command line as its main and the tests call it; CLI11 stays behind it.
#pragma once

namespace metrofax::consent::cli {

/// Reads the command line and runs what it names. Returns the exit code; help and version go to the standard
/// output.
int run_command_line(int argc, const char* const* argv);

}  // namespace metrofax::consent::cli
