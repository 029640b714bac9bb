#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "data/sources.hpp"
#include "media/image.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kHintBytes = 2000;

bool any_file(const fs::path& /*path*/) { return true; }
bool is_text(const fs::path& path) { return path.extension() == ".txt"; }
bool is_wav(const fs::path& path) { return lower(path.extension().string()) == ".wav"; }

/// What a folder holds, for error messages: "2 sub-folders (a, b), 12 files (x.bin, ...)".
std::string contents_of(const fs::path& dir) {
  const auto shown = [](const std::vector<std::string>& names) {
    const std::size_t n = std::min(names.size(), kNamesShown);
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(n);
    std::string text = join(std::vector<std::string>(names.begin(), end), ", ");
    if (n < names.size()) text += ", ...";
    return names.empty() ? std::string() : cat(" (", escape_terminal(text), ")");
  };
  const auto folders = list_folders(dir);
  const auto files = list_files(dir, false, any_file);
  return cat(folders.size(), " sub-folders", shown(folders), " and ", files.size(), " files",
             shown(files));
}

bool is_images_idx(const std::string& name) {
  return name.find("images-idx3-ubyte") != std::string::npos ||
         name.find("images.idx3-ubyte") != std::string::npos;
}

/// "t10k-images-idx3-ubyte" -> "t10k-labels-idx1-ubyte"
std::string labels_name(std::string name) {
  const std::size_t at = name.find("images");
  name.replace(at, 6, "labels");
  const std::size_t rank = name.find("idx3");
  return name.replace(rank, 4, "idx1");
}

std::optional<fs::path> if_there(const fs::path& path) {
  return fs::is_regular_file(path) ? std::optional<fs::path>(path) : std::nullopt;
}

std::shared_ptr<const Dataset> open_idx_images(const fs::path& images) {
  const std::string name = images.filename().string();
  if (!is_images_idx(name)) return open_idx(images, std::nullopt);
  return open_idx(images, if_there(images.parent_path() / labels_name(name)));
}

/// "dir/kws_x.npy" -> "dir/kws_y.npy" when that is there.
std::optional<fs::path> labels_beside(const fs::path& values) {
  const std::string stem = values.stem().string();
  if (stem != "x" && !stem.ends_with("_x")) return std::nullopt;
  return if_there(values.parent_path() / (stem.substr(0, stem.size() - 1) + "y.npy"));
}

std::vector<std::string> matching(const fs::path& dir, bool (*accept)(const fs::path&)) {
  return list_files(dir, false, accept);
}

bool is_csv(const fs::path& path) { return lower(path.extension().string()) == ".csv"; }
bool is_npz(const fs::path& path) { return lower(path.extension().string()) == ".npz"; }
bool is_bin(const fs::path& path) { return lower(path.extension().string()) == ".bin"; }
bool is_idx(const fs::path& path) { return is_images_idx(path.filename().string()); }
bool is_values_npy(const fs::path& path) {
  const std::string stem = path.stem().string();
  return lower(path.extension().string()) == ".npy" && (stem == "x" || stem.ends_with("_x"));
}

/// The one file of a sort in a folder; nothing when there is none.
std::optional<fs::path> only_file(const fs::path& dir, std::string_view what,
                                  bool (*accept)(const fs::path&)) {
  const auto names = matching(dir, accept);
  if (names.empty()) return std::nullopt;
  if (names.size() > 1) {
    throw Error(Fault::usage, cat(dir.string(), " holds ", names.size(), " ", what, " files (",
                                  join(names, ", "), "): name the one to use"));
  }
  return dir / names[0];
}

bool has_boxes_beside(const fs::path& dir) {
  if (fs::is_directory(dir / "images") && fs::is_directory(dir / "labels")) {
    return !list_files(dir / "labels", true, is_text).empty();
  }
  for (const std::string& name : matching(dir, is_image_name)) {
    if (fs::is_regular_file((dir / name).replace_extension(".txt"))) return true;
  }
  return false;
}

bool has_class_folders(const fs::path& dir) {
  const auto folders = list_folders(dir);
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return !matching(dir / folder, is_image_name).empty();
  });
}

/// Sound when WAV files lie beside the CSV or one folder below, else pictures.
std::string_view kind_of_list(const fs::path& dir) {
  if (!matching(dir, is_wav).empty()) return "wav";
  for (const std::string& folder : list_folders(dir)) {
    if (!matching(dir / folder, is_wav).empty()) return "wav";
  }
  return "labels-csv";
}

fs::path csv_in(const fs::path& dir) {
  if (fs::is_regular_file(dir / "labels.csv")) return dir / "labels.csv";
  const auto csv = only_file(dir, "CSV", is_csv);
  return csv.value_or(fs::path());
}

/// The kind of data in a folder; empty when there is none that I know.
std::string kind_in(const fs::path& dir) {
  if (fs::is_regular_file(dir / "labels.csv") && matching(dir, is_values_npy).empty()) {
    return std::string(kind_of_list(dir));
  }
  if (has_boxes_beside(dir)) return "yolo";
  if (!matching(dir, is_values_npy).empty()) return "npy";
  if (!matching(dir, is_idx).empty()) return "idx";
  if (!matching(dir, is_npz).empty()) return "npz";
  if (!matching(dir, is_bin).empty()) return "cifar";
  if (has_class_folders(dir)) return "image-folder";
  if (!matching(dir, is_image_name).empty()) return "images";
  return matching(dir, is_csv).empty() ? std::string() : std::string(kind_of_list(dir));
}

