#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.hpp"
#include "formats/safetensors/header.hpp"

namespace pare::safetensors {

inline constexpr std::string_view kIndexSuffix = ".index.json";
inline constexpr std::uint64_t kMostIndexBytes = std::uint64_t{32} << 20U;

/// Whether the file is called as the index of a model in several files.
bool is_index_name(const std::filesystem::path& path);

/// A model in safetensors, mapped: one file, or an index and the files that it names. Tensors come
/// in order of the files (by name) and of their data.
class SafetensorsFile {
 public:
  /// Opens a file, or the index `*.safetensors.index.json` and all files that it names (see
  /// MappedFile::open_contained). Errors: as parse_header(); Fault::missing naming a file that is
  /// not there; Fault::corrupt where index and files do not agree.
  static std::shared_ptr<const SafetensorsFile> open(const std::filesystem::path& path);
  /// One file in memory, which `owner` keeps alive.
  static std::shared_ptr<const SafetensorsFile> parse(std::span<const std::byte> bytes,
                                                      std::shared_ptr<const void> owner);

  /// Of the first file.
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] const std::vector<StoredTensor>& tensors() const noexcept { return tensors_; }
  /// nullptr when there is none of that name.
  [[nodiscard]] const StoredTensor* find_tensor(const std::string& name) const;
  /// See load_tensor().
  [[nodiscard]] Tensor load(const StoredTensor& tensor) const;
  /// Says that the bytes of a tensor are not wanted for now (see MappedFile::release()), so that
  /// who walks over a model has one tensor of it in memory.
  void release(const StoredTensor& tensor) const;

  struct FileOf {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
  };
  [[nodiscard]] const std::vector<FileOf>& files() const noexcept { return files_; }

 private:
  void add(const std::filesystem::path& path, std::span<const std::byte> bytes,
           std::shared_ptr<const void> owner, std::shared_ptr<const MappedFile> map);
  void open_index(const std::filesystem::path& path);
  void check_index(const std::unordered_map<std::string, std::string>& where,
                   const std::vector<std::string>& names) const;

  Metadata metadata_;
  std::vector<StoredTensor> tensors_;
  std::unordered_map<std::string, std::size_t> names_;
  std::vector<FileOf> files_;
  std::vector<std::shared_ptr<const void>> owners_;
  std::vector<std::shared_ptr<const MappedFile>> maps_;  ///< nullptr where bytes were handed in
};

}  // namespace pare::safetensors
