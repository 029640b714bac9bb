#include "ops/_broadcast.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

/// Broadcasting repeats texts of any length: bounds what a small model can ask for.
constexpr std::size_t kMostBytes = std::size_t{4} << 30;

void reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  const auto ia = ops::broadcast_offsets(a.shape(), shape);
  const auto ib = ops::broadcast_offsets(b.shape(), shape);
  const auto xa = a.data<std::string>();
  const auto xb = b.data<std::string>();
  const auto out = call.make_output(0, a.type(), shape).mutable_data<std::string>();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string& left = xa[static_cast<std::size_t>(ia[i])];
    const std::string& right = xb[static_cast<std::size_t>(ib[i])];
    bytes += left.size() + right.size();
    if (bytes > kMostBytes) throw Error(Fault::resource, cat("more than ", kMostBytes, " bytes"));
    out[i] = left + right;
  }
}

}  // namespace

/// z = x followed by y, element by element. Shapes: broadcast. Source: ONNX StringConcat,
/// version 20.
OpDefs op_string_concat() {
  return OpDef("StringConcat", 20)
      .input("X", types::kString)
      .input("Y", types::kString)
      .output("Z", types::kString)
      .define(ops::broadcast_infer, reference, ops::one_flop);
}

}  // namespace pare
