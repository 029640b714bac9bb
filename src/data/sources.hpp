#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace pare {

/// Openers of the kinds of data; see docs/data.md for what each accepts.
std::shared_ptr<const Dataset> open_image_folder(const std::filesystem::path& dir);
std::shared_ptr<const Dataset> open_images(const std::filesystem::path& dir);
/// Pictures or WAV files listed in a CSV; `kind` is "labels-csv" or "wav".
std::shared_ptr<const Dataset> open_listed_files(const std::filesystem::path& csv,
                                                 std::string_view kind);
std::shared_ptr<const Dataset> open_yolo(const std::filesystem::path& dir);
std::shared_ptr<const Dataset> open_npz(const std::filesystem::path& file);
std::shared_ptr<const Dataset> open_npy(const std::filesystem::path& values,
                                        const std::optional<std::filesystem::path>& labels);
std::shared_ptr<const Dataset> open_cifar(const std::filesystem::path& file);
std::shared_ptr<const Dataset> open_idx(const std::filesystem::path& images,
                                        const std::optional<std::filesystem::path>& labels);

/// Samples that are files of their own.
struct FileList {
  std::string kind;
  std::filesystem::path root;
  std::vector<std::string> names;       ///< relative to root
  std::vector<std::int64_t> labels;     ///< one per name, or empty
  std::vector<std::vector<Box>> boxes;  ///< one list per name, or empty
  std::vector<std::string> class_names;
};
std::shared_ptr<const Dataset> make_file_dataset(FileList list);

/// Samples that are slices of arrays along their first axis.
struct ArrayList {
  std::string kind;
  std::string file;                      ///< for the names of samples
  std::vector<std::string> input_names;  ///< one per array, or empty
  std::vector<Tensor> arrays;
  std::vector<std::int64_t> labels;  ///< one per sample, or empty
  std::vector<std::string> class_names;
};
std::shared_ptr<const Dataset> make_array_dataset(ArrayList list);

/// Class names beside the data: classes.txt ("name", or "index [wnid] name" in order), or the
/// `names` of a YAML file of a detection set. Empty when there is none.
std::vector<std::string> find_class_names(const std::filesystem::path& dir);
/// Number of classes; Fault::corrupt when a label is negative or has no name although there are
/// names.
std::int64_t count_classes(const std::vector<std::int64_t>& labels,
                           const std::vector<std::string>& class_names);
/// Integer labels of `count` samples from an array [count] or [count,1].
std::vector<std::int64_t> labels_from(const Tensor& values, std::int64_t count);
/// Regular files below `dir` that `accept` takes, relative to it and sorted; hidden ones are left
/// out, links are followed. Errors: Fault::resource above ten million entries.
std::vector<std::string> list_files(const std::filesystem::path& dir, bool deep,
                                    bool (*accept)(const std::filesystem::path&));
/// Sub-folders of `dir`, sorted, hidden ones left out.
std::vector<std::string> list_folders(const std::filesystem::path& dir);

}  // namespace pare
