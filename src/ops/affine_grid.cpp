#include "ops/_numbers.hpp"

namespace pare {
namespace {

/// Spatial dimensions, 2 or 3, of theta [N, r, r + 1]; 0 when they are not known yet.
std::size_t spatial_rank(const AttributeReader& a, const SymShape& theta) {
  if (theta.size() == 3 && theta[1].is(2)) return 2;
  if (theta.size() == 3 && theta[1].is(3)) return 3;
  if (theta.size() == 3 && !theta[1].is_number()) return 0;
  a.fail(cat("theta has shape ", to_string(theta), ", wanted [N,2,3] or [N,3,4]"));
}

SymShape grid_shape(const AttributeReader& a, const SymShape& theta, const SymShape& size) {
  const std::size_t rank = spatial_rank(a, theta);
  if (size.size() != 4 && size.size() != 5) a.fail(cat("size has ", size.size(), " values"));
  const auto wanted = static_cast<std::int64_t>(size.size()) - 2;
  if (rank != 0) {
    ops::want_equal(a, Dim(wanted), Dim(static_cast<std::int64_t>(rank)), "spatial dimensions");
  }
  ops::want_equal(a, theta[2], Dim(wanted + 1), "the last dimension of theta");
  ops::want_equal(a, theta[0], size[0], "the batch of theta");
  for (const Dim& d : size) {
    if (d.is_number() && d.number() < 0) a.fail(cat("size holds ", d.text()));
  }
  SymShape grid = {size[0]};
  grid.insert(grid.end(), size.begin() + 2, size.end());
  grid.emplace_back(wanted);
  return grid;
}

void infer(ShapeContext& c) {
  const SymShape* theta = c.input_shape(0);
  const auto size = c.input_elements(1);
  std::optional<SymShape> grid;
  if (theta != nullptr && size) {
    grid = grid_shape(c, *theta, *size);
  } else if (theta != nullptr && spatial_rank(c, *theta) != 0) {
    const std::size_t rank = spatial_rank(c, *theta);
    grid = SymShape(rank + 2, Dim::unknown());
    grid->front() = theta->front();
    grid->back() = Dim(static_cast<std::int64_t>(rank));
  }
  c.set_output(0, c.input_dtype(0), grid);
}

/// Place of index i of n, from -1 to 1: the middles of n equal parts, or with `corners` n places
/// that begin and end there. One place alone lies in the middle.
double place(std::int64_t i, std::int64_t n, bool corners) {
  const auto x = static_cast<double>(i);
  const auto size = static_cast<double>(n);
  if (!corners) return (2 * x + 1) / size - 1;
  return n == 1 ? 0.0 : 2 * x / (size - 1) - 1;
}

void reference(OpCall& call) {
  const Tensor& theta = call.input(0);
  if (call.input(1).rank() != 1) call.fail("size is no vector");
  const Shape size = call.input(1).to_ints();
  const auto shape = to_numbers(grid_shape(call, to_symbolic(theta.shape()), to_symbolic(size)));
  const bool corners = call.attr_int("align_corners") != 0;
  const std::vector<double> t = theta.to_doubles();
  const std::size_t rank = size.size() - 2;
  std::vector<double> grid(static_cast<std::size_t>(element_count(*shape)));
  std::int64_t points = 1;
  for (std::size_t d = 0; d < rank; ++d) points *= size[d + 2];
  for (std::size_t p = 0; p < grid.size() / rank; ++p) {
    std::vector<double> at(rank + 1, 1.0);  // the last dimension first, then a 1
    auto rest = static_cast<std::int64_t>(p) % points;
    for (std::size_t d = 0; d < rank; ++d) {
      const std::int64_t n = size[size.size() - 1 - d];
      at[d] = place(rest % n, n, corners);
      rest /= n;
    }
    const std::size_t batch = p / static_cast<std::size_t>(points);
    for (std::size_t row = 0; row < rank; ++row) {
      for (std::size_t k = 0; k <= rank; ++k) {
        grid[p * rank + row] += t[(batch * rank + row) * (rank + 1) + k] * at[k];
      }
    }
  }
  call.set_output(0, ops::from_doubles(grid, *shape, theta.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

}  // namespace

/// Places of the pixels of an image, from -1 to 1 along every dimension, moved by an affine map:
/// grid = theta (x, y, 1) or theta (x, y, z, 1), the last dimension of the image first. Shapes:
/// theta [N, 2, 3] and size (N, C, H, W) -> grid [N, H, W, 2]; theta [N, 3, 4] and size
/// (N, C, D, H, W) -> [N, D, H, W, 3]. Source: ONNX AffineGrid, version 20.
OpDefs op_affine_grid() {
  return OpDef("AffineGrid", 20)
      .input("theta", types::kFloat, "T1")
      .input("size", {ElementKind::i64}, "T2")
      .output("grid", types::kFloat, "T1")
      .attribute("align_corners", std::int64_t{0}, "-1 and 1 are the middles of the outer pixels")
      .define(infer, reference, cost);
}

}  // namespace pare
