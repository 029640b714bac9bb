// Resize in its older forms, and Upsample.

#include <algorithm>
#include <cmath>

#include "formats/onnx/downgrade.hpp"

namespace pare::onnx::down {
namespace {

std::optional<std::vector<float>> constant_floats(const Value* value) {
  if (value == nullptr || !value->is_constant()) return std::nullopt;
  return value->constant().to_floats();
}

Value* floats(Rewriter& r, const std::vector<float>& values, std::string_view what) {
  return r.constant(Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values), what);
}

/// Scales that give exactly the sizes that are asked for.
std::optional<std::vector<float>> scales_of_sizes(const Rewriter& r) {
  const auto sizes = constant_ints(r.input(3));
  const auto shape = r.input(0)->known_shape();
  if (!sizes || !shape || sizes->size() != shape->size()) return std::nullopt;
  std::vector<float> scales;
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    const auto from = static_cast<float>((*shape)[i]);
    const auto to = static_cast<float>((*sizes)[i]);
    if (from <= 0 || std::floor(from * (to / from)) != to) return std::nullopt;
    scales.push_back(to / from);
  }
  return scales;
}

/// Why the coordinates are not those of the first Resize; nullopt when they are.
Refusal other_coordinates(const Node& node, const std::optional<std::vector<float>>& scales) {
  const std::string mode = node.string_or("mode", "nearest");
  const std::string how = node.string_or("coordinate_transformation_mode", "half_pixel");
  if (how != "asymmetric") return cat("has coordinates of the mode ", how);
  if (node.int_or("exclude_outside", 0) != 0) return "excludes what lies outside";
  if (mode == "linear") return kDone;
  if (mode != "nearest") return cat("has the mode ", mode);
  const std::string nearest = node.string_or("nearest_mode", "round_prefer_floor");
  const auto all = [&](auto fits) {
    return !scales || std::all_of(scales->begin(), scales->end(), fits);
  };
  const bool enlarges = nearest == "floor" && all([](float s) { return s >= 1; });
  const bool reduces = nearest == "ceil" && scales && all([](float s) { return s <= 1; });
  if (!enlarges && !reduces) return cat("rounds by ", nearest);
  return kDone;
}

}  // namespace

Refusal resize_symmetric(Rewriter& r) {
  const std::string how = r.node().string_or("coordinate_transformation_mode", "half_pixel");
  return how == "half_pixel_symmetric" ? Refusal(cat("has coordinates of the mode ", how)) : kDone;
}

/// Scales or sizes of some axes become those of all.
Refusal resize_axes(Rewriter& r) {
  if (r.node().attribute("axes") == nullptr) return kDone;
  const auto axes = r.node().ints_or("axes", {});
  const auto rank = r.types().rank(r.input(0));
  const auto scales = constant_floats(r.input(2));
  const auto sizes = constant_ints(r.input(3));
  const auto shape = r.input(0)->known_shape();
  const std::size_t count = scales ? scales->size() : sizes ? sizes->size() : 0;
  if (!rank || r.input(1) != nullptr || count != axes.size() || (!scales && !shape)) {
    return "resizes axes that are not known";
  }
  std::vector<float> all_scales(*rank, 1);
  std::vector<std::int64_t> all_sizes = shape ? *shape : std::vector<std::int64_t>(*rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = from_front(axes[i], *rank);
    if (!axis) return "resizes an axis beyond its rank";
    if (scales) all_scales[static_cast<std::size_t>(*axis)] = (*scales)[i];
    if (sizes) all_sizes[static_cast<std::size_t>(*axis)] = (*sizes)[i];
  }
  r.node().erase_attribute("axes");
  if (scales) r.node().set_input(2, floats(r, all_scales, "scales"));
  if (sizes) r.node().set_input(3, r.ints(all_sizes, "sizes"));
  return kDone;
}

/// Absent inputs were written as empty tensors.
Refusal resize_empty_inputs(Rewriter& r) {
  if (r.input(1) == nullptr) r.node().set_input(1, floats(r, {}, "roi"));
  if (r.input(2) == nullptr) r.node().set_input(2, floats(r, {}, "scales"));
  return kDone;
}

Refusal resize_scales(Rewriter& r) {
  Node& node = r.node();
  const bool sized = r.input(3) != nullptr;
  const auto scales = sized ? scales_of_sizes(r) : constant_floats(r.input(2));
  if (sized && !scales) return "computes its sizes";
  if (Refusal refusal = other_coordinates(node, scales)) return refusal;
  Value* input = sized ? floats(r, *scales, "scales") : r.input(2);
  r.become("Resize", {r.input(0), input}, {{"mode", node.string_or("mode", "nearest")}});
  return kDone;
}

Refusal resize_to_upsample(Rewriter& r) {
  const auto scales = constant_floats(r.input(1));
  if (scales && std::any_of(scales->begin(), scales->end(), [](float s) { return s < 1; })) {
    return "reduces its input";
  }
  const std::string mode = r.node().string_or("mode", "nearest");
  r.become("Upsample", {r.input(0), r.input(1)}, {{"mode", mode}});
  return kDone;
}

Refusal upsample_attribute(Rewriter& r) {
  const auto scales = constant_floats(r.input(1));
  if (!scales) return "computes its scales at run time";
  r.node().set_input(1, nullptr);
  r.node().set_attribute("scales", *scales);
  return kDone;
}

/// Version 1 knows height and width.
Refusal upsample_sizes(Rewriter& r) {
  Node& node = r.node();
  const auto* scales = node.attribute_as<std::vector<float>>("scales");
  if (scales == nullptr || scales->size() != 4 || (*scales)[0] != 1 || (*scales)[1] != 1) {
    return "enlarges other than height and width";
  }
  const float height = (*scales)[2];
  const float width = (*scales)[3];
  const bool linear = node.string_or("mode", "nearest") == "linear";
  node.erase_attribute("scales");
  node.set_attribute("height_scale", height);
  node.set_attribute("width_scale", width);
  node.set_attribute("mode", std::string(linear ? "bilinear" : "nearest"));
  return kDone;
}

}  // namespace pare::onnx::down
