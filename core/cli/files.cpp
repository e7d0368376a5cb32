#include "cli/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "policy/view.h"

namespace metrofax::consent::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin && file != stdout) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

void complain(const std::string& path, const char* what) {
  std::fprintf(stderr, "%s: error: %s: %s\n", path.c_str(), what, std::strerror(errno));
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) {
    complain(path, "cannot open");
    return std::nullopt;
  }
  std::string bytes;
  char piece[65536];
  while (const std::size_t got = std::fread(piece, 1, sizeof piece, file.get())) bytes.append(piece, got);
  if (std::ferror(file.get()) != 0) {
    complain(path, "cannot read");
    return std::nullopt;
  }
  return bytes;
}

bool write_file(const std::string& path, std::string_view bytes) {
  const bool standard = path == "-";
  // Devices and pipes are written to, not replaced.
  std::error_code ignored;
  const auto kind = std::filesystem::status(path, ignored).type();
  const bool in_place =
      kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::regular;
  const std::string temporary = in_place ? path : path + ".part";
  File file(standard ? stdout : std::fopen(temporary.c_str(), "wb"));
  if (!file) {
    complain(temporary, "cannot open for writing");
    return false;
  }
  bool good = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  good = std::fflush(file.get()) == 0 && good;
  if (!good) complain(path, "cannot write");
  if (standard) return good;
  file.reset();
  if (in_place) return good;
  if (good && std::rename(temporary.c_str(), path.c_str()) != 0) {
    complain(path, "cannot write");
    good = false;
  }
  if (!good) std::remove(temporary.c_str());
  return good;
}

void print_findings(const std::string& file, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) std::fprintf(stderr, "%s\n", format_finding(file, finding).c_str());
}

std::optional<std::vector<std::uint8_t>> load_policy(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes) return std::nullopt;
  if (bytes->size() >= 8 && std::string_view(*bytes).substr(4, 4) == fb::PolicyIdentifier()) {
    std::vector<std::uint8_t> blob(bytes->begin(), bytes->end());
    const auto view = PolicyView::open(blob);
    if (view.ok()) return blob;
    std::fprintf(stderr, "%s: error: not a good compiled policy: %s at byte %u\n", path.c_str(),
                 fb::EnumNameErrorCode(view.error().code), static_cast<unsigned>(view.error().offset));
    return std::nullopt;
  }
  CompileOutput output = compile_policy(*bytes);
  print_findings(path, output.findings);
  if (!output.ok()) return std::nullopt;
  return std::move(output.blob);
}

}  // namespace metrofax::consent::cli
