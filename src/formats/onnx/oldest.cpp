#include "formats/onnx/oldest.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/onnx/onnx.pb.h"

namespace pare::onnx {
namespace {

/// There since operator set 1, and the same at 6.
constexpr auto kUnchanged = std::to_array<std::string_view>({
    "ArgMax",        "ArgMin",
    "AveragePool",   "Constant",
    "Conv",          "ConvTranspose",
    "DepthToSpace",  "Flatten",
    "Gather",        "GlobalAveragePool",
    "GlobalMaxPool", "Hardmax",
    "Identity",      "LRN",
    "LogSoftmax",    "LpNormalization",
    "MatMul",        "MaxPool",
    "MaxRoiPool",    "Not",
    "RandomNormal",  "RandomNormalLike",
    "RandomUniform", "RandomUniformLike",
    "ReduceL1",      "ReduceL2",
    "ReduceLogSum",  "ReduceLogSumExp",
    "ReduceMax",     "ReduceMean",
    "ReduceMin",     "ReduceProd",
    "ReduceSum",     "ReduceSumSquare",
    "Shape",         "Size",
    "Slice",         "Softmax",
    "Softplus",      "Softsign",
    "SpaceToDepth",  "Squeeze",
    "TopK",          "Transpose",
    "Unsqueeze",
});

void collect(const google::protobuf::RepeatedPtrField<schema::NodeProto>& nodes,
             std::set<std::string>& changed) {
  for (const auto& node : nodes) {
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    const auto& op = node.op_type();
    if (standard && std::find(kUnchanged.begin(), kUnchanged.end(), op) == kUnchanged.end()) {
      changed.insert(op);
    }
    for (const auto& a : node.attribute()) {
      if (a.has_g()) collect(a.g().node(), changed);
      for (const auto& g : a.graphs()) collect(g.node(), changed);
    }
  }
}

}  // namespace

std::set<std::string> changed_before_six(const schema::ModelProto& model) {
  std::set<std::string> changed;
  collect(model.graph().node(), changed);
  for (const auto& f : model.functions()) collect(f.node(), changed);
  return changed;
}

}  // namespace pare::onnx
