#include "ops/_quantize.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr std::int64_t kMostEntries = 256;

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(1), c.input(0).shape);
  if (const SymShape* table = c.input_shape(1)) {
    if (table->size() != 1) c.fail("the table is no list");
  }
  const SymShape* x = c.input_shape(0);
  const SymShape* s = c.input_shape(2);
  const auto shape = x != nullptr ? to_numbers(*x) : std::nullopt;
  const auto scale = s != nullptr ? to_numbers(*s) : std::nullopt;
  if (shape && scale) {
    (void)ops::scale_layout(c, *shape, *scale, c.attr_int("axis"), c.attr_int("block_size"));
  }
}

void reference(OpCall& call) {
  const Tensor& codes = call.input(0);
  const Tensor& table = call.input(1);
  if (table.rank() != 1 || table.size() < 1 || table.size() > kMostEntries) {
    call.fail(cat("the table has shape ", to_string(table.shape()), ", wanted [1 to ", kMostEntries,
                  "]"));
  }
  const ops::ScaleLayout layout =
      ops::scale_layout(call, codes.shape(), call.input(2).shape(), call.attr_int("axis"),
                        call.attr_int("block_size"));
  const std::vector<double> values = table.to_doubles();
  const std::vector<double> scales = call.input(2).to_doubles();
  std::vector<double> y = codes.to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto code = static_cast<std::size_t>(y[i]);
    if (code >= values.size()) {
      call.fail(cat("code ", code, " at ", i, ", the table has ", values.size(), " entries"));
    }
    y[i] = values[code] * scales[static_cast<std::size_t>(layout(static_cast<std::int64_t>(i)))];
  }
  call.set_output(0, ops::from_doubles(y, codes.shape(), table.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 2); }

}  // namespace

/// y = table[codes] * scale: numbers of a code book (NF4, k-means, narrow floats that ONNX has no
/// type for), with one scale for all, one per index of `axis`, or one per block, as in
/// DequantizeLinear. Shapes: codes any, table [n], n at most 256, scale scalar, [N] or
/// codes / block -> y as codes. Errors: Fault::corrupt for a code outside the table. An operator of
/// pare's own; written to files as Cast, Gather and Mul.
OpDefs op_dequantize_table() {
  return OpDef("pare", "DequantizeTable", 1)
      .input("codes", {u8, u4, u2}, "T1")
      .input("table", {f32, f16, bf16}, "T2")
      .input("scale", {f32, f16, bf16}, "T2")
      .output("y", {f32, f16, bf16}, "T2")
      .attribute("axis", std::int64_t{1}, "dimension of the scales")
      .attribute("block_size", std::int64_t{0}, "indices that share a scale; 0 = no blocks")
      .define(infer, reference, cost);
}

}  // namespace pare
