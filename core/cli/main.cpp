#include "cli/command_line.h"

int main(int argc, char** argv) { return metrofax::consent::cli::run_command_line(argc, argv); }
