#include "evaluate/profile.hpp"

#include <algorithm>

#include "base/threads.hpp"
#include "evaluate/host.hpp"

namespace pare {
namespace {

nlohmann::json peaks_json(const MachinePeaks& p) {
  nlohmann::json reads = nlohmann::json::array();
  for (const ReadRate& r : p.reads) reads.push_back({{"bytes", r.bytes}, {"gb_per_s", r.gb_per_s}});
  return {{"threads", p.threads},   {"f32_gflops", p.f32_gflops},
          {"f32_isa", p.f32_isa},   {"bf16_gflops", p.bf16_gflops},
          {"bf16_isa", p.bf16_isa}, {"int8_gflops", p.int8_gflops},
          {"int8_isa", p.int8_isa}, {"reads", reads}};
}

nlohmann::json step_json(const RoofStep& r, double total_ms) {
  const StepInfo& s = r.step;
  return {{"node", s.node},
          {"op", s.op},
          {"kernel", s.kernel},
          {"output_shape", s.output_shape},
          {"mean_ms", s.mean_ms},
          {"share", total_ms > 0 ? s.mean_ms / total_ms : 0},
          {"arithmetic", to_string(r.arithmetic)},
          {"flops", s.cost.flops},
          {"bytes", s.cost.bytes},
          {"gflops", r.gflops},
          {"gb_per_s", r.gb_per_s},
          {"intensity", r.intensity},
          {"roof_gflops", r.roof_gflops},
          {"roof_ms", r.roof_ms},
          {"roofline_share", r.share},
          {"lost_ms", r.lost_ms},
          {"bound", r.by_memory ? "memory" : "arithmetic"},
          {"refused", s.refused},
          {"slower", s.slower}};
}

}  // namespace

std::vector<MachinePeaks> measure_all_peaks() {
  std::vector<MachinePeaks> peaks = {measure_peaks(1)};
  if (threads() > 1) peaks.push_back(measure_peaks(threads()));
  return peaks;
}

nlohmann::json profile_json(const Roofline& roof, const std::vector<MachinePeaks>& peaks) {
  nlohmann::json nodes = nlohmann::json::array();
  for (const RoofStep& r : roof.steps) nodes.push_back(step_json(r, roof.total_ms));
  std::stable_sort(nodes.begin(), nodes.end(), [](const auto& x, const auto& y) {
    return x["mean_ms"].template get<double>() > y["mean_ms"].template get<double>();
  });
  nlohmann::json worst = nlohmann::json::array();
  for (const std::size_t i : worst_steps(roof, kWorstSteps)) {
    worst.push_back(roof.steps[i].step.node);
  }
  nlohmann::json machine = nlohmann::json::array();
  for (const MachinePeaks& p : peaks) machine.push_back(peaks_json(p));
  return {{"cpu", host_info().cpu},
          {"threads", threads()},
          {"total_ms", roof.total_ms},
          {"roof_ms", roof.roof_ms},
          {"flops", roof.flops},
          {"share_of_peak", roof.share_of_peak},
          {"share_of_roof", roof.share_of_roof},
          {"peaks", machine},
          {"worst", worst},
          {"nodes", nodes}};
}

}  // namespace pare
