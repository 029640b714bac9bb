#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/csv.hpp"
#include "data/sources.hpp"
#include "media/image.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCsvLimitBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kBoxLimitBytes = std::uint64_t{4} << 20;

std::optional<std::int64_t> as_integer(std::string_view text) {
  std::int64_t value = 0;
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Position of the first wanted name among the columns.
std::optional<std::size_t> column(const std::vector<std::string>& header,
                                  const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (lower(trim(header[i])) == name) return i;
    }
  }
  return std::nullopt;
}

struct Columns {
  std::size_t file = 0;
  std::size_t label = 1;
  bool header = false;
};

Columns find_columns(const std::vector<std::vector<std::string>>& rows) {
  const std::vector<std::string>& head = rows.at(0);
  const auto file = column(head, {"file", "filename", "file_name", "path", "image", "image_path"});
  auto label = column(head, {"class_index", "label_index", "class_id", "label_id", "index", "label",
                             "class", "target", "category"});
  for (std::size_t i = 0; i < head.size() && !label; ++i) {
    const std::string name = lower(trim(head[i]));
    if (name.starts_with("label") || name.starts_with("class")) label = i;
  }
  if (file && label) return {*file, *label, true};
  const bool plain =
      head.size() >= 2 && as_integer(head[1]).has_value() && head[0].find('.') != std::string::npos;
  if (plain) return {};
  throw Error(Fault::usage, cat("the first line of the CSV names the columns ", join(head, ", "),
                                "; want a file column ('file', 'filename', 'path' or 'image') and "
                                "a class column ('class_index', 'label', 'class' ...)"));
}

/// Class indices from the words of a CSV: by the names that the data set gives, else in the order
/// of the alphabet (`names` is filled then).
std::vector<std::int64_t> index_words(const std::vector<std::string>& words,
                                      std::vector<std::string>& names) {
  if (names.empty()) {
    names = words;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  std::map<std::string, std::int64_t> index;
  for (std::size_t i = 0; i < names.size(); ++i) index.emplace(names[i], i);
  std::vector<std::int64_t> labels;
  for (const std::string& word : words) {
    const auto found = index.find(word);
    if (found == index.end()) {
      throw Error(Fault::corrupt, cat("class '", word, "' is not among the class names"));
    }
    labels.push_back(found->second);
  }
  return labels;
}

/// A name in a CSV must stay in the CSV's folder.
void check_name(const std::string& name) {
  const fs::path path(name);
  const bool outside =
      path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
  if (name.empty() || outside || name.find('\0') != std::string::npos) {
    throw Error(Fault::usage,
                cat("file '", name, "' is not a relative path below the CSV's folder"));
  }
}

float box_number(std::string_view word) {
  float value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value)) {
    throw Error(Fault::corrupt, cat("'", word, "' is not a number"));
  }
  return value;
}

Box parse_box(std::string_view line) {
  std::vector<std::string> words;
  for (std::string& word : split(line, ' ')) {
    if (!trim(word).empty()) words.push_back(std::string(trim(word)));
  }
  if (words.size() != 5) {
    throw Error(Fault::corrupt, cat("want 'class cx cy w h', got ", words.size(), " words"));
  }
  const auto label = as_integer(words[0]);
  if (!label) throw Error(Fault::corrupt, cat("class '", words[0], "' is not an integer"));
  const Box box{*label, box_number(words[1]), box_number(words[2]), box_number(words[3]),
                box_number(words[4])};
  for (const float x : {box.cx, box.cy, box.w, box.h}) {
    if (x < 0 || x > 1.001F) {
      throw Error(Fault::corrupt, cat(x, " is outside 0..1: boxes are relative to the picture"));
    }
  }
  return box;
}

std::vector<Box> read_boxes(const fs::path& file) {
  std::vector<Box> boxes;
  if (!fs::exists(file)) return boxes;  // a picture without objects
  const auto lines = split(read_text(file, kBoxLimitBytes), '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    during([&] { return cat("reading ", file.string(), " line ", i + 1); },
           [&] { boxes.push_back(parse_box(trim(lines[i]))); });
  }
  return boxes;
}

