#include "ops/_conv.hpp"

namespace pare::ops {
namespace {

std::int64_t read_group(const AttributeReader& a, const Dim& channels, const Dim& maps,
                        const Dim& depth) {
  const std::int64_t group = a.attr_int("group");
  if (group < 1) a.fail(cat("group is ", group));
  if (maps.is_number() && maps.number() % group != 0) {
    a.fail(cat(maps.number(), " maps do not divide into ", group, " groups"));
  }
  want_equal(a, channels, depth * Dim(group), "the number of input channels");
  return group;
}

}  // namespace

Shape ConvPlan::output_shape() const {
  Shape y = {batch, maps};
  y.insert(y.end(), walk.out().begin(), walk.out().end());
  return y;
}

ConvPlan plan_conv(const AttributeReader& a, const Shape& x, const Shape& w) {
  if (x.size() < 2 || w.size() != x.size()) {
    a.fail(cat("x has shape ", to_string(x), ", the weights ", to_string(w)));
  }
  const std::int64_t group = read_group(a, Dim(x[1]), Dim(w[0]), Dim(w[1]));
  const Shape kernel(w.begin() + 2, w.end());
  const Shape spatial(x.begin() + 2, x.end());
  return {x[0], x[1], w[0], group, WindowWalk(a, read_window(a, spatial.size(), kernel), spatial)};
}

std::optional<SymShape> conv_shape(const ShapeContext& c, const SymShape* x, const SymShape* w) {
  if (x == nullptr) return std::nullopt;
  if (x->size() < 2) c.fail(cat("x has shape ", to_string(*x), ", wanted at least rank 2"));
  SymShape y(x->size(), Dim::unknown());
  y[0] = (*x)[0];
  if (w == nullptr) return y;
  if (w->size() != x->size()) {
    c.fail(cat("x has shape ", to_string(*x), ", the weights ", to_string(*w)));
  }
  read_group(c, (*x)[1], (*w)[0], (*w)[1]);
  y[1] = (*w)[0];
  std::vector<std::int64_t> kernel = c.attr_ints("kernel_shape");
  if (const auto known = to_numbers(SymShape(w->begin() + 2, w->end()))) kernel = *known;
  if (kernel.empty() && x->size() > 2) return y;
  return window_shape(c, read_window(c, x->size() - 2, kernel), *x, (*w)[0]);
}

OpDef& conv_attributes(OpDef& def) {
  def.attribute("group", std::int64_t{1}, "channels are cut into that many independent groups")
      .optional_attribute("kernel_shape", AttributeKind::integers, "as the weights by default");
  return window_attributes(def);
}

Cost conv_cost(const ShapeContext& c, std::size_t w) {
  const SymShape* weights = c.input_shape(w);
  const auto shape = weights != nullptr ? to_numbers(*weights) : std::nullopt;
  if (!shape || shape->empty() || (*shape)[0] == 0) return {};
  const auto per_map =
      static_cast<double>(element_count(*shape)) / static_cast<double>((*shape)[0]);
  const double macs = per_map * value_count(c.output(0).type);
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

}  // namespace pare::ops
