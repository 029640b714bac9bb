// Inputs that were attributes: they have to be constants.

#include <algorithm>
#include <limits>

#include "formats/onnx/downgrade.hpp"

namespace pare::onnx::down {
namespace {

/// Input i of whole numbers, which may be absent, becomes the attribute `name`.
Refusal move_ints(Rewriter& r, std::size_t i, std::string name) {
  if (r.input(i) == nullptr) return kDone;
  const auto values = constant_ints(r.input(i));
  if (!values) return cat("computes its ", name, " at run time");
  r.node().set_input(i, nullptr);
  if (!values->empty()) r.node().set_attribute(std::move(name), *values);
  return kDone;
}

/// The value of a constant of one element; nullopt when it is computed or of another size.
std::optional<double> number(const Value* value) {
  if (value == nullptr || !value->is_constant() || value->constant().size() != 1) {
    return std::nullopt;
  }
  return value->constant().to_doubles().front();
}

bool is_true(const Value* value) { return !number(value) || *number(value) != 0; }

/// One form per operator: absent axes reduce everything, or nothing at all.
bool keeps_elements(const Node& node) {
  return node.is("ReduceMax") || node.is("ReduceMean") || node.is("ReduceMin") ||
         node.is("ReduceProd") || node.is("ReduceSum");
}

}  // namespace

Refusal axes_to_attribute(Rewriter& r) {
  Node& node = r.node();
  const bool none = node.int_or("noop_with_empty_axes", 0) != 0;
  const auto axes = constant_ints(r.input(1));
  if (none && (r.input(1) == nullptr || (axes && axes->empty()))) {
    if (!keeps_elements(node)) return "reduces over no axis";
    r.become("Identity", {r.input(0)});
    return kDone;
  }
  if (Refusal refusal = move_ints(r, 1, "axes")) return refusal;
  node.erase_attribute("noop_with_empty_axes");
  return kDone;
}

Refusal clip_bounds(Rewriter& r) {
  for (std::size_t i = 1; i < 3; ++i) {
    if (r.input(i) != nullptr && !number(r.input(i))) return "computes its limits at run time";
  }
  const auto low = number(r.input(1));
  const auto high = number(r.input(2));
  r.node().set_inputs({r.input(0)});
  if (low) r.node().set_attribute("min", static_cast<float>(*low));
  if (high) r.node().set_attribute("max", static_cast<float>(*high));
  return kDone;
}

Refusal dft_axis(Rewriter& r) {
  const auto rank = r.types().rank(r.input(0));
  std::int64_t axis = -2;
  if (r.input(2) != nullptr) {
    const auto values = constant_ints(r.input(2));
    if (!values || values->size() != 1) return "computes its axis at run time";
    axis = values->front();
  }
  if (axis < 0 && (!rank || !from_front(axis, *rank))) return "counts its axis from the end";
  r.node().set_input(2, nullptr);
  r.node().set_attribute("axis", axis < 0 ? *from_front(axis, *rank) : axis);
  return kDone;
}

/// Only inference: older sets say nothing of training. The ratio has no meaning then, and what the
/// mask holds is not said (runtimes fill it with false, newer sets with true).
Refusal dropout_inputs(Rewriter& r) {
  if (r.input(2) != nullptr && is_true(r.input(2))) return "may drop values at run time";
  if (is_read(r.node(), 1)) return "has a mask that is read";
  const auto ratio = number(r.input(1));
  r.node().resize_outputs(1);
  r.node().set_inputs({r.input(0)});
  r.node().erase_attribute("seed");
  if (ratio) r.node().set_attribute("ratio", static_cast<float>(*ratio));
  return kDone;
}

Refusal dropout_mode(Rewriter& r) {
  r.node().set_attribute("is_test", std::int64_t{1});
  return kDone;
}

/// Amounts for some axes become amounts for all.
Refusal pad_axes(Rewriter& r) {
  if (r.input(3) == nullptr) return kDone;
  const auto rank = r.types().rank(r.input(0));
  const auto axes = constant_ints(r.input(3));
  const auto pads = constant_ints(r.input(1));
  if (!rank || !axes || !pads || pads->size() != 2 * axes->size()) {
    return "pads axes that are not known";
  }
  std::vector<std::int64_t> all(2 * *rank, 0);
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const auto axis = from_front((*axes)[i], *rank);
    if (!axis) return "pads an axis beyond its rank";
    all[static_cast<std::size_t>(*axis)] = (*pads)[i];
    all[static_cast<std::size_t>(*axis) + *rank] = (*pads)[i + axes->size()];
  }
  r.node().set_input(3, nullptr);
  r.node().set_input(1, r.ints(all, "pads"));
  return kDone;
}

Refusal pad_attributes(Rewriter& r) {
  const auto pads = constant_ints(r.input(1));
  if (!pads) return "computes its pads at run time";
  const bool constant = r.node().string_or("mode", "constant") == "constant";
  const Value* value = constant ? r.input(2) : nullptr;
  if (value != nullptr && !number(value)) return "computes its value at run time";
  r.node().set_attribute("pads", *pads);
  if (value != nullptr) r.node().set_attribute("value", static_cast<float>(*number(value)));
  r.node().set_inputs({r.input(0)});
  return kDone;
}

Refusal slice_attributes(Rewriter& r) {
  const auto starts = constant_ints(r.input(1));
  const auto ends = constant_ints(r.input(2));
  const auto axes = constant_ints(r.input(3));
  const auto steps = constant_ints(r.input(4));
  if (!starts || !ends || (r.input(3) != nullptr && !axes)) {
    return "computes its ranges at run time";
  }
  const bool dense = steps && std::all_of(steps->begin(), steps->end(),
                                          [](std::int64_t step) { return step == 1; });
  if (r.input(4) != nullptr && !dense) return "takes steps other than 1";
  r.node().set_inputs({r.input(0)});
  r.node().set_attribute("starts", *starts);
  r.node().set_attribute("ends", *ends);
  if (axes) r.node().set_attribute("axes", *axes);
  return kDone;
}

/// Parts that are not equal have to be spelled out. (A size that is not known is taken to come out
/// even: older sets stop with an error when it does not.)
Refusal split_count(Rewriter& r) {
  Node& node = r.node();
  if (node.attribute("num_outputs") == nullptr) return kDone;
  const auto parts = node.int_or("num_outputs", 0);
  const auto& shape = r.input(0)->type().shape;
  const auto axis =
      shape ? from_front(node.int_or("axis", 0), shape->size()) : std::optional<std::int64_t>();
  const Dim size = axis ? (*shape)[static_cast<std::size_t>(*axis)] : Dim();
  if (size.is_number() && parts > 0 && size.number() % parts != 0) {
    const std::int64_t each = (size.number() + parts - 1) / parts;
    const std::int64_t last = size.number() - each * (parts - 1);
    if (last < 0) return "has more parts than elements";
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(parts), each);
    sizes.back() = last;
    node.set_input(1, r.ints(sizes, "split"));
  }
  node.erase_attribute("num_outputs");
  return kDone;
}

Refusal split_sizes(Rewriter& r) { return move_ints(r, 1, "split"); }

Refusal top_k_count(Rewriter& r) {
  const auto k = constant_ints(r.input(1));
  if (!k || k->size() != 1) return "computes k at run time";
  r.node().set_input(1, nullptr);
  r.node().set_attribute("k", k->front());
  return kDone;
}

}  // namespace pare::onnx::down
