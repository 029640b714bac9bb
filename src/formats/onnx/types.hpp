#pragma once

#include "ir/graph.hpp"

namespace pare::schema {
class TypeProto;
}

namespace pare::onnx {

/// What a value holds, as the file says. Open dimensions become symbols, missing ones unknown.
/// Errors: Fault::unsupported for sparse and opaque types.
ValueType read_type(const schema::TypeProto& proto);
void write_type(const ValueType& type, schema::TypeProto& proto);

}  // namespace pare::onnx
