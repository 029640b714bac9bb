#include "evaluate/roofline.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>

namespace pare {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

RoofStep against_roof(const StepInfo& s, const MachinePeaks& peaks) {
  RoofStep r;
  r.step = s;
  r.arithmetic = arithmetic_of(s);
  const double peak = peaks.gflops(r.arithmetic);
  const double rate = peaks.gb_per_s(s.cost.bytes);
  const double by_operations = peak > 0 ? s.cost.flops / peak * 1e-6 : 0;
  const double by_bytes = rate > 0 ? s.cost.bytes / rate * 1e-6 : 0;
  r.roof_ms = std::max(by_operations, by_bytes);
  r.by_memory = by_bytes >= by_operations;
  if (s.cost.bytes > 0) r.intensity = s.cost.flops / s.cost.bytes;
  if (r.roof_ms > 0) r.roof_gflops = s.cost.flops / r.roof_ms * 1e-6;
  if (s.mean_ms <= 0) return r;
  r.gflops = s.cost.flops / s.mean_ms * 1e-6;
  r.gb_per_s = s.cost.bytes / s.mean_ms * 1e-6;
  r.share = r.roof_ms / s.mean_ms;
  r.lost_ms = std::max(0.0, s.mean_ms - r.roof_ms);
  return r;
}

}  // namespace

Arithmetic arithmetic_of(const StepInfo& step) {
  // oneDNN names instruction sets after what is newest in them, whatever the kernel computes with.
  std::string kernel = step.kernel;
  for (const std::string_view set : {"core_bf16", "core_vnni", "core_fp16"}) {
    for (std::size_t at = 0; (at = kernel.find(set)) != std::string::npos;) {
      kernel.erase(at, set.size());
    }
  }
  if (has(kernel, "bf16")) return Arithmetic::bf16;
  for (const std::string_view part : {"int8", "integer", "vnni"}) {
    if (has(kernel, part)) return Arithmetic::int8;
  }
  return Arithmetic::f32;
}

Roofline roofline(const std::vector<StepInfo>& steps, const MachinePeaks& peaks) {
  Roofline all;
  double at_peak_ms = 0;
  for (const StepInfo& s : steps) {
    RoofStep r = against_roof(s, peaks);
    all.total_ms += s.mean_ms;
    all.roof_ms += r.roof_ms;
    all.flops += s.cost.flops;
    const double peak = peaks.gflops(r.arithmetic);
    if (peak > 0) at_peak_ms += s.cost.flops / peak * 1e-6;
    all.steps.push_back(std::move(r));
  }
  if (all.total_ms > 0) {
    all.share_of_peak = at_peak_ms / all.total_ms;
    all.share_of_roof = all.roof_ms / all.total_ms;
  }
  return all;
}

std::vector<std::size_t> worst_steps(const Roofline& r, std::size_t most) {
  std::vector<std::size_t> order(r.steps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return r.steps[a].lost_ms > r.steps[b].lost_ms;
  });
  if (order.size() > most) order.resize(most);
  return order;
}

}  // namespace pare
