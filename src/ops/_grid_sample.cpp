#include "ops/_grid_sample.hpp"

#include <algorithm>
#include <cmath>

namespace pare::ops {
namespace {

constexpr double kCubic = -0.75;  // of the definition

/// x mirrored at the ends of [low, high] until it lies inside.
double reflect(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return low;
  const double from = std::abs(x - (x < low ? low : high));
  if (x >= low && x <= high) return x;
  const double times = std::floor(from / range);
  const double rest = from - times * range;
  const bool even = std::fmod(times, 2.0) == 0;
  if (x < low) return even ? low + rest : high - rest;
  return even ? high - rest : low + rest;
}

/// d reflect(x) / dx for x outside of [low, high].
double reflection_slope(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return 0;
  const double times = std::floor(std::abs(x - (x < low ? low : high)) / range);
  return std::fmod(times, 2.0) == 0 ? -1 : 1;
}

}  // namespace

SampleSetup read_sample_setup(const AttributeReader& a) {
  SampleSetup s;
  const std::string mode = a.attr_string("mode");
  const std::string padding = a.attr_string("padding_mode");
  if (mode == "nearest") {
    s.mode = SampleMode::nearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    s.mode = SampleMode::cubic;
  } else if (mode != "linear" && mode != "bilinear") {
    a.fail(cat("mode is '", mode, "'"));
  }
  if (padding == "border") {
    s.padding = SamplePadding::border;
  } else if (padding == "reflection") {
    s.padding = SamplePadding::reflection;
  } else if (padding != "zeros") {
    a.fail(cat("padding_mode is '", padding, "'"));
  }
  s.corners = a.attr_int("align_corners") != 0;
  return s;
}

void check_sample_shapes(const AttributeReader& a, const SymShape& x, const SymShape& grid) {
  if (x.size() < 3 || grid.size() != x.size()) {
    a.fail(cat("x has shape ", to_string(x), ", the grid ", to_string(grid)));
  }
  want_equal(a, grid[0], x[0], "the batch of the grid");
  want_equal(a, grid.back(), Dim(static_cast<std::int64_t>(x.size()) - 2),
             "the last dimension of the grid");
}

SampleLine sample_line(const SampleSetup& s, double x, std::int64_t size) {
  const auto n = static_cast<double>(size);
  const double low = s.corners ? 0 : -0.5;
  const double high = s.corners ? n - 1 : n - 0.5;
  double speed = s.corners ? (n - 1) / 2 : n / 2;  // of x on the pixels
  x = s.corners ? (x + 1) / 2 * (n - 1) : ((x + 1) * n - 1) / 2;
  if (!(std::abs(x) < 0x1p52)) {  // no number, or far
    x = s.padding == SamplePadding::zeros ? -2.0 : low;
    speed = 0;
  }
  if (s.mode == SampleMode::nearest) x = std::nearbyint(x);
  if (x < low || x > high) {
    if (s.padding == SamplePadding::border) {
      x = std::clamp(x, 0.0, n - 1);
      speed = 0;
    }
    if (s.padding == SamplePadding::reflection) {
      speed *= reflection_slope(x, low, high);
      x = reflect(x, low, high);
    }
  }
  const double below = std::floor(x);
  const double t = x - below;
  const double a = kCubic;
  const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  const auto near_slope = [&](double d) { return (3 * (a + 2) * d - 2 * (a + 3)) * d; };
  const auto far_slope = [&](double d) { return (3 * a * d - 10 * a) * d + 8 * a; };
  SampleLine line;
  double first = below;
  if (s.mode == SampleMode::nearest) {
    first = std::nearbyint(x);
    line.weight = {1};
    line.count = 1;
  } else if (s.mode == SampleMode::linear) {
    line.weight = {1 - t, t};
    line.slope = {-speed, speed};
    line.count = 2;
  } else {
    first = below - 1;
    line.weight = {far(1 + t), near(t), near(1 - t), far(2 - t)};
    line.slope = {speed * far_slope(1 + t), speed * near_slope(t), -speed * near_slope(1 - t),
                  -speed * far_slope(2 - t)};
    line.count = 4;
  }
  for (int k = 0; k < line.count; ++k) {
    double p = first + k;
    if (s.padding == SamplePadding::border) p = std::clamp(p, 0.0, n - 1);
    if (s.padding == SamplePadding::reflection)
      p = std::clamp(std::trunc(reflect(p, low, high)), 0.0, n - 1);
    line.index[k] = p >= 0 && p < n ? static_cast<std::int64_t>(p) : -1;
  }
  return line;
}

double gather_sample(const double* plane, const std::vector<SampleLine>& lines, const Shape& size,
                     std::size_t d, std::int64_t at) {
  if (d == lines.size()) return plane[at];
  double sum = 0;
  for (int k = 0; k < lines[d].count; ++k) {
    if (lines[d].index[k] < 0 || lines[d].weight[k] == 0) continue;
    sum += lines[d].weight[k] *
           gather_sample(plane, lines, size, d + 1, at * size[d] + lines[d].index[k]);
  }
  return sum;
}

}  // namespace pare::ops
