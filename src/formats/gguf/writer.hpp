#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "formats/container.hpp"
#include "formats/gguf/part.hpp"

namespace pare::gguf {

struct WriterOptions {
  bool force = false;  ///< replace existing files
  /// A part is ended before its tensors would take more bytes than this; 0 = one file.
  std::uint64_t split_above_bytes = 0;
};

/// Writes a GGUF model of version 3, tensor by tensor, so that no more than what is handed in need
/// be in memory. The files appear whole, at commit(), the first part last; without it nothing is
/// left behind.
class GgufWriter {
 public:
  /// `metadata` is written in its order, without `split.*`, which the writer makes itself;
  /// `general.alignment` there is obeyed. A split model gets the names of split_name(); `path` may
  /// be one of these or a plain name. Errors: Fault::usage for names that are empty, too long or
  /// given twice, Fault::unsupported for shapes that the format cannot hold (more than 4
  /// dimensions, empty tensors, rows that are not whole blocks), Fault::cannot_create.
  GgufWriter(const std::filesystem::path& path, const std::vector<Entry>& metadata,
             std::vector<PlannedTensor> tensors, const WriterOptions& options = {});

  /// The next bytes of the tensors, in the order of the plan: whole tensors or pieces of one.
  /// Errors: Fault::internal when they reach over the end of a tensor.
  void put(std::span<const std::byte> bytes);
  /// Reads back what stands before the data and moves the files to their places. Errors:
  /// Fault::internal when tensors are missing.
  void commit();

  /// Of the files, in order of their numbers.
  [[nodiscard]] const std::vector<std::filesystem::path>& paths() const noexcept { return paths_; }
  /// Of all files; complete once every tensor is there.
  [[nodiscard]] std::uint64_t size_bytes() const noexcept;

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  void check(const std::vector<Entry>& metadata);
  [[nodiscard]] std::vector<Range> cut(std::uint64_t most_bytes) const;
  [[nodiscard]] std::string head(const std::vector<Entry>& metadata, Range range) const;
  void begin_tensor();

  std::vector<PlannedTensor> tensors_;
  std::vector<std::uint64_t> sizes_;
  std::uint64_t alignment_ = kDefaultAlignment;
  std::vector<Range> ranges_;
  std::vector<std::filesystem::path> paths_;
  std::vector<std::unique_ptr<AtomicFile>> files_;
  std::size_t file_ = 0;
  std::size_t tensor_ = 0;
  std::uint64_t done_ = 0;  ///< bytes of tensors_[tensor_]
};

}  // namespace pare::gguf
