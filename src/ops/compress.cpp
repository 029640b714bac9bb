#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (!c.has_attr("axis")) {
    y = SymShape(1);
  } else if (x != nullptr) {
    y = *x;
    (*y)[static_cast<std::size_t>(c.attr_axis("axis", x->size()))] = Dim::unknown();
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const bool flat = !call.has_attr("axis");
  const Tensor x = flat ? call.input(0).reshaped({call.input(0).size()}) : call.input(0);
  const auto axis = flat ? 0 : static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const ops::AxisView view(x.shape(), axis);
  const auto keep = call.input(1).data<bool>();
  if (static_cast<std::int64_t>(keep.size()) > view.size) {
    call.fail(cat(keep.size(), " conditions for ", view.size, " elements"));
  }
  std::vector<std::int64_t> picks;
  for (std::size_t k = 0; k < keep.size(); ++k) {
    if (keep[k]) picks.push_back(static_cast<std::int64_t>(k));
  }
  std::vector<std::int64_t> index;
  for (std::int64_t o = 0; o < view.outer; ++o) {
    for (const std::int64_t p : picks) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        index.push_back(static_cast<std::int64_t>(view.at(o, p, i)));
      }
    }
  }
  Shape shape = x.shape();
  shape[axis] = static_cast<std::int64_t>(picks.size());
  call.set_output(0, ops::gather_elements(x, shape, index));
}

}  // namespace

/// The slices along `axis` (elements of the flattened x without it) whose condition is true; what
/// the condition does not cover goes. Source: ONNX Compress, version 11.
OpDefs op_compress() {
  return OpDef("Compress", 11)
      .input("input", types::kAll)
      .input("condition", types::kBool, "T1")
      .output("output", types::kAll)
      .optional_attribute("axis", AttributeKind::integer, "dimension to thin out")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::moved_gradient);
}

}  // namespace pare
