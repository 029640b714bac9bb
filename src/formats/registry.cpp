#include <algorithm>
#include <array>
#include <fstream>

#include "base/file.hpp"
#include "base/text.hpp"
#include "formats/format.hpp"

namespace pare {

#define PARE_PLUGIN(name) FormatDef name();
#include "pare_registry/formats.inc"
#undef PARE_PLUGIN

const std::vector<FormatDef>& all_formats() {
  static const std::vector<FormatDef> kAll = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/formats.inc"
#undef PARE_PLUGIN
  };
  return kAll;
}

namespace {

constexpr std::size_t kHeadBytes = 4096;

std::string known_formats() {
  std::vector<std::string> names;
  for (const FormatDef& f : all_formats()) {
    names.push_back(cat(f.what, " (", join(f.extensions, ", "), ")"));
  }
  return join(names, "; ");
}

}  // namespace

Model read_model(const std::filesystem::path& path, const ReadOptions& options) {
  return during([&] { return cat("reading ", escape_terminal(path.string())); },
                [&] {
                  const auto file = MappedFile::open(path);
                  const auto head = file->bytes().first(std::min(kHeadBytes, file->bytes().size()));
                  const FormatDef* best = nullptr;
                  int most = 0;
                  for (const FormatDef& format : all_formats()) {
                    const int score = format.sniff(head, path);
                    if (score <= most) continue;
                    most = score;
                    best = &format;
                  }
                  if (best == nullptr) {
                    throw Error(
                        Fault::corrupt,
                        cat("this is no model of a known format; known are ", known_formats()));
                  }
                  return best->read(path, options);
                });
}

void write_model(const Model& model, const std::filesystem::path& path,
                 const WriteOptions& options) {
  during([&] { return cat("writing ", escape_terminal(path.string())); },
         [&] {
           const std::string extension = lower(path.extension().string());
           for (const FormatDef& format : all_formats()) {
             const auto& names = format.extensions;
             if (format.write == nullptr ||
                 std::find(names.begin(), names.end(), extension) == names.end()) {
               continue;
             }
             format.write(model, path, options);
             return;
           }
           throw Error(Fault::usage, cat("no writer for '", escape_terminal(extension),
                                         "'; known are ", known_formats()));
         });
}

}  // namespace pare