std::string detect_folder(const fs::path& dir) {
  std::string kind = kind_in(dir);
  if (!kind.empty()) return kind;
  std::string hint;
  for (const std::string& folder : list_folders(dir)) {
    const std::string inside = kind_in(dir / folder);
    if (!inside.empty()) hint += cat("\n  ", (dir / folder).string(), " holds '", inside, "' data");
    if (hint.size() > kHintBytes) break;
  }
  throw Error(Fault::usage,
              cat("no data that I know in ", dir.string(),
                  "\n  looked for: labels.csv with pictures or WAV files; images/ and labels/ "
                  "(YOLO); *_x.npy; *-images-idx3-ubyte; *.npz; *.bin (CIFAR records); sub-folders "
                  "of pictures; pictures\n  there are: ",
                  contents_of(dir), hint));
}

std::string detect_file(const fs::path& file) {
  if (is_csv(file)) return std::string(kind_of_list(file.parent_path()));
  if (is_npz(file)) return "npz";
  if (lower(file.extension().string()) == ".npy") return "npy";
  if (is_bin(file)) return "cifar";
  if (is_idx(file)) return "idx";
  throw Error(Fault::usage, cat(file.string(),
                                " is no data that I know: want a folder, or a file "
                                ".csv, .npz, .npy, .bin or *-images-idx3-ubyte"));
}

[[noreturn]] void nothing_fits(const fs::path& path, const std::string& kind) {
  throw Error(Fault::usage,
              cat("no '", kind, "' data in ", path.string(), "\n  there are: ", contents_of(path)));
}

std::shared_ptr<const Dataset> open_in_folder(const fs::path& dir, const std::string& kind) {
  if (kind == "image-folder") return open_image_folder(dir);
  if (kind == "images") return open_images(dir);
  if (kind == "yolo") return open_yolo(dir);
  std::optional<fs::path> file;
  if (kind == "npz") file = only_file(dir, "NPZ", is_npz);
  if (kind == "npy") file = only_file(dir, "_x.npy", is_values_npy);
  if (kind == "cifar") file = only_file(dir, "record", is_bin);
  if (kind == "idx") file = only_file(dir, "IDX image", is_idx);
  if (kind == "labels-csv" || kind == "wav") file = csv_in(dir);
  if (!file || file->empty()) nothing_fits(dir, kind);
  if (kind == "npz") return open_npz(*file);
  if (kind == "npy") return open_npy(*file, labels_beside(*file));
  if (kind == "cifar") return open_cifar(*file);
  if (kind == "idx") return open_idx_images(*file);
  return open_listed_files(*file, kind);
}

std::shared_ptr<const Dataset> open_one_file(const fs::path& file, const std::string& kind) {
  if (kind == "npz") return open_npz(file);
  if (kind == "npy") return open_npy(file, labels_beside(file));
  if (kind == "cifar") return open_cifar(file);
  if (kind == "idx") return open_idx_images(file);
  if (kind == "labels-csv" || kind == "wav") return open_listed_files(file, kind);
  throw Error(Fault::usage, cat("'", kind, "' data are a folder; ", file.string(), " is a file"));
}

std::shared_ptr<const Dataset> open_all(const std::string& path, const std::string& kind) {
  const std::size_t comma = path.find(',');
  if (comma != std::string::npos && !fs::exists(path)) {
    const fs::path values(path.substr(0, comma));
    const fs::path labels(path.substr(comma + 1));
    if (values.extension() == ".npy") return open_npy(values, labels);
    if (is_idx(values)) return open_idx(values, labels);
    throw Error(Fault::usage, cat("'", path, "': two files with a comma are NPY (or IDX) files"));
  }
  if (!fs::exists(path)) throw Error(Fault::missing, cat("no such file or folder: ", path));
  if (fs::is_directory(path)) {
    return open_in_folder(path, kind.empty() ? detect_folder(path) : kind);
  }
  return open_one_file(path, kind.empty() ? detect_file(path) : kind);
}

}  // namespace

const std::vector<std::string>& data_kinds() {
  static const std::vector<std::string> kinds = {
      "image-folder", "labels-csv", "images", "yolo", "npz", "npy", "cifar", "idx", "wav"};
  return kinds;
}

std::shared_ptr<const Dataset> open_dataset(const std::string& path, const DataOptions& options) {
  const auto& kinds = data_kinds();
  if (!options.kind.empty() && std::find(kinds.begin(), kinds.end(), options.kind) == kinds.end()) {
    throw Error(Fault::usage,
                cat("unknown kind of data '", options.kind, "' (", join(kinds, ", "), ")"));
  }
  if (options.limit < 0) throw Error(Fault::usage, cat("limit ", options.limit, " is below 0"));
  std::shared_ptr<const Dataset> data;
  try {
    data = open_all(path, options.kind);
  } catch (const fs::filesystem_error& error) {
    const bool denied = error.code() == std::errc::permission_denied;
    throw Error(denied ? Fault::permission : Fault::io,
                cat("cannot look at ", path, ": ", error.code().message()));
  }
  if (options.limit == 0 || options.limit >= data->size()) return data;
  auto chosen = sample_indices(data->size(), options.limit, options.seed);
  return subset(std::move(data), std::move(chosen));
}

}  // namespace pare
