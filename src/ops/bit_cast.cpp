#include <memory>

#include "ops/_cast.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr TypeSet kBits = types::kNumeric | types::kBool | types::kComplex | types::kNarrow;

void check_widths(const AttributeReader& a, DType from, DType to) {
  const bool fits = from.kind() != ElementKind::string && to.kind() != ElementKind::string &&
                    from.bits_per_value() == to.bits_per_value();
  if (!fits) a.fail(cat("the bits of ", from.name(), " are no ", to.name()));
}

void infer(ShapeContext& c) {
  const DType to = ops::type_attribute(c, "to");
  if (c.input_dtype(0).valid()) check_widths(c, c.input_dtype(0), to);
  c.set_output(0, to, c.input(0).shape);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const DType to = ops::type_attribute(call, "to");
  check_widths(call, x.type(), to);
  const DType read_as = to == ElementKind::boolean ? dtype_of(ElementKind::u8) : to;
  const Tensor bits(read_as, x.shape(), x.bytes(), std::make_shared<Tensor>(x));
  call.set_output(0, read_as == to ? bits : bits.cast(to));  // a byte above 1 is no bool
}

}  // namespace

/// The bits of x read as another element type of the same width; as booleans, bytes other than 0
/// are true. Shapes: input any -> output as input. Errors: Fault::corrupt for another width and for
/// text. Source: ONNX BitCast, version 26.
OpDefs op_bit_cast() {
  return OpDef("BitCast", 26)
      .input("input", kBits, "T1")
      .output("output", kBits, "T2")
      .required_attribute("to", AttributeKind::integer, "TensorProto.DataType of the result")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
