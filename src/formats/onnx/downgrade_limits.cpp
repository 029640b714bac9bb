// What older forms of an operator could not say.

#include <algorithm>

#include "formats/onnx/downgrade.hpp"

namespace pare::onnx::down {
namespace {

/// The attribute `name` counts from the front of `rank` dimensions.
Refusal count_from_front(Rewriter& r, const char* name, std::optional<std::size_t> rank) {
  const std::int64_t axis = r.node().int_or(name, 0);
  if (axis >= 0) return kDone;
  const auto front = rank ? from_front(axis, *rank) : std::nullopt;
  if (!front) return "counts its axis from the end of an unknown rank";
  r.node().set_attribute(name, *front);
  return kDone;
}

bool same_shape(const Value* a, const Value* b) {
  return a->type().shape && b->type().shape && *a->type().shape == *b->type().shape;
}

bool has_one_element(const Value* value) {
  const auto shape = value->known_shape();
  return shape && element_count(*shape) == 1;
}

/// Where the dimensions of B other than 1 lie in A.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// nullopt when B is no contiguous part of A.
std::optional<Part> part_of(const SymShape& a, const SymShape& b) {
  if (b.size() > a.size()) return std::nullopt;
  const std::size_t before = a.size() - b.size();
  Part part;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (b[i].is(1)) continue;
    if (part.end == 0) part.begin = before + i;
    part.end = before + i + 1;
  }
  for (std::size_t i = part.begin; i < part.end; ++i) {
    if (i < before || !(a[i] == b[i - before])) return std::nullopt;
  }
  return part;
}

/// B of a limited broadcast, cut to the dimensions it has in common with A; nullptr when that is
/// not possible.
Value* cut_to(Rewriter& r, Value* b, std::size_t rank_a, const Part& part) {
  const std::size_t rank_b = b->type().shape->size();
  const std::size_t before = rank_a - rank_b;
  const bool whole = part.begin == before && part.end == before + rank_b;
  if (whole) return b;
  if (!b->is_constant()) return nullptr;
  const Shape& shape = b->constant().shape();
  const auto at = [&](std::size_t i) {
    return shape.begin() + static_cast<std::ptrdiff_t>(i - before);
  };
  return r.constant(b->constant().reshaped(Shape(at(part.begin), at(part.end))), "part");
}

}  // namespace

Refusal axes_from_front(Rewriter& r) {
  auto axes = r.node().ints_or("axes", {});
  if (std::none_of(axes.begin(), axes.end(), [](std::int64_t axis) { return axis < 0; })) {
    return kDone;
  }
  auto rank = r.types().rank(r.input(0));
  if (rank && r.node().is("Unsqueeze")) *rank += axes.size();
  for (std::int64_t& axis : axes) {
    const auto front = rank ? from_front(axis, *rank) : std::nullopt;
    if (!front) return "counts its axes from the end of an unknown rank";
    axis = *front;
  }
  r.node().set_attribute("axes", axes);
  return kDone;
}

Refusal axis_from_front(Rewriter& r) {
  return count_from_front(r, "axis", r.types().rank(r.input(0)));
}

Refusal batch_normalization_mode(Rewriter& r) {
  r.node().set_attribute("is_test", std::int64_t{1});
  return kDone;
}

/// No broadcasting at all.
Refusal equal_shapes(Rewriter& r) {
  for (const Value* input : r.node().inputs()) {
    if (input != nullptr && !same_shape(input, r.input(0))) {
      return "has inputs of other shapes than the first";
    }
  }
  return kDone;
}

/// Indices that are constant show whether they count from the end. (Those computed at run time are
/// taken as they are: runtimes accept negative ones for every set.)
Refusal gather_indices(Rewriter& r) {
  const auto rank = r.types().rank(r.input(0));
  if (r.node().int_or("axis", 0) < 0 && !rank) {
    return "counts its axis from the end of an unknown rank";
  }
  const auto indices = constant_ints(r.input(1));
  const auto negative = [](std::int64_t i) { return i < 0; };
  if (indices && std::any_of(indices->begin(), indices->end(), negative)) {
    const auto& shape = r.input(0)->type().shape;
    const auto axis = shape ? from_front(r.node().int_or("axis", 0), shape->size()) : std::nullopt;
    const Dim size = axis ? (*shape)[static_cast<std::size_t>(*axis)] : Dim();
    if (!size.is_number()) return "counts its indices from the end";
    std::vector<std::int64_t> positive = *indices;
    for (std::int64_t& i : positive) i += i < 0 ? size.number() : 0;
    const Tensor& old = r.input(1)->constant();
    Tensor made = Tensor::of<std::int64_t>(old.shape(), positive).cast(old.type());
    r.node().set_input(1, r.constant(std::move(made), "indices"));
  }
  return axis_from_front(r);
}

