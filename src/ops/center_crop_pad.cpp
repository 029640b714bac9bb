#include <algorithm>
#include <set>

#include "ops/_axes.hpp"
#include "ops/_broadcast.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

/// The dimensions that `shape` gives the sizes of, in its order.
std::vector<std::size_t> read_axes(const AttributeReader& a, std::size_t rank) {
  std::vector<std::size_t> axes;
  if (!a.has_attr("axes")) {
    for (std::size_t d = 0; d < rank; ++d) axes.push_back(d);
    return axes;
  }
  for (const std::int64_t axis : a.attr_ints("axes")) axes.push_back(ops::normal_axis(axis, rank));
  if (std::set<std::size_t>(axes.begin(), axes.end()).size() != axes.size()) {
    a.fail("an axis is named twice");
  }
  return axes;
}

SymShape result_shape(const AttributeReader& a, SymShape x, const SymShape* sizes) {
  const std::vector<std::size_t> axes = read_axes(a, x.size());
  if (sizes != nullptr && sizes->size() != axes.size()) {
    a.fail(cat(sizes->size(), " sizes for ", axes.size(), " axes"));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    x[axes[i]] = sizes != nullptr ? (*sizes)[i] : Dim::unknown();
    if (x[axes[i]].is_number() && x[axes[i]].number() < 0) {
      a.fail(cat("a size of ", x[axes[i]].text()));
    }
  }
  return x;
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  const auto sizes = c.input_elements(1);
  if (c.input_shape(0) != nullptr)
    y = result_shape(c, *c.input_shape(0), sizes ? &*sizes : nullptr);
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (call.input(1).rank() != 1) call.fail("shape is no vector");
  const SymShape sizes = to_symbolic(call.input(1).to_ints());
  const Shape shape = *to_numbers(result_shape(call, to_symbolic(x.shape()), &sizes));
  const Shape in = strides_of(x.shape());
  const Shape out = strides_of(shape);
  Shape common = shape;  // what is copied: from `from` of x to `to` of y
  std::int64_t from = 0;
  std::int64_t to = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    common[d] = std::min(shape[d], x.dim(d));
    from += (x.dim(d) - common[d]) / 2 * in[d];
    to += (shape[d] - common[d]) / 2 * out[d];
  }
  ops::ElementCopier y(x.type(), shape);
  ops::StridedWalk read(common, in);
  ops::StridedWalk write(common, out);
  for (std::int64_t i = 0; i < element_count(common); ++i) {
    y.put(to + write.offset(), x, from + read.offset());
    read.next();
    write.next();
  }
  call.set_output(0, y.take());
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 0); }

}  // namespace

/// The middle of x, or x in the middle of zeros, along each of `axes`: floor of half of what is cut
/// or added lies in front. Shapes: x any, shape one size per axis -> y as x with these sizes.
/// Source: ONNX CenterCropPad, version 18.
OpDefs op_center_crop_pad() {
  return OpDef("CenterCropPad", 18)
      .input("input_data")
      .input("shape", types::kIndex, "Tind")
      .output("output_data")
      .optional_attribute("axes", AttributeKind::integers, "dimensions that change; all")
      .define(infer, reference, cost);
}

}  // namespace pare
