#pragma once

#include <vector>

namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}
namespace pare::schema {
class NodeProto;
}

namespace pare::onnx {

/// The nodes of a graph or function in an order in which every value is made before it is read;
/// the order of the file where it does. Names that bodies read from outside count. Errors:
/// Fault::corrupt when nodes wait for each other in a circle, naming one.
std::vector<int> execution_order(
    const google::protobuf::RepeatedPtrField<schema::NodeProto>& nodes);

}  // namespace pare::onnx
