#include "formats/onnx/types.hpp"

#include "formats/onnx/onnx.pb.h"
#include "formats/onnx/tensors.hpp"

namespace pare::onnx {
namespace {

SymShape read_shape(const schema::TensorShapeProto& proto) {
  if (proto.dim_size() > static_cast<int>(kMaxRank)) {
    throw Error(Fault::corrupt, cat("rank ", proto.dim_size(), " is above ", kMaxRank));
  }
  SymShape shape;
  for (const auto& d : proto.dim()) {
    // Some exporters write -1 for "any".
    if (d.has_dim_value() && d.dim_value() >= 0) {
      shape.emplace_back(d.dim_value());
    } else if (d.has_dim_param() && !d.dim_param().empty()) {
      shape.push_back(Dim::symbol(d.dim_param()));
    } else {
      shape.push_back(Dim::unknown());
    }
  }
  return shape;
}

DType read_element(std::int32_t number) { return number == 0 ? DType() : element_type(number); }

std::int32_t number_of(DType type) { return static_cast<std::int32_t>(type.kind()); }

}  // namespace

ValueType read_type(const schema::TypeProto& proto) {
  ValueType out;
  switch (proto.value_case()) {
    case schema::TypeProto::kTensorType:
      out.dtype = read_element(proto.tensor_type().elem_type());
      if (proto.tensor_type().has_shape()) out.shape = read_shape(proto.tensor_type().shape());
      return out;
    case schema::TypeProto::kSequenceType:
      out.kind = ValueType::Kind::sequence;
      out.element = std::make_shared<const ValueType>(read_type(proto.sequence_type().elem_type()));
      return out;
    case schema::TypeProto::kOptionalType:
      out.kind = ValueType::Kind::optional;
      out.element = std::make_shared<const ValueType>(read_type(proto.optional_type().elem_type()));
      return out;
    case schema::TypeProto::kMapType:
      out.kind = ValueType::Kind::map;
      out.key = read_element(proto.map_type().key_type());
      out.element = std::make_shared<const ValueType>(read_type(proto.map_type().value_type()));
      out.dtype = out.element->dtype;
      return out;
    case schema::TypeProto::kSparseTensorType:
      throw Error(Fault::unsupported, "values that are sparse tensors");
    case schema::TypeProto::kOpaqueType: throw Error(Fault::unsupported, "values of opaque type");
    case schema::TypeProto::VALUE_NOT_SET: break;
  }
  return out;
}

void write_type(const ValueType& type, schema::TypeProto& proto) {
  switch (type.kind) {
    case ValueType::Kind::tensor: {
      auto* tensor = proto.mutable_tensor_type();
      tensor->set_elem_type(number_of(type.dtype));
      if (!type.shape) return;
      auto* shape = tensor->mutable_shape();
      for (const Dim& d : *type.shape) {
        auto* dim = shape->add_dim();
        if (d.is_number()) {
          dim->set_dim_value(d.number());
        } else if (!d.is_unknown()) {
          dim->set_dim_param(d.text());
        }
      }
      return;
    }
    case ValueType::Kind::sequence:
      write_type(type.element ? *type.element : ValueType(),
                 *proto.mutable_sequence_type()->mutable_elem_type());
      return;
    case ValueType::Kind::optional:
      write_type(type.element ? *type.element : ValueType(),
                 *proto.mutable_optional_type()->mutable_elem_type());
      return;
    case ValueType::Kind::map:
      proto.mutable_map_type()->set_key_type(number_of(type.key));
      write_type(type.element ? *type.element : ValueType(),
                 *proto.mutable_map_type()->mutable_value_type());
      return;
  }
}

}  // namespace pare::onnx