/// C was required.
Refusal gemm_bias(Rewriter& r) {
  if (r.input(2) != nullptr) return kDone;
  if (!r.types().dtype(r.input(0)).valid()) return "has no bias, and an unknown element type";
  r.node().set_input(2, r.scalar(0, r.input(0), "bias"));
  return kDone;
}

Refusal gemm_broadcast(Rewriter& r) {
  const Value* bias = r.input(2);
  const auto rank = r.types().rank(bias);
  const auto shape = bias->known_shape();
  const bool fits = has_one_element(bias) || rank == std::size_t{1} ||
                    (shape && std::count(shape->begin(), shape->end(), 1) == 0);
  if (!fits) return "has a bias that is no part of its result";
  r.node().set_attribute("broadcast", std::int64_t{1});
  return kDone;
}

Refusal grid_sample_mode(Rewriter& r) {
  if (r.types().rank(r.input(0)).value_or(4) != 4) return "samples other than two dimensions";
  const std::string mode = r.node().string_or("mode", "linear");
  if (mode == "linear") r.node().set_attribute("mode", std::string("bilinear"));
  if (mode == "cubic") r.node().set_attribute("mode", std::string("bicubic"));
  return kDone;
}

/// Operator set 6: B is a contiguous part of A's shape, marked by attributes.
Refusal limited_broadcast(Rewriter& r) {
  Node& node = r.node();
  Value* a = r.input(0);
  Value* b = r.input(1);
  if (a == nullptr || b == nullptr || same_shape(a, b)) return kDone;
  const auto rank_a = r.types().rank(a);
  const auto rank_b = r.types().rank(b);
  const Attribute yes = std::int64_t{1};
  if (has_one_element(b) && rank_a && rank_b && *rank_b <= *rank_a) {
    node.set_attribute("broadcast", yes);
    return kDone;
  }
  if (!a->type().shape || !b->type().shape) return "broadcasts operands of unknown shapes";
  const auto part = part_of(*a->type().shape, *b->type().shape);
  Value* cut = part ? cut_to(r, b, *rank_a, *part) : nullptr;
  if (cut == nullptr) return "broadcasts an operand that is no part of the first";
  node.set_input(1, cut);
  node.set_attribute("broadcast", yes);
  node.set_attribute("axis", static_cast<std::int64_t>(part->begin));
  return kDone;
}

Refusal max_pool_indices(Rewriter& r) {
  if (is_read(r.node(), 1)) return "has indices that are read";
  r.node().resize_outputs(1);
  return kDone;
}

/// As with Gather, only constant indices show that they count from the end.
Refusal one_hot(Rewriter& r) {
  const auto indices = constant_ints(r.input(0));
  if (indices && std::any_of(indices->begin(), indices->end(), [](auto i) { return i < 0; })) {
    return "counts its indices from the end";
  }
  if (r.node().int_or("axis", -1) == -1) return kDone;
  auto rank = r.types().rank(r.input(0));
  if (rank) ++*rank;
  return count_from_front(r, "axis", rank);
}

Refusal pad_wrap(Rewriter& r) {
  return r.node().string_or("mode", "constant") == "wrap" ? Refusal("pads in the mode 'wrap'")
                                                          : kDone;
}

/// Base and exponent have one type.
Refusal pow_types(Rewriter& r) {
  const DType base = r.types().dtype(r.input(0));
  const DType exponent = r.types().dtype(r.input(1));
  if (!base.valid() || !exponent.valid() || base == exponent) return kDone;
  if (!base.is_float() || !exponent.is_integer()) return "has a base and an exponent of two types";
  const auto to = static_cast<std::int64_t>(base.kind());
  r.node().set_input(1, r.add("Cast", {r.input(1)}, {{"to", to}}));
  return kDone;
}

/// The result has the type of the scale.
Refusal dequantized_type(Rewriter& r) {
  const std::int64_t type = r.node().int_or("output_dtype", 0);
  if (type != 0 && type != static_cast<std::int64_t>(r.types().dtype(r.input(1)).kind())) {
    return "has a result of another type than its scale";
  }
  r.node().erase_attribute("output_dtype");
  return kDone;
}

