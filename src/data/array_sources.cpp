#include <algorithm>
#include <array>
#include <cstring>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/idx.hpp"
#include "data/npy.hpp"
#include "data/sources.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

bool is_channels(std::int64_t n) { return n == 1 || n == 3; }

/// Channels first to channels last.
Tensor to_hwc(std::span<const std::uint8_t> planes, std::int64_t channels, std::int64_t height,
              std::int64_t width) {
  Tensor image(ElementKind::u8, {height, width, channels});
  const auto out = image.mutable_data<std::uint8_t>();
  const std::int64_t pixels = height * width;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t i = 0; i < pixels; ++i) {
      out[static_cast<std::size_t>(i * channels + c)] =
          planes[static_cast<std::size_t>(c * pixels + i)];
    }
  }
  return image;
}

/// Arrays of bytes that look like pictures become [H,W,C]; everything else stays as it is.
Tensor as_picture(Tensor value) {
  if (value.kind() != ElementKind::u8) return value;
  if (value.rank() == 2 && value.dim(0) > 1 && value.dim(1) > 1) {
    return value.reshaped({value.dim(0), value.dim(1), 1});
  }
  const bool planes = value.rank() == 3 && !is_channels(value.dim(2)) && is_channels(value.dim(0));
  if (!planes) return value;
  return to_hwc(value.data<std::uint8_t>(), value.dim(0), value.dim(1), value.dim(2));
}

class ArrayDataset : public Dataset {
 public:
  explicit ArrayDataset(ArrayList list) : list_(std::move(list)) {
    size_ = list_.arrays.at(0).dim(0);
    for (Tensor& array : list_.arrays) shared_.push_back(std::make_shared<Tensor>(array));
    classes_ = count_classes(list_.labels, list_.class_names);
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return list_.kind; }
  [[nodiscard]] std::int64_t size() const noexcept override { return size_; }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    require(i >= 0 && i < size_, "data set: index outside");
    Sample sample;
    sample.path = name(i);
    sample.label = label(i);
    for (const auto& array : shared_) {
      const std::size_t bytes = array->bytes().size() / static_cast<std::size_t>(size_);
      const auto part = array->bytes().subspan(static_cast<std::size_t>(i) * bytes, bytes);
      Shape shape(array->shape().begin() + 1, array->shape().end());
      sample.inputs.push_back(as_picture(Tensor(array->type(), std::move(shape), part, array)));
    }
    return sample;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    if (list_.labels.empty()) return std::nullopt;
    return list_.labels.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::string name(std::int64_t i) const override {
    return cat(list_.file, '[', i, ']');
  }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t /*i*/) const override {
    std::uint64_t bytes = 0;
    for (const auto& array : shared_) bytes += array->bytes().size();
    return bytes / static_cast<std::uint64_t>(size_);
  }
  [[nodiscard]] bool labelled() const noexcept override { return !list_.labels.empty(); }
  [[nodiscard]] const std::vector<std::string>& input_names() const noexcept override {
    return list_.input_names;
  }
  [[nodiscard]] std::int64_t classes() const noexcept override { return classes_; }
  [[nodiscard]] const std::vector<std::string>& class_names() const noexcept override {
    return list_.class_names;
  }

 private:
  ArrayList list_;
  std::vector<std::shared_ptr<Tensor>> shared_;
  std::int64_t size_ = 0;
  std::int64_t classes_ = 0;
};

/// How many label bytes and which picture side a file of binary records has.
struct RecordForm {
  std::int64_t label_bytes;
  std::int64_t side;
  [[nodiscard]] std::int64_t bytes() const { return label_bytes + 3 * side * side; }
};

// CIFAR-10, CIFAR-100 (the second label is the fine one), then larger pictures in the same manner.
constexpr std::array<RecordForm, 5> kRecordForms = {{{1, 32}, {2, 32}, {1, 64}, {1, 96}, {1, 28}}};

