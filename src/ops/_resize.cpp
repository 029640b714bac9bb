#include "ops/_resize.hpp"

#include <algorithm>
#include <cmath>

#include "ops/_axes.hpp"

namespace pare::ops {
namespace {

std::string one_of(const AttributeReader& a, const char* name,
                   std::initializer_list<std::string_view> words) {
  std::string word = a.attr_string(name);
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    a.fail(cat(name, " is '", word, "'"));
  }
  return word;
}

/// With a policy other than stretch all resized dimensions get one scale.
double common_scale(const ResizePlan& plan, const std::vector<ResizeAxis>& axes) {
  double scale = axes[plan.axes.front()].scale;
  for (const std::size_t d : plan.axes) {
    scale = plan.policy == "not_larger" ? std::min(scale, axes[d].scale)
                                        : std::max(scale, axes[d].scale);
  }
  return scale;
}

void apply_sizes(const AttributeReader& a, const ResizePlan& plan, const Shape& sizes,
                 std::vector<ResizeAxis>& axes) {
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    ResizeAxis& axis = axes[plan.axes[i]];
    if (sizes[i] < 0 || (axis.in == 0 && sizes[i] > 0)) {
      a.fail(cat("cannot resize dimension ", plan.axes[i], " from ", axis.in, " to ", sizes[i]));
    }
    axis.out = sizes[i];
    axis.scale = axis.in == 0 ? 1 : static_cast<double>(axis.out) / static_cast<double>(axis.in);
  }
  if (plan.policy == "stretch" || plan.axes.empty()) return;
  const double scale = common_scale(plan, axes);
  for (const std::size_t d : plan.axes) {
    const double size = scale * static_cast<double>(axes[d].in);
    if (!(size < 0x1p62)) a.fail(cat("dimension ", d, " would have size ", size));
    axes[d].scale = scale;
    axes[d].out = static_cast<std::int64_t>(std::floor(size + 0.5));
  }
}

/// Where output index `to` lies in the input.
template <class F>
F coordinate(const ResizePlan& plan, const ResizeAxis& axis, std::int64_t to) {
  const auto x = static_cast<F>(to);
  const auto in = static_cast<F>(axis.in);
  const auto out = static_cast<F>(axis.out);
  const auto scale = static_cast<F>(axis.scale);
  const F half = static_cast<F>(0.5);
  if (plan.transformation == "asymmetric") return x / scale;
  if (plan.transformation == "align_corners") {
    return axis.out == 1 ? F{0} : x * (in - 1) / (out - 1);
  }
  if (plan.crops()) {
    const auto begin = static_cast<F>(axis.roi_begin);
    const auto end = static_cast<F>(axis.roi_end);
    if (axis.out == 1) return half * (begin + end) * (in - 1);
    return begin * (in - 1) + x * (end - begin) * (in - 1) / (out - 1);
  }
  if (plan.transformation == "pytorch_half_pixel" && axis.out == 1) return F{0};
  const F at = (x + half) / scale - half;
  if (plan.transformation != "half_pixel_symmetric") return at;
  // The middle of the exact size comes to lie on the middle of the whole size.
  return in / 2 * (1 - out / (scale * in)) + at;
}

std::int64_t nearest(const std::string& mode, float x) {
  const float below = std::floor(x);
  const float rest = x - below;
  const bool up = mode == "ceil"                ? rest > 0.0F
                  : mode == "round_prefer_ceil" ? rest >= 0.5F
                                                : mode != "floor" && rest > 0.5F;
  return static_cast<std::int64_t>(below) + (up ? 1 : 0);
}

/// The interpolation kernel at distance x.
double kernel(const ResizePlan& plan, double x) {
  x = std::abs(x);
  if (plan.mode == ResizePlan::Mode::linear) return std::max(0.0, 1 - x);
  const double a = plan.cubic_a;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

std::vector<ResizeTap> weigh(const ResizePlan& plan, const ResizeAxis& axis, double x) {
  // Antialiasing stretches the kernel over all input that one output stands for.
  const double s = plan.antialias ? std::min(axis.scale, 1.0) : 1.0;
  const double reach = (plan.mode == ResizePlan::Mode::linear ? 1.0 : 2.0) / s;
  std::vector<ResizeTap> taps;
  double sum = 0;
  for (auto i = static_cast<std::int64_t>(std::ceil(x - reach)); static_cast<double>(i) < x + reach;
       ++i) {
    if (plan.exclude_outside && (i < 0 || i >= axis.in)) continue;
    const double w = kernel(plan, (static_cast<double>(i) - x) * s);
    if (w == 0) continue;
    const std::int64_t at = std::clamp<std::int64_t>(i, 0, axis.in - 1);
    if (!taps.empty() && taps.back().index == at) {
      taps.back().weight += w;
    } else {
      taps.push_back({at, w});
    }
    sum += w;
  }
  for (ResizeTap& t : taps) t.weight /= sum;
  return taps;
}

}  // namespace

