#include "ops/_group_norm.hpp"

#include <cmath>

#include "ops/_layout.hpp"

namespace pare::ops {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32};

std::size_t channel_axis(const AttributeReader& a, std::size_t rank) {
  if (rank < 3) a.fail(cat("X of rank ", rank, ", wanted 3 or more"));
  return a.attr_int("channels_last") != 0 ? rank - 1 : 1;
}

void check_groups(const AttributeReader& a, const Dim& channels) {
  const std::int64_t groups = a.attr_int("groups");
  if (groups < 1 || (channels.is_number() && channels.number() % groups != 0)) {
    a.fail(cat(channels.text(), " channels do not divide into ", groups, " groups"));
  }
}

}  // namespace

void normalize_groups(std::vector<double>& x, const GroupNorm& norm) {
  if (x.empty()) return;
  const std::int64_t n = norm.channels / norm.groups * norm.inner;
  const auto size = static_cast<std::int64_t>(x.size());
  for (std::int64_t first = 0; n > 0 && first < size; first += n) {
    double mean = 0;
    for (std::int64_t i = first; i < first + n; ++i) mean += x[i];
    mean /= static_cast<double>(n);
    double variance = 0;
    for (std::int64_t i = first; i < first + n; ++i) variance += (x[i] - mean) * (x[i] - mean);
    const double inverse = 1 / std::sqrt(variance / static_cast<double>(n) + norm.epsilon);
    for (std::int64_t i = first; i < first + n; ++i) {
      const std::int64_t c = i / norm.inner % norm.channels;
      x[i] = (x[i] - mean) * inverse * norm.scale[c] + norm.bias[c];
    }
  }
}

OpDef& contrib_group_norm_schema(OpDef& def) {
  return def.input("X", kReal)
      .input("gamma", kReal, "M")
      .input("beta", kReal, "M")
      .output("Y", kReal)
      .required_attribute("activation", AttributeKind::integer, "1: times its sigmoid; 0: nothing")
      .attribute("channels_last", std::int64_t{1}, "0: channels are the second dimension")
      .attribute("epsilon", 1e-5F, "added to the variance")
      .required_attribute("groups", AttributeKind::integer, "channels in so many groups");
}

void contrib_group_norm_infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  const Dim& channels = (*x)[channel_axis(c, x->size())];
  check_groups(c, channels);
  for (std::size_t i = 1; i < 3; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 1) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 1"));
    want_equal(c, s->front(), channels, cat("the size of input ", i));
  }
}

Tensor contrib_group_norm(const OpCall& call, std::vector<double> x) {
  const std::int64_t activation = call.attr_int("activation");
  if (activation != 0 && activation != 1) call.fail(cat("activation is ", activation));
  const Shape& shape = call.input(0).shape();
  GroupNorm norm;
  norm.channels = shape[channel_axis(call, shape.size())];
  check_groups(call, norm.channels);
  norm.groups = call.attr_int("groups");
  norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  want_shape(call, call.input(1), {norm.channels}, "gamma");
  want_shape(call, call.input(2), {norm.channels}, "beta");
  norm.scale = call.input(1).to_doubles();
  norm.bias = call.input(2).to_doubles();
  const bool last = call.attr_int("channels_last") != 0;
  const Shape first = last ? channels_first(shape) : shape;
  norm.inner = inner_size(first, 1);
  if (last) x = move_channels_first(x, shape);
  normalize_groups(x, norm);
  if (last) x = move_channels_last(x, first);
  for (double& v : x) v = activation == 1 ? v / (1 + std::exp(-v)) : v;
  return from_doubles(x, shape, call.input(0).type());
}

}  // namespace pare::ops
