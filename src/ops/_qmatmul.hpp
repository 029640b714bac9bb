#pragma once

#include <vector>

#include "ops/_matmul.hpp"
#include "ops/_qlinear.hpp"

namespace pare::ops {

/// Scales or zero points of the matrices [.., rows, columns]: one for all, one per row (or column),
/// or, with the rank of the operand, one per row (or column) of every matrix.
struct LineParams {
  enum class Line : std::uint8_t { row, column };

  std::vector<double> values = {0.0};
  std::int64_t lines = 1;   ///< rows (columns) of a matrix
  Line line = Line::row;    ///< what has a value of its own
  bool per_matrix = false;  ///< every matrix has values of its own

  [[nodiscard]] double at(std::int64_t matrix, std::int64_t row,
                          std::int64_t column) const noexcept {
    if (values.size() == 1) return values[0];
    const std::int64_t i = line == Line::row ? row : column;
    return values[static_cast<std::size_t>(per_matrix ? matrix * lines + i : i)];
  }
};

/// Of input `input` for an operand of that shape (a vector is a row on the left, a column on the
/// right); `otherwise` when it was not given. Errors: Fault::corrupt when the shapes do not fit.
LineParams line_params(const OpCall& call, std::size_t input, const Shape& operand,
                       LineParams::Line line, double otherwise);

/// An operand of a product: codes less their zero points, and what one of them is worth.
struct CodedMatrix {
  std::vector<std::uint64_t> codes;  ///< two's complement
  Shape shape;
  LineParams scale;
};

/// From inputs of a node. Errors: as line_params.
CodedMatrix coded_matrix(const OpCall& call, std::size_t codes, std::size_t scale, std::size_t zero,
                         LineParams::Line line);
/// Swaps rows and columns of a matrix of rank 2 whose scale is one for all or per column after it.
void transpose(CodedMatrix& m);

/// a_scale b_scale sum_k a b: sums are exact (64 bits), the scales are applied in double.
std::vector<double> scaled_product(const MatMulPlan& plan, const CodedMatrix& a,
                                   const CodedMatrix& b);

/// Adds input `bias` [N], when given, to every row. Errors: Fault::corrupt for another shape.
void add_bias(const OpCall& call, std::size_t bias, std::int64_t n, std::vector<double>& y);

}  // namespace pare::ops
