#include <algorithm>
#include <array>
#include <fstream>

#include "base/file.hpp"
#include "base/text.hpp"
#include "formats/contents.hpp"
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

namespace fs = std::filesystem;

constexpr std::size_t kHeadBytes = 4096;

std::string known_formats() {
  std::vector<std::string> names;
  for (const FormatDef& f : all_formats()) {
    names.push_back(cat(f.what, " (", join(f.extensions, ", "), ")"));
  }
  return join(names, "; ");
}

bool has_extension(const FormatDef& format, const fs::path& path) {
  const auto& names = format.extensions;
  const std::string extension = lower(path.extension().string());
  return std::find(names.begin(), names.end(), extension) != names.end();
}

/// The format that the content of the file speaks for most.
const FormatDef& format_of(const fs::path& path) {
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
    throw Error(Fault::corrupt,
                cat("this is no model of a known format; known are ", known_formats()));
  }
  return *best;
}

template <class Body>
decltype(auto) while_reading(const fs::path& path, Body&& body) {
  return during([&] { return cat("reading ", escape_terminal(path.string())); },
                std::forward<Body>(body));
}

}  // namespace

fs::path model_at(const fs::path& path) {
  std::error_code none;
  if (!fs::is_directory(path, none)) return path;
  std::vector<std::string> wanted;
  for (const FormatDef& format : all_formats()) {
    for (const std::string& name : format.names_in_folders) {
      if (fs::is_regular_file(path / name, none)) return path / name;
      wanted.push_back(name);
    }
  }
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(path, none)) {
    const auto fits = [&](const FormatDef& f) {
      return f.list != nullptr && has_extension(f, entry.path());
    };
    if (std::any_of(all_formats().begin(), all_formats().end(), fits)) {
      found.push_back(entry.path());
    }
  }
  if (found.size() == 1) return found[0];
  throw Error(
      Fault::usage,
      cat(escape_terminal(path.string()), " is not a regular file, and as a folder it holds ",
          found.empty() ? cat("no model (", join(wanted, ", "), ")")
                        : cat(found.size(), " files of weights; name one of them")));
}

const FormatDef& format_at(const fs::path& path) { return format_of(model_at(path)); }

Model read_model(const fs::path& path, const ReadOptions& options) {
  return while_reading(path, [&] {
    const fs::path file = model_at(path);
    return format_of(file).read(file, options);
  });
}

bool is_container(const fs::path& path) {
  return while_reading(path, [&] { return format_of(model_at(path)).list != nullptr; });
}

Contents list_contents(const fs::path& path, const ReadOptions& options) {
  return while_reading(path, [&] {
    const fs::path file = model_at(path);
    const FormatDef& format = format_of(file);
    if (format.list == nullptr) {
      throw Error(Fault::unsupported,
                  cat("a ", format.what, " has a graph; want a file of tensors alone"));
    }
    return format.list(file, options);
  });
}

void write_model(const Model& model, const fs::path& path, const WriteOptions& options) {
  during([&] { return cat("writing ", escape_terminal(path.string())); },
         [&] {
           for (const FormatDef& format : all_formats()) {
             if (format.write == nullptr || !has_extension(format, path)) continue;
             format.write(model, path, options);
             return;
           }
           throw Error(Fault::usage,
                       cat("no writer for '", escape_terminal(lower(path.extension().string())),
                           "'; known are ", known_formats()));
         });
}

}  // namespace pare
