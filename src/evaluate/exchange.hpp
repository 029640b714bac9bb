#pragma once

#include <filesystem>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// Tensors in a file between two processes of the same program: a line of JSON, then the bytes.
void write_tensors(const std::filesystem::path& path, const std::vector<Tensor>& tensors);
/// Errors: Fault::corrupt for anything that write_tensors did not write. Tensors map the file.
std::vector<Tensor> read_tensors(const std::filesystem::path& path);

/// A folder that is removed with the object. Fault::cannot_create.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pare
