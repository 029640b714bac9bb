#include <algorithm>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/sources.hpp"
#include "data/wav.hpp"
#include "media/image.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEntryLimit = 10'000'000;

class FileDataset : public Dataset {
 public:
  explicit FileDataset(FileList list) : list_(std::move(list)) {
    std::vector<std::int64_t> labels = list_.labels;
    for (const auto& boxes : list_.boxes) {
      for (const Box& box : boxes) labels.push_back(box.label);
    }
    classes_ = count_classes(labels, list_.class_names);
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return list_.kind; }
  [[nodiscard]] std::int64_t size() const noexcept override {
    return static_cast<std::int64_t>(list_.names.size());
  }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    const fs::path path = list_.root / name(i);
    Sample sample;
    sample.path = path.string();
    sample.label = label(i);
    if (!list_.boxes.empty()) sample.boxes = list_.boxes.at(static_cast<std::size_t>(i));
    if (list_.kind == "wav") {
      sample.inputs.push_back(
          during([&] { return cat("reading ", path.string()); },
                 [&] { return parse_wav(MappedFile::open(path)->bytes()).samples; }));
    } else {
      sample.inputs.push_back(read_image(path));
    }
    return sample;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    if (list_.labels.empty()) return std::nullopt;
    return list_.labels.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::string name(std::int64_t i) const override {
    return list_.names.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t i) const override {
    std::error_code failed;
    const auto size = fs::file_size(list_.root / name(i), failed);
    return failed ? 0 : size;
  }
  [[nodiscard]] std::string annotation(std::int64_t i) const override {
    if (list_.boxes.empty()) return Dataset::annotation(i);
    std::string text;
    for (const Box& box : list_.boxes.at(static_cast<std::size_t>(i))) {
      text += cat(box.label, ' ', box.cx, ' ', box.cy, ' ', box.w, ' ', box.h, ';');
    }
    return text;
  }
  [[nodiscard]] bool labelled() const noexcept override { return !list_.labels.empty(); }
  [[nodiscard]] bool has_boxes() const noexcept override { return !list_.boxes.empty(); }
  [[nodiscard]] std::int64_t classes() const noexcept override { return classes_; }
  [[nodiscard]] const std::vector<std::string>& class_names() const noexcept override {
    return list_.class_names;
  }

 private:
  FileList list_;
  std::int64_t classes_ = 0;
};

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

template <class Iterator>
void collect(Iterator at, const fs::path& dir, bool (*accept)(const fs::path&),
             std::vector<std::string>& names) {
  std::size_t seen = 0;
  for (; at != Iterator(); ++at) {
    if (++seen > kEntryLimit) {
      throw Error(Fault::resource, cat(dir.string(), " has more than ", kEntryLimit, " entries"));
    }
    if (hidden(at->path()) || !at->is_regular_file() || !accept(at->path())) continue;
    names.push_back(at->path().lexically_relative(dir).string());
  }
}

}  // namespace

std::shared_ptr<const Dataset> make_file_dataset(FileList list) {
  return std::make_shared<FileDataset>(std::move(list));
}

std::vector<std::string> list_files(const fs::path& dir, bool deep,
                                    bool (*accept)(const fs::path&)) {
  std::vector<std::string> names;
  try {
    if (deep) {
      collect(
          fs::recursive_directory_iterator(dir, fs::directory_options::follow_directory_symlink),
          dir, accept, names);
    } else {
      collect(fs::directory_iterator(dir), dir, accept, names);
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(Fault::io, cat("cannot list ", dir.string(), ": ", error.code().message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> list_folders(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(dir, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    if (!hidden(at->path()) && at->is_directory()) names.push_back(at->path().filename().string());
  }
  if (failed) throw Error(Fault::io, cat("cannot list ", dir.string(), ": ", failed.message()));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pare