/// The result has the type of the zero point, which may have to be written for that.
Refusal quantized_type(Rewriter& r) {
  const std::int64_t type = r.node().int_or("output_dtype", 0);
  const bool given = r.input(2) != nullptr || type == 0;
  if (!given && type != static_cast<std::int64_t>(ElementKind::u8)) {
    const auto shape = r.input(1)->known_shape();
    if (!shape || type < 0 || type > static_cast<std::int64_t>(ElementKind::i2)) {
      return "has no zero point, and a scale of unknown size";
    }
    Tensor zeros(static_cast<ElementKind>(type), *shape);
    r.node().set_input(2, r.constant(std::move(zeros), "zero_point"));
  }
  r.node().erase_attribute("output_dtype");
  return kDone;
}

Refusal quantized_per_tensor(Rewriter& r) {
  if (!has_one_element(r.input(1))) return "has scales along an axis";
  r.node().erase_attribute("axis");
  return kDone;
}

Refusal recurrent_sequence(Rewriter& r) {
  if (r.node().output(0) != nullptr) r.node().set_attribute("output_sequence", std::int64_t{1});
  return kDone;
}

/// A zero in the shape always copies the size of the input.
Refusal reshape_zeros(Rewriter& r) {
  if (r.node().int_or("allowzero", 0) != 0) {
    const auto shape = constant_ints(r.input(1));
    if (!shape || std::count(shape->begin(), shape->end(), 0) > 0) {
      return "takes zeros in its shape as sizes";
    }
  }
  r.node().erase_attribute("allowzero");
  return kDone;
}

Refusal roi_align_mode(Rewriter& r) {
  constexpr const char* kName = "coordinate_transformation_mode";
  if (r.node().string_or(kName, "half_pixel") != "output_half_pixel") {
    return "shifts its coordinates by half a pixel";
  }
  r.node().erase_attribute(kName);
  return kDone;
}

Refusal scales_per_group(Rewriter& /*r*/) { return "has scales per channel"; }

Refusal scatter(Rewriter& r) {
  r.become("Scatter", r.node().inputs(), {{"axis", r.node().int_or("axis", 0)}});
  return kDone;
}

Refusal scatter_reduction(Rewriter& r) {
  const std::string how = r.node().string_or("reduction", "none");
  return how == "min" || how == "max" ? Refusal(cat("reduces by ", how)) : kDone;
}

Refusal slice_axes(Rewriter& r) {
  const auto steps = constant_ints(r.input(4));
  if (r.input(4) != nullptr &&
      (!steps || std::any_of(steps->begin(), steps->end(), [](auto step) { return step < 1; }))) {
    return "may step backwards";
  }
  auto axes = constant_ints(r.input(3));
  if (!axes) return kDone;  // computed: taken as they are
  if (std::none_of(axes->begin(), axes->end(), [](auto axis) { return axis < 0; })) return kDone;
  const auto rank = r.types().rank(r.input(0));
  for (std::int64_t& axis : *axes) {
    const auto front = rank ? from_front(axis, *rank) : std::nullopt;
    if (!front) return "counts its axes from the end of an unknown rank";
    axis = *front;
  }
  r.node().set_input(3, r.ints(*axes, "axes"));
  return kDone;
}

Refusal slope_per_channel(Rewriter& r) {
  Value* slope = r.input(1);
  if (has_one_element(slope)) return kDone;
  const auto rank = r.types().rank(r.input(0));
  const auto shape = slope->known_shape();
  const bool one_axis = shape && !shape->empty() &&
                        std::count(shape->begin() + 1, shape->end(), 1) + 1 ==
                            static_cast<std::ptrdiff_t>(shape->size());
  if (!rank || !one_axis || shape->size() + 1 != *rank) return "has slopes not one per channel";
  if (shape->size() == 1) return kDone;
  if (!slope->is_constant()) return "computes its slopes at run time";
  r.node().set_input(1, r.constant(slope->constant().reshaped({shape->front()}), "slopes"));
  return kDone;
}

/// All dimensions from `axis` on make one row: the same when it is the last.
Refusal softmax_of_rows(Rewriter& r) {
  const std::int64_t axis = r.node().int_or("axis", -1);
  const auto rank = r.types().rank(r.input(0));
  const bool last =
      axis == -1 || (rank && from_front(axis, *rank) == static_cast<std::int64_t>(*rank) - 1);
  if (!last) return "runs along an axis that is not the last";
  r.node().set_attribute("axis", axis);
  return kDone;
}

Refusal top_k_order(Rewriter& r) {
  if (r.node().int_or("largest", 1) == 0) return "takes the smallest elements";
  if (r.node().int_or("axis", -1) != -1) {
    Refusal refusal = axis_from_front(r);
    if (refusal) return refusal;
  }
  r.node().erase_attribute("largest");
  r.node().erase_attribute("sorted");  // 0 allows any order
  return kDone;
}

}  // namespace pare::onnx::down
