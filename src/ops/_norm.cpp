#include "ops/_norm.hpp"

#include <cmath>
#include <limits>

#include "ops/_broadcast.hpp"

namespace pare::ops {

RowStatistics normalize_rows(std::vector<double>& x, const RowNorm& norm) {
  RowStatistics statistics;
  const std::size_t size = norm.scale.size();
  for (std::size_t first = 0; size > 0 && first < x.size(); first += size) {
    double* row = x.data() + first;
    double mean = 0;
    if (norm.centred) {
      for (std::size_t i = 0; i < size; ++i) mean += row[i];
      mean /= static_cast<double>(size);
    }
    double squares = 0;
    for (std::size_t i = 0; i < size; ++i) squares += (row[i] - mean) * (row[i] - mean);
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(size) + norm.epsilon);
    for (std::size_t i = 0; i < size; ++i) {
      row[i] = (row[i] - mean) * inverse * norm.scale[i];
      if (!norm.bias.empty()) row[i] += norm.bias[i];
    }
    statistics.mean.push_back(mean);
    statistics.inverse.push_back(inverse);
  }
  return statistics;
}

RowStatistics empty_statistics(const Shape& rows, bool centred) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<std::size_t>(element_count(rows));
  return {std::vector<double>(count, centred ? kNan : 0), std::vector<double>(count, kNan)};
}

void skip_norm_infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> statistics;
  if (x != nullptr) {
    if (x->size() != 2 && x->size() != 3) {
      c.fail(cat("input has shape ", to_string(*x), ", wanted rank 2 or 3"));
    }
    if (const SymShape* gamma = c.input_shape(2); gamma != nullptr && gamma->size() == 1) {
      want_equal(c, gamma->back(), x->back(), "the size of gamma");
    }
    statistics = *x;
    statistics->back() = 1;
  }
  c.set_output(0, c.input(0));
  c.set_output(1, dtype_of(ElementKind::f32), statistics);
  c.set_output(2, dtype_of(ElementKind::f32), statistics);
  c.set_output(3, c.input(0));
}

void skip_norm_reference(OpCall& call, const SkipInputs& inputs, bool centred) {
  const Tensor& x = call.input(0);
  const Tensor& skip = call.input(1);
  if (x.rank() != 2 && x.rank() != 3) {
    call.fail(cat("input has shape ", to_string(x.shape()), ", wanted rank 2 or 3"));
  }
  if (skip.rank() > x.rank() || broadcast_shapes(x.shape(), skip.shape()) != x.shape()) {
    call.fail(cat("skip has shape ", to_string(skip.shape()), ", input ", to_string(x.shape())));
  }
  const Shape row = {x.shape().back()};
  const auto read_row = [&](std::size_t input, std::string_view what) {
    if (input == 0 || !call.has_input(input)) return std::vector<double>();
    want_shape(call, call.input(input), row, what);
    return call.input(input).to_doubles();
  };
  RowNorm norm;
  want_shape(call, call.input(inputs.gamma), row, "gamma");
  norm.scale = call.input(inputs.gamma).to_doubles();
  norm.bias = read_row(inputs.beta, "beta");
  norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  norm.centred = centred;
  const std::vector<double> bias = read_row(inputs.bias, "the bias");
  const std::vector<double> added = skip.to_doubles();
  const auto offsets = broadcast_offsets(skip.shape(), x.shape());
  std::vector<double> sum = x.to_doubles();
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i] += added[static_cast<std::size_t>(offsets[i])];
    if (!bias.empty()) sum[i] += bias[i % bias.size()];
  }
  if (call.wants_output(3)) call.set_output(3, from_doubles(sum, x.shape(), x.type()));
  RowStatistics statistics = normalize_rows(sum, norm);
  call.set_output(0, from_doubles(sum, x.shape(), x.type()));
  if (!call.wants_output(1) && !call.wants_output(2)) return;
  Shape shape = x.shape();
  shape.back() = 1;
  if (norm.scale.empty()) statistics = empty_statistics(shape, centred);
  const DType real = dtype_of(ElementKind::f32);
  if (call.wants_output(1)) call.set_output(1, from_doubles(statistics.mean, shape, real));
  if (call.wants_output(2)) call.set_output(2, from_doubles(statistics.inverse, shape, real));
}

void skip_norm_gradient(GradientContext& g, const SkipInputs& inputs, bool centred) {
  if (g.dy(1) != nullptr || g.dy(2) != nullptr) g.refuse("no gradient through the statistics");
  const auto given = [&](std::size_t i) { return i != 0 && g.x(i) != nullptr; };
  Value* sum = g.add(g.x(0), g.x(1));
  if (given(inputs.bias)) sum = g.add(sum, g.x(inputs.bias));
  Value* ds = g.dy(3);
  if (Value* dy = g.dy(0)) {
    const Normalised norm =
        normalise(g, sum, {-1}, static_cast<double>(g.attr_float("epsilon")), centred);
    Value* through = through_norm(g, norm, g.mul(dy, g.x(inputs.gamma)));
    ds = ds == nullptr ? through : g.add(ds, through);
    g.set_dx(inputs.gamma, g.sum_to(g.mul(dy, norm.n), g.x(inputs.gamma)));
    if (given(inputs.beta)) g.set_dx(inputs.beta, g.sum_to(dy, g.x(inputs.beta)));
  }
  g.set_dx(0, ds);
  if (g.wants(1)) g.set_dx(1, g.sum_to(ds, g.x(1)));
  if (given(inputs.bias)) g.set_dx(inputs.bias, g.sum_to(ds, g.x(inputs.bias)));
}

Cost norm_cost(const ShapeContext& c) { return per_output(c, 9); }

}  // namespace pare::ops
