#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "tensor/tensor.hpp"

namespace pare::schema {
class TensorProto;
class SparseTensorProto;
}  // namespace pare::schema

namespace pare::onnx {

/// The element type with that number of TensorProto.DataType. Fault::unsupported for numbers that
/// have no type, 0 included.
DType element_type(std::int32_t number);

/// The weight files beside a model, each mapped once.
class ExternalFiles {
 public:
  explicit ExternalFiles(std::filesystem::path model) : model_(std::move(model)) {}
  /// The file at `location`, which must lie in the model's directory (see
  /// MappedFile::open_contained).
  std::shared_ptr<const MappedFile> open(const std::string& location);

 private:
  std::filesystem::path model_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;
};

/// The tensor that `proto` describes, from its raw bytes, its typed lists or an external file.
/// Errors: Fault::corrupt when the data are not what type and shape need, naming the tensor.
Tensor read_tensor(const schema::TensorProto& proto, ExternalFiles& files);
/// As read_tensor, but takes over the raw bytes of `proto` instead of copying them.
Tensor take_tensor(schema::TensorProto& proto, ExternalFiles& files);
/// As dense tensor. Fault::resource when that would take more than `most_bytes`.
Tensor read_sparse(const schema::SparseTensorProto& proto, ExternalFiles& files,
                   std::uint64_t most_bytes);

/// Type, shape and name of `tensor`; numbers go into the raw bytes, text into the list.
void write_tensor(const Tensor& tensor, const std::string& name, schema::TensorProto& proto);

}  // namespace pare::onnx
