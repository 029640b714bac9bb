#include "ops/_numbers.hpp"

namespace pare {
namespace {

using enum ElementKind;

void infer(ShapeContext& c) {
  const DType type = c.input_dtype(0);
  if (type.valid() && type.info().decode == nullptr) {
    c.fail(cat("the format ", type.name(), " holds no numbers"));
  }
  c.set_output(0, dtype_of(f32), c.input(0).shape);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Tensor y(f32, x.shape());
  x.type().info().decode(x.bytes(), y.mutable_data<float>());
  call.set_output(0, std::move(y));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 2); }

}  // namespace

/// y = the numbers of x, whose element type is a format of blocks that hold their own scales (Q4_K,
/// MXFP4 ...). Shapes: x any -> y the same, float32. An operator of pare's own: the constant stays
/// as it lies in a file, and kernels read it there.
OpDefs op_dequantize_blocks() {
  return OpDef("pare", "DequantizeBlocks", 1)
      .input("x", {block}, "T")
      .output("y", {f32}, "T2")
      .define(infer, reference, cost);
}

}  // namespace pare
