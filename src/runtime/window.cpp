#include "runtime/window.hpp"

#include <algorithm>

namespace pare {
namespace {

std::vector<std::int64_t> ints_or(const AttributeReader& a, std::string_view name, std::size_t n,
                                  std::int64_t otherwise) {
  if (!a.has_attr(name)) return std::vector<std::int64_t>(n, otherwise);
  std::vector<std::int64_t> v = a.attr_ints(name);
  if (v.empty()) v.assign(n, otherwise);
  if (v.size() != n) a.fail(cat(name, " has ", v.size(), " entries, wanted ", n));
  return v;
}

}  // namespace

WindowSizes window_sizes(const AttributeReader& a, const Shape& kernel, const Shape& x,
                         const Shape& y) {
  const std::size_t n = kernel.size();
  require(x.size() == n + 2 && y.size() == n + 2, "window_sizes: ranks differ");
  WindowSizes w;
  w.kernel = kernel;
  w.strides = ints_or(a, "strides", n, 1);
  w.dilations = ints_or(a, "dilations", n, 1);
  const std::vector<std::int64_t> pads = ints_or(a, "pads", 2 * n, 0);
  const std::string mode = a.has_attr("auto_pad") ? a.attr_string("auto_pad") : "NOTSET";
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t extent = (kernel[i] - 1) * w.dilations[i] + 1;
    const std::int64_t total = (y[i + 2] - 1) * w.strides[i] + extent - x[i + 2];
    std::int64_t before = pads[i];
    if (mode == "VALID") before = 0;
    if (mode == "SAME_UPPER") before = std::max<std::int64_t>(total, 0) / 2;
    if (mode == "SAME_LOWER") before = (std::max<std::int64_t>(total, 0) + 1) / 2;
    w.before.push_back(before);
    w.after.push_back(total - before);
  }
  return w;
}

bool sees_only_padding(const WindowSizes& w, const Shape& x, const Shape& y) {
  for (std::size_t i = 0; i < w.kernel.size(); ++i) {
    for (std::int64_t o = 0; o < y[i + 2]; ++o) {
      const std::int64_t start = o * w.strides[i] - w.before[i];
      // The first tap at or behind the image's first pixel.
      const std::int64_t tap = start < 0 ? (-start + w.dilations[i] - 1) / w.dilations[i] : 0;
      if (tap >= w.kernel[i] || start + tap * w.dilations[i] >= x[i + 2]) return true;
    }
  }
  return false;
}

}  // namespace pare
