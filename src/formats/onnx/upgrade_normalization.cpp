// BatchNormalization, GroupNormalization, Dropout: modes, outputs, inputs.

#include "formats/onnx/upgrade.hpp"

namespace pare::onnx::up {
namespace {

bool reads_beyond(const Node& node, std::size_t first) {
  for (std::size_t i = first; i < node.outputs().size(); ++i) {
    if (is_read(node, i)) return true;
  }
  return false;
}

}  // namespace

/// Operator set 6 has the mode as an attribute, and one output means inference too.
Refusal batch_normalization_mode(Rewriter& r) {
  Node& node = r.node();
  const bool inference = node.int_or("is_test", 0) != 0;
  node.erase_attribute("is_test");
  if (!inference) return kDone;
  if (reads_beyond(node, 1)) return "has statistics that are read though it does not train";
  node.resize_outputs(1);
  return kDone;
}

/// spatial = 0: every element of C x D1 x ... has its own statistics.
Refusal batch_normalization_spatial(Rewriter& r) {
  Node& node = r.node();
  const bool spatial = node.int_or("spatial", 1) != 0;
  node.erase_attribute("spatial");
  if (spatial) return kDone;
  if (node.outputs().size() != 1) return "trains statistics per element (spatial = 0)";
  const double epsilon = static_cast<double>(node.float_or("epsilon", 1e-5F));
  Value* x = node.input(0);
  Value* centred = r.add("Sub", {x, node.input(3)});
  Value* variance = r.add("Add", {node.input(4), r.scalar(epsilon, node.input(4), "epsilon")});
  Value* unit = r.add("Div", {centred, r.add("Sqrt", {variance})});
  Value* bias = node.input(2);
  r.become("Add", {r.add("Mul", {unit, node.input(1)}), bias});
  return kDone;
}

/// More outputs than Y mean training.
Refusal batch_normalization_outputs(Rewriter& r) {
  Node& node = r.node();
  if (node.outputs().size() <= 1) return kDone;
  if (reads_beyond(node, 3)) return "has saved statistics that are read";
  node.resize_outputs(3);
  node.set_attribute("training_mode", std::int64_t{1});
  return kDone;
}

/// Says what operator set 6 takes for granted: without the attribute values are dropped.
Refusal dropout_mode(Rewriter& r) {
  r.node().set_attribute("is_test", r.node().int_or("is_test", 0));
  return kDone;
}

/// The mask had the type of the data.
Refusal dropout_mask(Rewriter& r) {
  Node& node = r.node();
  if (!is_read(node, 1)) return kDone;
  const DType type = r.types().dtype(node.input(0));
  if (type.valid()) {
    r.convert_output(1, "Cast", {}, {{"to", static_cast<std::int64_t>(type.kind())}});
  } else {
    r.convert_output(1, "CastLike", {node.input(0)}, {});
  }
  ValueType mask = node.output(1)->type();
  mask.dtype = dtype_of(ElementKind::boolean);
  node.output(1)->set_type(std::move(mask));
  return kDone;
}

Refusal dropout_inputs(Rewriter& r) {
  Node& node = r.node();
  const float ratio = node.float_or("ratio", 0.5F);
  const bool training = node.int_or("is_test", 1) == 0;
  node.erase_attribute("ratio");
  node.erase_attribute("is_test");
  node.set_input(1, r.constant(Tensor::scalar<float>(ratio), "ratio"));
  if (training) node.set_input(2, r.constant(Tensor::scalar<bool>(true), "training_mode"));
  return kDone;
}

/// One scale and bias per group become one per channel.
Refusal group_scales(Rewriter& r) {
  Node& node = r.node();
  const std::int64_t groups = node.int_or("num_groups", 0);
  if (groups < 1) return "lacks its attribute num_groups";
  Value* channels =
      r.add("Shape", {node.input(0)}, {{"start", std::int64_t{1}}, {"end", std::int64_t{2}}});
  Value* each = r.add("Div", {channels, r.ints({groups}, "groups")});
  Value* shape = r.add("Concat", {r.ints({groups}, "groups"), each}, {{"axis", std::int64_t{0}}});
  for (std::size_t i = 1; i < 3; ++i) {
    Value* column = r.add("Unsqueeze", {node.input(i), r.ints({1}, "axes")});
    Value* repeated = r.add("Expand", {column, shape});
    node.set_input(i, r.add("Reshape", {repeated, r.ints({-1}, "shape")}));
  }
  return kDone;
}

/// Before operator set 9 this was an experiment with other attributes.
Refusal mean_variance(Rewriter& r) {
  const Node& node = r.node();
  const bool old = node.attribute("across_channels") != nullptr ||
                   node.attribute("normalize_variance") != nullptr;
  return old ? Refusal("is the experimental form") : kDone;
}

}  // namespace pare::onnx::up
