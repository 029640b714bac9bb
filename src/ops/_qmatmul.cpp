#include "ops/_qmatmul.hpp"

namespace pare::ops {
namespace {

/// [.., rows, columns]; a vector gets the dimension of 1 it is multiplied with.
Shape as_matrices(Shape shape, LineParams::Line line) {
  if (shape.size() != 1) return shape;
  shape.insert(line == LineParams::Line::row ? shape.begin() : shape.end(), 1);
  return shape;
}

}  // namespace

LineParams line_params(const OpCall& call, std::size_t input, const Shape& operand,
                       LineParams::Line line, double otherwise) {
  LineParams p;
  p.line = line;
  p.values = {otherwise};
  if (!call.has_input(input)) return p;
  const Tensor& t = call.input(input);
  p.values = t.to_doubles();
  if (t.size() == 1) return p;
  const Shape matrices = as_matrices(operand, line);
  const std::size_t rank = matrices.size();
  if (rank >= 2) {
    const bool rows = line == LineParams::Line::row;
    p.lines = matrices[rank - (rows ? 2 : 1)];
    if (t.shape() == Shape{p.lines}) return p;
    Shape full = matrices;
    full[rank - (rows ? 1 : 2)] = 1;
    p.per_matrix = true;
    if (t.shape() == full) return p;
  }
  call.fail(cat("input ", input, " has shape ", to_string(t.shape()), ", wanted one value or one ",
                line == LineParams::Line::row ? "per row" : "per column", " of ",
                to_string(operand)));
}

CodedMatrix coded_matrix(const OpCall& call, std::size_t codes, std::size_t scale, std::size_t zero,
                         LineParams::Line line) {
  const Tensor& t = call.input(codes);
  if (t.rank() == 0) call.fail(cat("input ", codes, " is a scalar, wanted a matrix"));
  CodedMatrix m{to_wrapping(t), t.shape(), line_params(call, scale, t.shape(), line, 1)};
  const LineParams zeros = line_params(call, zero, t.shape(), line, 0);
  const Shape matrices = as_matrices(t.shape(), line);
  const std::int64_t rows = matrices[matrices.size() - 2];
  const std::int64_t columns = matrices.back();
  for (std::size_t k = 0; k < m.codes.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    const double z = zeros.at(i / (rows * columns), i / columns % rows, i % columns);
    m.codes[k] -= static_cast<std::uint64_t>(static_cast<std::int64_t>(z));
  }
  return m;
}

void transpose(CodedMatrix& m) {
  m.codes = transposed(m.codes, m.shape.at(0), m.shape.at(1));
  std::swap(m.shape.at(0), m.shape.at(1));
}

std::vector<double> scaled_product(const MatMulPlan& plan, const CodedMatrix& a,
                                   const CodedMatrix& b) {
  const std::vector<std::uint64_t> sums = multiply(plan, a.codes, b.codes);
  std::vector<double> y(sums.size());
  std::size_t i = 0;
  for (std::size_t matrix = 0; matrix < plan.a_batch.size(); ++matrix) {
    for (std::int64_t m = 0; m < plan.m; ++m) {
      const double left = a.scale.at(plan.a_batch[matrix], m, 0);
      for (std::int64_t n = 0; n < plan.n; ++n, ++i) {
        const double scale = left * b.scale.at(plan.b_batch[matrix], 0, n);
        y[i] = static_cast<double>(static_cast<std::int64_t>(sums[i])) * scale;
      }
    }
  }
  return y;
}

void add_bias(const OpCall& call, std::size_t bias, std::int64_t n, std::vector<double>& y) {
  if (!call.has_input(bias)) return;
  want_shape(call, call.input(bias), {n}, "the bias");
  const std::vector<double> b = call.input(bias).to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += b[i % b.size()];
}

}  // namespace pare::ops
