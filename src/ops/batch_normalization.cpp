#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  if (call.attr_int("training_mode") != 0) {
    throw Error(Fault::unsupported, "BatchNormalization in training mode");
  }
  const Tensor& x = call.input(0);
  if (x.rank() < 2) call.fail("the input needs rank 2 or more");
  const std::int64_t channels = x.dim(1);
  std::vector<std::vector<double>> p;
  for (std::size_t i = 1; i <= 4; ++i) {
    p.push_back(call.input(i).to_doubles());
    if (static_cast<std::int64_t>(p.back().size()) != channels) {
      call.fail(cat("input ", i, " has ", p.back().size(), " values for ", channels, " channels"));
    }
  }
  const double epsilon = static_cast<double>(call.attr_float("epsilon"));
  std::int64_t inner = 1;
  for (std::size_t i = 2; i < x.rank(); ++i) inner *= x.dim(i);
  Tensor& y = call.make_output(0, x.type(), x.shape());
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto c = static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner % channels);
      const double z =
          (static_cast<double>(load_number(in[i])) - p[2][c]) / std::sqrt(p[3][c] + epsilon);
      out[i] = store_number<T>(p[0][c] * z + p[1][c]);
    }
  });
}

Cost cost(const ShapeContext& c) { return ops::elementwise_cost(c, 2); }

}  // namespace

/// Inference: y = scale[c] * (x - mean[c]) / sqrt(var[c] + epsilon) + bias[c]. Shapes: x [N, C,
/// ...], the rest [C] -> y as x. Errors: Fault::unsupported in training mode. Source: ONNX
/// BatchNormalization, version 15.
OpDefs op_batch_normalization() {
  return OpDef("BatchNormalization", 15)
      .input("X", types::kFloat)
      .input("scale", types::kFloat, "T1")
      .input("B", types::kFloat, "T1")
      .input("input_mean", types::kFloat, "T2")
      .input("input_var", types::kFloat, "T2")
      .output("Y", types::kFloat)
      .optional_output("running_mean", types::kFloat, "T2")
      .optional_output("running_var", types::kFloat, "T2")
      .attribute("epsilon", 1e-5F, "added to the variance")
      .attribute("momentum", 0.9F, "for training")
      .attribute("training_mode", std::int64_t{0}, "1: training")
      .define(ops::same_as_input, reference, cost);
}

}  // namespace pare