/// Where the classes of an image folder come from: names (or wnids) in classes.txt that all
/// sub-folders bear, else the sub-folders in order.
std::vector<std::int64_t> folder_classes(const std::vector<std::string>& folders,
                                         std::vector<std::string>& names) {
  std::map<std::string, std::int64_t> index;
  for (std::size_t i = 0; i < names.size(); ++i) index.emplace(names[i], i);
  std::vector<std::int64_t> classes;
  for (const std::string& folder : folders) {
    const auto found = index.find(folder);
    if (found == index.end()) break;
    classes.push_back(found->second);
  }
  if (classes.size() == folders.size()) return classes;
  names = folders;
  classes.clear();
  for (std::size_t i = 0; i < folders.size(); ++i) classes.push_back(static_cast<std::int64_t>(i));
  return classes;
}

}  // namespace

std::shared_ptr<const Dataset> open_image_folder(const fs::path& dir) {
  FileList list;
  list.kind = "image-folder";
  list.root = dir;
  list.class_names = find_class_names(dir);
  std::vector<std::string> folders;
  std::vector<std::vector<std::string>> files;
  for (const std::string& folder : list_folders(dir)) {
    auto found = list_files(dir / folder, false, is_image_name);
    if (found.empty()) continue;
    folders.push_back(folder);
    files.push_back(std::move(found));
  }
  if (folders.empty()) {
    throw Error(Fault::usage, cat("no sub-folder of ", dir.string(), " holds JPEG or PNG files"));
  }
  const auto classes = folder_classes(folders, list.class_names);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (const std::string& file : files[i]) {
      list.names.push_back(folders[i] + "/" + file);
      list.labels.push_back(classes[i]);
    }
  }
  return make_file_dataset(std::move(list));
}

std::shared_ptr<const Dataset> open_images(const fs::path& dir) {
  FileList list;
  list.kind = "images";
  list.root = dir;
  list.names = list_files(dir, false, is_image_name);
  if (list.names.empty()) {
    throw Error(Fault::usage, cat(dir.string(), " holds no JPEG or PNG files"));
  }
  return make_file_dataset(std::move(list));
}

std::shared_ptr<const Dataset> open_listed_files(const fs::path& csv, std::string_view kind) {
  FileList list;
  list.kind = kind;
  list.root = csv.has_parent_path() ? csv.parent_path() : fs::path(".");
  during([&] { return cat("reading ", csv.string()); },
         [&] {
           const auto rows = parse_csv(read_text(csv, kCsvLimitBytes));
           if (rows.empty()) throw Error(Fault::usage, "the CSV is empty");
           const Columns columns = find_columns(rows);
           list.class_names = find_class_names(list.root);
           std::vector<std::string> words;
           bool integers = true;
           for (std::size_t i = columns.header ? 1 : 0; i < rows.size(); ++i) {
             check_name(rows[i][columns.file]);
             list.names.push_back(rows[i][columns.file]);
             words.emplace_back(trim(rows[i][columns.label]));
             integers = integers && as_integer(words.back()).has_value();
           }
           if (words.empty()) throw Error(Fault::usage, "the CSV lists no files");
           if (integers) {
             for (const std::string& word : words) list.labels.push_back(*as_integer(word));
           } else {
             list.labels = index_words(words, list.class_names);
           }
         });
  return make_file_dataset(std::move(list));
}

std::shared_ptr<const Dataset> open_yolo(const fs::path& dir) {
  FileList list;
  list.kind = "yolo";
  list.root = dir;
  const bool apart = fs::is_directory(dir / "images");
  const fs::path images = apart ? dir / "images" : dir;
  const fs::path labels = apart ? dir / "labels" : dir;
  for (const std::string& name : list_files(images, true, is_image_name)) {
    list.names.push_back(apart ? "images/" + name : name);
    list.boxes.push_back(read_boxes((labels / name).replace_extension(".txt")));
  }
  if (list.names.empty()) {
    throw Error(Fault::usage, cat(images.string(), " holds no JPEG or PNG files"));
  }
  list.class_names = find_class_names(dir);
  return make_file_dataset(std::move(list));
}

}  // namespace pare
