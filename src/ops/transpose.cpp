#include <algorithm>
#include <numeric>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

std::vector<std::int64_t> permutation(const AttributeReader& a, std::size_t rank) {
  std::vector<std::int64_t> perm = a.attr_ints("perm");
  if (perm.empty()) {
    perm.resize(rank);
    std::iota(perm.rbegin(), perm.rend(), 0);
    return perm;
  }
  std::vector<std::int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  bool good = perm.size() == rank;
  for (std::size_t i = 0; good && i < rank; ++i) good = sorted[i] == static_cast<std::int64_t>(i);
  if (!good) a.fail(cat("perm is no permutation of ", rank, " dimensions"));
  return perm;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  SymShape y;
  for (const std::int64_t p : permutation(c, x->size()))
    y.push_back((*x)[static_cast<std::size_t>(p)]);
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Shape own = strides_of(x.shape());
  Shape shape;
  Shape strides;
  for (const std::int64_t p : permutation(call, x.rank())) {
    shape.push_back(x.shape()[static_cast<std::size_t>(p)]);
    strides.push_back(own[static_cast<std::size_t>(p)]);
  }
  std::vector<std::int64_t> index(static_cast<std::size_t>(x.size()));
  ops::StridedWalk walk(shape, strides);
  for (std::int64_t& i : index) {
    i = walk.offset();
    walk.next();
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

void gradient(GradientContext& g) {
  const std::vector<std::int64_t> perm = permutation(g, g.attr_ints("perm").size());
  std::vector<std::int64_t> back(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) {
    back.at(static_cast<std::size_t>(perm[i])) = static_cast<std::int64_t>(i);
  }
  g.set_dx(0, perm.empty() ? g.op("Transpose", {g.dy(0)}) : g.transpose(g.dy(0), back));
}

}  // namespace

/// Dimensions in another order, reversed by default: y's dimension i is x's perm[i]. Source: ONNX
/// Transpose, version 25.
OpDefs op_transpose() {
  return OpDef("Transpose", 25)
      .input("data", types::kAll)
      .output("transposed", types::kAll)
      .optional_attribute("perm", AttributeKind::integers, "order of the dimensions")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
