// Attributes that became inputs; attributes, their values and operators that were renamed.

#include <array>
#include <limits>

#include "formats/onnx/upgrade.hpp"

namespace pare::onnx::up {
namespace {

/// Takes the attribute `name` off the node: its value as a new int64 vector, nullptr when absent or
/// empty.
Value* take_ints(Rewriter& r, std::string_view name) {
  const auto values = r.node().ints_or(name, {});
  r.node().erase_attribute(name);
  return values.empty() ? nullptr : r.ints(values, name);
}

struct TypeName {
  std::string_view name;
  ElementKind kind;
};

constexpr auto kTypeNames = std::to_array<TypeName>({
    {"FLOAT", ElementKind::f32},
    {"UINT8", ElementKind::u8},
    {"INT8", ElementKind::i8},
    {"UINT16", ElementKind::u16},
    {"INT16", ElementKind::i16},
    {"INT32", ElementKind::i32},
    {"INT64", ElementKind::i64},
    {"STRING", ElementKind::string},
    {"BOOL", ElementKind::boolean},
    {"FLOAT16", ElementKind::f16},
    {"DOUBLE", ElementKind::f64},
    {"UINT32", ElementKind::u32},
    {"UINT64", ElementKind::u64},
});

}  // namespace

/// Before 13 (ReduceSum, Squeeze, Unsqueeze) and 18 (other reductions).
Refusal axes_to_input(Rewriter& r) {
  if (Value* axes = take_ints(r, "axes")) r.node().set_input(1, axes);
  return kDone;
}

/// The element type was a word in the first operator sets and in some files after them.
Refusal cast_type(Rewriter& r) {
  const auto* word = r.node().attribute_as<std::string>("to");
  if (word == nullptr) return kDone;
  for (const TypeName& type : kTypeNames) {
    if (type.name != *word) continue;
    r.node().set_attribute("to", static_cast<std::int64_t>(type.kind));
    return kDone;
  }
  return "casts to a type of unknown name";
}

/// Limits at or beyond the range of float are the same as none.
Refusal clip_bounds(Rewriter& r) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const float low = r.node().float_or("min", -kMost);
  const float high = r.node().float_or("max", kMost);
  r.node().erase_attribute("min");
  r.node().erase_attribute("max");
  Value* x = r.input(0);
  if (low > -kMost) r.node().set_input(1, r.scalar(static_cast<double>(low), x, "min"));
  if (high < kMost) r.node().set_input(2, r.scalar(static_cast<double>(high), x, "max"));
  return kDone;
}

/// The default changed with the form: 1 became -2.
Refusal dft_axis(Rewriter& r) {
  const std::int64_t axis = r.node().int_or("axis", 1);
  r.node().erase_attribute("axis");
  r.node().set_input(2, r.constant(Tensor::scalar<std::int64_t>(axis), "axis"));
  return kDone;
}

/// Left over from version 1 of many operators, without meaning.
Refusal drop_consumed_inputs(Rewriter& r) {
  r.node().erase_attribute("consumed_inputs");
  return kDone;
}

Refusal grid_sample_mode(Rewriter& r) {
  const std::string mode = r.node().string_or("mode", "bilinear");
  if (mode == "bilinear") r.node().set_attribute("mode", std::string("linear"));
  if (mode == "bicubic") r.node().set_attribute("mode", std::string("cubic"));
  return kDone;
}

Refusal pad_amounts(Rewriter& r) {
  const auto pads = r.node().ints_or("pads", {});
  const float value = r.node().float_or("value", 0);
  r.node().erase_attribute("pads");
  r.node().erase_attribute("value");
  r.node().set_input(1, r.ints(pads, "pads"));
  if (value != 0 && r.node().string_or("mode", "constant") == "constant") {
    r.node().set_input(2, r.scalar(static_cast<double>(value), r.input(0), "value"));
  }
  return kDone;
}

/// It only said whether Y may be left out, which today its absence says.
Refusal recurrent_sequence(Rewriter& r) {
  r.node().erase_attribute("output_sequence");
  return kDone;
}

Refusal reshape_shape(Rewriter& r) {
  if (r.node().attribute("shape") == nullptr || r.input(1) != nullptr) return kDone;
  const auto shape = r.node().ints_or("shape", {});
  r.node().erase_attribute("shape");
  r.node().set_input(1, r.ints(shape, "shape"));  // empty: a scalar
  return kDone;
}

/// Without the attribute, coordinates were not shifted by half a pixel.
Refusal roi_align_mode(Rewriter& r) {
  if (r.node().attribute("coordinate_transformation_mode") == nullptr) {
    r.node().set_attribute("coordinate_transformation_mode", std::string("output_half_pixel"));
  }
  return kDone;
}

Refusal scatter(Rewriter& r) {
  const std::int64_t axis = r.node().int_or("axis", 0);
  r.become("ScatterElements", r.node().inputs(), {{"axis", axis}});
  return kDone;
}

Refusal slice_ranges(Rewriter& r) {
  const auto starts = r.node().ints_or("starts", {});
  const auto ends = r.node().ints_or("ends", {});
  if (starts.size() != ends.size()) return "has starts and ends of different count";
  r.node().erase_attribute("starts");
  r.node().erase_attribute("ends");
  r.node().set_input(1, r.ints(starts, "starts"));
  r.node().set_input(2, r.ints(ends, "ends"));
  if (Value* axes = take_ints(r, "axes")) r.node().set_input(3, axes);
  return kDone;
}

Refusal split_sizes(Rewriter& r) {
  if (Value* sizes = take_ints(r, "split")) r.node().set_input(1, sizes);
  return kDone;
}

/// Equal parts are asked for by their number.
Refusal split_count(Rewriter& r) {
  if (r.input(1) != nullptr || r.node().attribute("num_outputs") != nullptr) return kDone;
  r.node().set_attribute("num_outputs", static_cast<std::int64_t>(r.node().outputs().size()));
  return kDone;
}

Refusal top_k(Rewriter& r) {
  const auto* k = r.node().attribute_as<std::int64_t>("k");
  if (k == nullptr) return "lacks its attribute k";
  r.node().set_input(1, r.ints({*k}, "k"));
  r.node().erase_attribute("k");
  return kDone;
}

}  // namespace pare::onnx::up
