#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "formats/safetensors/header.hpp"

namespace pare::safetensors {

struct WriterOptions {
  bool force = false;  ///< replace existing files
  /// A file is ended before its tensors would take more bytes than this; 0 = one file.
  std::uint64_t split_above_bytes = 0;
};

/// Writes a model in safetensors, tensor by tensor, so that no more than what is handed in need be
/// in memory. The files appear whole, at commit(), an index last; without it nothing is left
/// behind. Several files are called `<stem>-00001-of-00003.safetensors`, their index
/// `<stem>.safetensors.index.json`.
class SafetensorsWriter {
 public:
  /// Data lies in the order of `tensors`; `metadata` goes into every file. `path` is that of the
  /// single file, `<stem>.safetensors`, or that of an index. Errors: Fault::usage for names that
  /// are given twice or not UTF-8, Fault::unsupported for tensors that do not end on a byte,
  /// Fault::cannot_create.
  SafetensorsWriter(const std::filesystem::path& path, Metadata metadata,
                    std::vector<PlannedTensor> tensors, const WriterOptions& options = {});

  /// The next bytes of the tensors, in the order of the plan: whole tensors or pieces of one.
  /// Errors: Fault::internal when they reach over the end of a tensor.
  void put(std::span<const std::byte> bytes);
  /// Reads back the headers and moves the files to their places. Errors: Fault::internal when
  /// tensors are missing.
  void commit();

  /// Of the files with tensors, in order of their numbers.
  [[nodiscard]] const std::vector<std::filesystem::path>& paths() const noexcept { return paths_; }
  /// Of all files with tensors; complete once every tensor is there.
  [[nodiscard]] std::uint64_t size_bytes() const noexcept;

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  void check();
  void cut(std::uint64_t most_bytes);
  [[nodiscard]] std::string head(Range range) const;
  [[nodiscard]] std::string index_text() const;
  void skip_finished();

  Metadata metadata_;
  std::vector<PlannedTensor> tensors_;
  std::vector<std::uint64_t> sizes_;
  std::vector<Range> ranges_;
  std::vector<std::filesystem::path> paths_;
  std::vector<std::unique_ptr<AtomicFile>> files_;
  std::unique_ptr<AtomicFile> index_;
  std::size_t file_ = 0;
  std::size_t tensor_ = 0;
  std::uint64_t done_ = 0;  ///< bytes of tensors_[tensor_]
};

}  // namespace pare::safetensors
