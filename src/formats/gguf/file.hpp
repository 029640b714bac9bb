#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.hpp"
#include "formats/format.hpp"
#include "formats/gguf/part.hpp"

namespace pare::gguf {

/// Name and place of one file of a model that is split: `<stem>-00001-of-00003.gguf`.
struct SplitName {
  std::string stem;
  std::uint32_t number = 0;  ///< from 0
  std::uint32_t count = 0;
};
/// Nothing when the file is not called so.
std::optional<SplitName> parse_split_name(const std::filesystem::path& path);
/// The file name of part `number` (from 0).
std::string split_name(std::string_view stem, std::uint32_t number, std::uint32_t count);

/// A GGUF model, mapped: of one file or of all files that it is split into. Metadata is that of the
/// first. Tensors come in order of the files.
class GgufFile {
 public:
  /// Opens the file and, when it is a part of a split model, all others beside it (see
  /// MappedFile::open_contained). Errors: as parse_part(); Fault::missing naming a part that is not
  /// there; Fault::corrupt when the parts do not belong together or a tensor is in two of them.
  static std::shared_ptr<const GgufFile> open(const std::filesystem::path& path,
                                              const ReadOptions& options = {});
  /// One file in memory; parts of split models are refused (Fault::unsupported).
  static std::shared_ptr<const GgufFile> parse(std::span<const std::byte> bytes,
                                               std::shared_ptr<const void> owner,
                                               const ReadOptions& options = {});

  [[nodiscard]] std::uint32_t version() const noexcept { return version_; }
  [[nodiscard]] const std::vector<Entry>& metadata() const noexcept { return first_.metadata; }
  [[nodiscard]] const Value* find(const std::string& key) const { return first_.find(key); }
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
    std::uint64_t unused_bytes = 0;  ///< behind the last tensor and its padding
  };
  /// The files in order of their numbers.
  [[nodiscard]] const std::vector<FileOf>& files() const noexcept { return files_; }

 private:
  void add(Part part, const std::filesystem::path& path, std::span<const std::byte> bytes,
           std::shared_ptr<const void> owner, std::shared_ptr<const MappedFile> map);
  void open_parts(const std::filesystem::path& path, const ReadOptions& options);

  std::uint32_t version_ = 0;
  Part first_;  ///< without its tensors, which are in tensors_
  std::vector<StoredTensor> tensors_;
  std::unordered_map<std::string, std::size_t> names_;
  std::vector<FileOf> files_;
  std::vector<std::shared_ptr<const void>> owners_;
  std::vector<std::shared_ptr<const MappedFile>> maps_;  ///< nullptr where bytes were handed in
};

}  // namespace pare::gguf