void add_resize_attributes(OpDef& def) {
  def.attribute("antialias", std::int64_t{0}, "stretch the kernel when shrinking")
      .optional_attribute("axes", AttributeKind::integers, "dimensions to resize; all")
      .attribute("coordinate_transformation_mode", std::string("half_pixel"),
                 "how output positions lie on the input")
      .attribute("cubic_coeff_a", -0.75F, "shape of the cubic kernel")
      .attribute("exclude_outside", std::int64_t{0}, "what lies outside the input has no weight")
      .attribute("extrapolation_value", 0.0F, "outside of the input when cropping")
      .attribute("keep_aspect_ratio_policy", std::string("stretch"),
                 "stretch, not_larger or not_smaller than the sizes")
      .attribute("mode", std::string("nearest"), "nearest, linear or cubic")
      .attribute("nearest_mode", std::string("round_prefer_floor"),
                 "round_prefer_floor, round_prefer_ceil, floor or ceil");
}

ResizePlan read_resize(const AttributeReader& a, std::size_t rank) {
  ResizePlan plan;
  const std::string mode = one_of(a, "mode", {"nearest", "linear", "cubic"});
  plan.mode = mode == "nearest"  ? ResizePlan::Mode::nearest
              : mode == "linear" ? ResizePlan::Mode::linear
                                 : ResizePlan::Mode::cubic;
  plan.nearest_mode =
      one_of(a, "nearest_mode", {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  plan.transformation = one_of(a, "coordinate_transformation_mode",
                               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                                "align_corners", "asymmetric", "tf_crop_and_resize"});
  plan.policy = one_of(a, "keep_aspect_ratio_policy", {"stretch", "not_larger", "not_smaller"});
  plan.cubic_a = static_cast<double>(a.attr_float("cubic_coeff_a"));
  plan.extrapolation = static_cast<double>(a.attr_float("extrapolation_value"));
  plan.antialias = a.attr_int("antialias") != 0;
  plan.exclude_outside = a.attr_int("exclude_outside") != 0;
  if (plan.antialias && plan.mode == ResizePlan::Mode::nearest) {
    a.fail("antialias needs the mode linear or cubic");
  }
  std::vector<std::int64_t> axes = a.attr_ints("axes");
  (void)normal_axes(axes, rank);  // refuses an axis outside or named twice
  for (const std::int64_t d : axes) plan.axes.push_back(normal_axis(d, rank));
  for (std::size_t d = 0; axes.empty() && d < rank; ++d) plan.axes.push_back(d);
  return plan;
}

std::int64_t scaled_size(const AttributeReader& a, std::int64_t in, float scale) {
  const float size = static_cast<float>(in) * scale;
  if (!(scale > 0) || !(size < 0x1p62F)) a.fail(cat("scale ", scale, " for a size of ", in));
  return static_cast<std::int64_t>(size);
}

std::vector<ResizeAxis> resize_axes(const AttributeReader& a, const ResizePlan& plan,
                                    const Shape& x, const std::vector<float>& scales,
                                    const Shape& sizes, const std::vector<float>& roi) {
  const std::size_t n = plan.axes.size();
  if (scales.empty() == sizes.empty() && n > 0) a.fail("wants either scales or sizes");
  if (scales.size() + sizes.size() != n) {
    a.fail(cat("wants ", n, " scales or sizes, got ", scales.size() + sizes.size()));
  }
  std::vector<ResizeAxis> axes(x.size());
  for (std::size_t d = 0; d < x.size(); ++d) axes[d].in = axes[d].out = x[d];
  for (std::size_t i = 0; i < scales.size(); ++i) {
    ResizeAxis& axis = axes[plan.axes[i]];
    axis.scale = static_cast<double>(scales[i]);
    axis.out = scaled_size(a, axis.in, scales[i]);
  }
  if (!sizes.empty()) apply_sizes(a, plan, sizes, axes);
  if (!plan.crops()) return axes;
  if (roi.size() != 2 * n) a.fail(cat("roi has ", roi.size(), " values, wanted ", 2 * n));
  for (std::size_t i = 0; i < n; ++i) {
    axes[plan.axes[i]].roi_begin = static_cast<double>(roi[i]);
    axes[plan.axes[i]].roi_end = static_cast<double>(roi[n + i]);
  }
  return axes;
}

std::vector<std::vector<ResizeTap>> resize_taps(const ResizePlan& plan, const ResizeAxis& axis) {
  std::vector<std::vector<ResizeTap>> taps(static_cast<std::size_t>(axis.out));
  const auto last = static_cast<double>(axis.in - 1);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const auto to = static_cast<std::int64_t>(i);
    // Ties decide which neighbour is nearest: they fall as in runtimes that compute in f32.
    const bool choose = plan.mode == ResizePlan::Mode::nearest;
    const double x = choose ? static_cast<double>(coordinate<float>(plan, axis, to))
                            : coordinate<double>(plan, axis, to);
    if (plan.crops() && !(x >= 0 && x <= last)) continue;
    if (choose) {
      const std::int64_t at = nearest(plan.nearest_mode, static_cast<float>(x));
      taps[i].push_back({std::clamp<std::int64_t>(at, 0, axis.in - 1), 1});
    } else {
      taps[i] = weigh(plan, axis, x);
    }
  }
  return taps;
}

}  // namespace pare::ops
