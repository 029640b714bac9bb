#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/onnx/onnx.pb.h"
#include "tensor/tensor.hpp"

namespace pare::conformance {

/// A value of the test data: a tensor, a list of items, or an optional that holds nothing.
struct Item {
  enum class Kind { tensor, sequence, nothing };
  Kind kind = Kind::nothing;
  Tensor tensor;
  std::vector<Item> elements;
};

/// Decodes by the published meaning of TensorProto, sharing no code with pare's reader, which is
/// what the suite tests. Errors: Fault::corrupt; Fault::unsupported for sparse tensors and maps.
Tensor decode(const schema::TensorProto& proto);
Item decode(const schema::SequenceProto& proto);
Item decode(const schema::OptionalProto& proto);

/// Reads a .pb file that holds a value of the given type. Fault::missing, Fault::corrupt.
Item read_item(const std::filesystem::path& path, const schema::TypeProto& type);
schema::ModelProto read_proto(const std::filesystem::path& path);

/// |got - want| <= 1e-7 + 1e-3 |want|; not-a-number is close to itself alone.
bool is_close(double want, double got);

/// "" when `got` is what the suite wants: equal kinds, shapes and types, equal strings, and numbers
/// that are close. Else the first difference.
/// `values` false: numbers are not looked at (operators that draw random numbers).
std::string difference(const Item& want, const Item& got, bool values);

}  // namespace pare::conformance
