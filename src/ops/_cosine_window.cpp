#include "ops/_cosine_window.hpp"

#include <cmath>

namespace pare::ops {
namespace {

constexpr double kTwoPi = 6.28318530717958647692;

void check_size(const AttributeReader& a, const Dim& size) {
  if (size.is_number() && size.number() < 0) a.fail(cat("a window of size ", size.text()));
}

void infer(ShapeContext& c) {
  const Dim size = one_dim(c, 0, "the size");
  check_size(c, size);
  c.set_output(0, attr_dtype(c, "output_datatype", types::kNumeric), SymShape{size});
}

Cost cost(const ShapeContext& c) { return per_output(c, 4); }

}  // namespace

OpDef cosine_window_def(const char* name, void (*reference)(OpCall&)) {
  return OpDef(name, 17)
      .input("size", types::kIndex, "T1")
      .output("output", types::kNumeric, "T2")
      .attribute("output_datatype", std::int64_t{1}, "TensorProto.DataType of the result")
      .attribute("periodic", std::int64_t{1}, "0: symmetric")
      .define(infer, reference, cost);
}

void cosine_window_reference(OpCall& call, const std::vector<double>& c) {
  const std::int64_t size = one_int(call, 0, "the size");
  check_size(call, Dim(size));
  const DType type = attr_dtype(call, "output_datatype", types::kNumeric);
  const bool periodic = call.attr_int("periodic") != 0;
  const auto turn = static_cast<double>(periodic ? size : size - 1);
  std::vector<double> y(static_cast<std::size_t>(element_count({size})));
  for (std::size_t n = 0; n < y.size(); ++n) {
    const double part = turn == 0 ? 0.5 : static_cast<double>(n) / turn;
    for (std::size_t k = c.size(); k-- > 0;) {  // small ones first: ends and peaks come out exact
      y[n] += c[k] * std::cos(kTwoPi * static_cast<double>(k) * part);
    }
  }
  call.set_output(0, truncated(std::move(y), {size}, type));
}

Tensor truncated(std::vector<double> values, const Shape& shape, DType type) {
  if (type.is_integer()) {
    for (double& v : values) v = std::trunc(v);
  }
  return from_doubles(values, shape, type);
}

}  // namespace pare::ops
