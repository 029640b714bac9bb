// Upsample and the first forms of Resize.

#include <algorithm>

#include "formats/onnx/upgrade.hpp"

namespace pare::onnx::up {
namespace {

Value* scales_constant(Rewriter& r, const std::vector<float>& scales) {
  return r.constant(Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales),
                    "scales");
}

Attributes asymmetric(const std::string& mode, const std::string& nearest) {
  Attributes all = {{"coordinate_transformation_mode", std::string("asymmetric")}, {"mode", mode}};
  if (mode == "nearest") all.emplace("nearest_mode", nearest);
  return all;
}

bool is_empty_constant(const Value* value) {
  return value != nullptr && value->is_constant() && value->constant().empty();
}

}  // namespace

/// Versions 1 (sizes of height and width), 7 (scales as an attribute) and 9 (as an input):
/// x_original = x / scale, the nearest element is the one at or before it.
Refusal upsample(Rewriter& r) {
  Node& node = r.node();
  Value* scales = node.input(1);
  if (node.attribute("height_scale") != nullptr) {
    scales = scales_constant(
        r, {1, 1, node.float_or("height_scale", 1), node.float_or("width_scale", 1)});
  } else if (const auto* given = node.attribute_as<std::vector<float>>("scales")) {
    scales = scales_constant(r, *given);
  }
  if (scales == nullptr) return "has no scales";
  std::string mode = node.string_or("mode", "nearest");
  if (mode == "bilinear") mode = "linear";
  if (mode != "nearest" && mode != "linear") return cat("has the unknown mode '", mode, "'");
  r.become("Resize", {node.input(0), nullptr, scales}, asymmetric(mode, "floor"));
  return kDone;
}

/// Version 10 takes the element before a position when it enlarges and the one behind it when it
/// reduces. Scales that are not known are taken to enlarge.
Refusal resize_scales(Rewriter& r) {
  Node& node = r.node();
  Value* x = node.input(0);
  Value* scales = node.input(1);
  const std::string mode = node.string_or("mode", "nearest");
  const bool known = scales != nullptr && scales->is_constant();
  const std::vector<float> all = known ? scales->constant().to_floats() : std::vector<float>();
  const auto reduces = [](float scale) { return scale < 1; };
  const auto enlarges = [](float scale) { return scale > 1; };
  if (mode != "nearest" || std::none_of(all.begin(), all.end(), reduces)) {
    r.become("Resize", {x, nullptr, scales}, asymmetric(mode, "floor"));
    return kDone;
  }
  if (std::any_of(all.begin(), all.end(), enlarges)) {  // one after the other: axes are independent
    std::vector<float> up = all;
    std::vector<float> down = all;
    std::replace_if(up.begin(), up.end(), reduces, 1.0F);
    std::replace_if(down.begin(), down.end(), enlarges, 1.0F);
    x = r.add("Resize", {x, nullptr, scales_constant(r, up)}, asymmetric(mode, "floor"));
    scales = scales_constant(r, down);
  }
  r.become("Resize", {x, nullptr, scales}, asymmetric(mode, "ceil"));
  return kDone;
}

/// Versions 11 and 12 wrote an empty tensor for what is absent, and had one mode more.
Refusal resize_empty_inputs(Rewriter& r) {
  Node& node = r.node();
  const bool sized = node.input(3) != nullptr && !is_empty_constant(node.input(3));
  if (sized || is_empty_constant(node.input(2))) node.set_input(2, nullptr);
  if (!sized) node.set_input(3, nullptr);
  if (is_empty_constant(node.input(1))) node.set_input(1, nullptr);
  if (node.string_or("coordinate_transformation_mode", "") != "tf_half_pixel_for_nn") return kDone;
  const std::string mode = node.string_or("mode", "nearest");
  const std::string nearest = node.string_or("nearest_mode", "round_prefer_floor");
  if (mode != "nearest" || nearest != "floor") {
    return cat("has mode tf_half_pixel_for_nn with ", mode, ", ", nearest);
  }
  // floor((x + 0.5) / scale) = floor(((x + 0.5) / scale - 0.5) + 0.5): halves are rounded up
  node.set_attribute("coordinate_transformation_mode", std::string("half_pixel"));
  node.set_attribute("nearest_mode", std::string("round_prefer_ceil"));
  return kDone;
}

}  // namespace pare::onnx::up
