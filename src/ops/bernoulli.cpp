#include "ops/_random.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = types::kNumeric | types::kBool;

void infer(ShapeContext& c) {
  c.set_output(0, ops::attr_dtype(c, "dtype", kTypes, c.input_dtype(0)), c.input(0).shape);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  std::vector<double> y = x.to_doubles();
  ops::Draws draws(call);
  for (double& v : y) {
    if (!(v >= 0 && v <= 1)) call.fail(cat("a probability of ", v));
    v = draws.uniform() < v ? 1 : 0;
  }
  call.set_output(
      0, ops::from_doubles(y, x.shape(), ops::attr_dtype(call, "dtype", kTypes, x.type())));
}

}  // namespace

/// y = 1 with probability x, else 0. Shapes: x any -> y as x. Without `seed` every run draws other
/// numbers (ops/_random.hpp). Errors: Fault::corrupt for x outside [0, 1]. Source: ONNX Bernoulli,
/// version 22.
OpDefs op_bernoulli() {
  return OpDef("Bernoulli", 22)
      .input("input", types::kFloat, "T1")
      .output("output", kTypes, "T2")
      .optional_attribute("dtype", AttributeKind::integer,
                          "TensorProto.DataType of the result; as the input")
      .optional_attribute("seed", AttributeKind::real, "the same numbers at every run")
      .random()
      .define(infer, reference, ops::random_cost);
}

}  // namespace pare