class RecordDataset : public Dataset {
 public:
  explicit RecordDataset(const fs::path& path)
      : file_(MappedFile::open(path)), name_(path.filename().string()) {
    const auto bytes = static_cast<std::int64_t>(file_->bytes().size());
    const auto* form = std::find_if(kRecordForms.begin(), kRecordForms.end(), [&](const auto& f) {
      return bytes > 0 && bytes % f.bytes() == 0;
    });
    if (form == kRecordForms.end()) {
      throw Error(
          Fault::corrupt,
          cat(path.string(), " has ", bytes, " bytes, which is no multiple of a record: ",
              "label byte(s) and 3 planes of 32 x 32 (CIFAR), 64 x 64, 96 x 96 or 28 x 28"));
    }
    form_ = *form;
    size_ = bytes / form_.bytes();
    class_names_ = find_class_names(folder_of(path));
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < size_; ++i) labels.push_back(*label(i));
    classes_ = during([&] { return cat("reading ", path.string()); },
                      [&] { return count_classes(labels, class_names_); });
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return "cifar"; }
  [[nodiscard]] std::int64_t size() const noexcept override { return size_; }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    Sample sample;
    sample.path = name(i);
    sample.label = label(i);
    const auto pixels = record(i).subspan(static_cast<std::size_t>(form_.label_bytes));
    const Tensor planes(dtype_of(ElementKind::u8), {3, form_.side, form_.side}, pixels, file_);
    sample.inputs.push_back(to_hwc(planes.data<std::uint8_t>(), 3, form_.side, form_.side));
    return sample;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    const auto at = static_cast<std::size_t>(form_.label_bytes - 1);
    return std::to_integer<std::int64_t>(record(i)[at]);
  }
  [[nodiscard]] std::string name(std::int64_t i) const override { return cat(name_, '[', i, ']'); }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t /*i*/) const override {
    return static_cast<std::uint64_t>(form_.bytes());
  }
  [[nodiscard]] bool labelled() const noexcept override { return true; }
  [[nodiscard]] std::int64_t classes() const noexcept override { return classes_; }
  [[nodiscard]] const std::vector<std::string>& class_names() const noexcept override {
    return class_names_;
  }

 private:
  [[nodiscard]] std::span<const std::byte> record(std::int64_t i) const {
    require(i >= 0 && i < size_, "data set: index outside");
    const auto bytes = static_cast<std::size_t>(form_.bytes());
    return file_->bytes().subspan(static_cast<std::size_t>(i) * bytes, bytes);
  }
  std::shared_ptr<const MappedFile> file_;
  std::string name_;
  RecordForm form_{1, 32};
  std::int64_t size_ = 0;
  std::int64_t classes_ = 0;
  std::vector<std::string> class_names_;
};

bool is_label_name(const std::string& name) {
  static const std::vector<std::string> names = {"y",       "label", "labels", "target",
                                                 "targets", "class", "classes"};
  return std::find(names.begin(), names.end(), lower(name)) != names.end();
}

Tensor read_idx(const fs::path& path) {
  return during([&] { return cat("reading ", path.string()); },
                [&] {
                  auto file = MappedFile::open(path);
                  const auto bytes = file->bytes();
                  return parse_idx(bytes, std::move(file));
                });
}

void check_counted(const std::string& what, const Tensor& array) {
  if (array.rank() < 1 || array.dim(0) < 1) {
    throw Error(Fault::usage, cat(what, " has shape ", to_string(array.shape()),
                                  "; want the samples along the first axis, at least one"));
  }
}

std::shared_ptr<const Dataset> from_pair(std::string_view kind, const fs::path& file,
                                         const Tensor& values,
                                         const std::optional<Tensor>& labels) {
  check_counted(file.string(), values);
  ArrayList list;
  list.kind = kind;
  list.file = file.filename().string();
  list.arrays = {values};
  if (labels) list.labels = labels_from(*labels, values.dim(0));
  if (labels) list.class_names = find_class_names(folder_of(file));
  return make_array_dataset(std::move(list));
}

}  // namespace

std::shared_ptr<const Dataset> make_array_dataset(ArrayList list) {
  return std::make_shared<ArrayDataset>(std::move(list));
}

std::shared_ptr<const Dataset> open_npz(const fs::path& file) {
  ArrayList list;
  list.kind = "npz";
  list.file = file.filename().string();
  std::optional<Tensor> labels;
  for (NamedTensor& array : read_npz(file)) {
    if (is_label_name(array.name) && array.value.type().is_integer() && !labels) {
      labels = array.value;
      continue;
    }
    check_counted(cat(file.string(), ": array '", array.name, "'"), array.value);
    list.input_names.push_back(array.name);
    list.arrays.push_back(std::move(array.value));
  }
  if (list.arrays.empty()) {
    throw Error(Fault::usage, cat(file.string(), " holds no arrays besides labels"));
  }
  const std::int64_t count = list.arrays[0].dim(0);
  for (std::size_t i = 0; i < list.arrays.size(); ++i) {
    if (list.arrays[i].dim(0) != count) {
      throw Error(Fault::usage,
                  cat(file.string(), ": array '", list.input_names[i], "' has ",
                      list.arrays[i].dim(0), " samples, '", list.input_names[0], "' has ", count));
    }
  }
  during([&] { return cat("reading ", file.string()); },
         [&] {
           if (labels) list.labels = labels_from(*labels, count);
           if (labels) list.class_names = find_class_names(folder_of(file));
         });
  return make_array_dataset(std::move(list));
}

std::shared_ptr<const Dataset> open_npy(const fs::path& values,
                                        const std::optional<fs::path>& labels) {
  std::optional<Tensor> read;
  if (labels) read = read_npy(*labels);
  return during([&] { return cat("opening ", values.string()); },
                [&] { return from_pair("npy", values, read_npy(values), read); });
}

std::shared_ptr<const Dataset> open_cifar(const fs::path& file) {
  return std::make_shared<RecordDataset>(file);
}

std::shared_ptr<const Dataset> open_idx(const fs::path& images,
                                        const std::optional<fs::path>& labels) {
  std::optional<Tensor> read;
  if (labels) read = read_idx(*labels);
  return during([&] { return cat("opening ", images.string()); },
                [&] { return from_pair("idx", images, read_idx(images), read); });
}

}  // namespace pare
