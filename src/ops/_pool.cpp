#include "ops/_pool.hpp"

#include "ops/_elementwise.hpp"

namespace pare::ops {
namespace {

Shape kernel_of(const AttributeReader& a) {
  const Shape kernel = a.attr_ints("kernel_shape");
  if (kernel.empty()) a.fail("no kernel_shape");
  return kernel;
}

}  // namespace

PoolShape pool_shape(const OpCall& call) {
  const Shape& x = call.input(0).shape();
  if (x.size() < 3) call.fail(cat("input ", to_string(x), " needs rank 3 or more"));
  PoolShape s;
  s.planes = x[0] * x[1];
  s.in.assign(x.begin() + 2, x.end());
  s.window = read_window(call, kernel_of(call), s.in);
  s.shape = {x[0], x[1]};
  for (std::size_t i = 0; i < s.in.size(); ++i) {
    s.out.push_back(window_count(s.window, i, s.in[i]));
    s.shape.push_back(s.out.back());
  }
  return s;
}

void pool_infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    if (x->size() < 3) c.fail(cat("input ", to_string(*x), " needs rank 3 or more"));
    const Window w = read_window(c, kernel_of(c), spatial_sizes(*x));
    y = SymShape{(*x)[0], (*x)[1]};
    for (std::size_t i = 2; i < x->size(); ++i) {
      y->push_back(window_count(w, i - 2, (*x)[i], c.attr_string("auto_pad")));
    }
  }
  c.set_output(0, c.input_dtype(0), y);
  if (c.output_count() > 1) c.set_output(1, dtype_of(ElementKind::i64), y);
}

Cost pool_cost(const ShapeContext& c) {
  double taps = 1;
  for (const std::int64_t k : kernel_of(c)) taps *= static_cast<double>(k);
  return elementwise_cost(c, taps);
}

OpDef& pool_attributes(OpDef& def) {
  return def.attribute("auto_pad", std::string("NOTSET"), "NOTSET, VALID, SAME_UPPER, SAME_LOWER")
      .attribute("ceil_mode", std::int64_t{0}, "1: sizes round up")
      .optional_attribute("dilations", AttributeKind::integers, "step inside the window")
      .required_attribute("kernel_shape", AttributeKind::integers, "sizes of the window")
      .optional_attribute("pads", AttributeKind::integers, "begin of all dimensions, then end")
      .optional_attribute("strides", AttributeKind::integers, "step between windows");
}

}  // namespace pare::ops
