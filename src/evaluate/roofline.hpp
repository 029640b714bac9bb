#pragma once

#include <string>
#include <vector>

#include "kernels/peaks/peaks.hpp"
#include "runtime/session.hpp"

namespace pare {

/// One step of a run against what the machine could do: the roofline model (Williams, Waterman and
/// Patterson, 2009). The roof is the longer of the time for its operations at the peak of its
/// numbers, and the time for its bytes from the memory that they fit into.
struct RoofStep {
  StepInfo step;
  Arithmetic arithmetic = Arithmetic::f32;
  double gflops = 0;       ///< achieved
  double gb_per_s = 0;     ///< achieved
  double intensity = 0;    ///< operations per byte
  double roof_gflops = 0;  ///< min(peak, intensity x bandwidth); 0 without operations
  double roof_ms = 0;
  double share = 0;        ///< roof_ms / mean_ms: above 1 when caches give what memory could not
  double lost_ms = 0;      ///< mean_ms - roof_ms, not below 0
  bool by_memory = false;  ///< its bytes take longer than its operations
};

struct Roofline {
  std::vector<RoofStep> steps;  ///< in the order of the run
  double total_ms = 0;
  double roof_ms = 0;  ///< sum of the steps' roofs
  double flops = 0;
  /// Time that the operations would take at the peak of their numbers / total_ms.
  double share_of_peak = 0;
  double share_of_roof = 0;  ///< roof_ms / total_ms
};

/// The numbers that a kernel multiplies, by its name.
Arithmetic arithmetic_of(const StepInfo& step);

Roofline roofline(const std::vector<StepInfo>& steps, const MachinePeaks& peaks);

/// Indices of the steps that lose most time against their roof, most first.
std::vector<std::size_t> worst_steps(const Roofline& r, std::size_t most);

}  // namespace pare
