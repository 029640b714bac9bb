#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "evaluate/roofline.hpp"

namespace pare {

/// What this machine can do with one thread and, where more are set, with all of them.
std::vector<MachinePeaks> measure_all_peaks();

/// A run's steps against the roof of the last of `peaks`, as `pare bench --profile --json` and the
/// record of a search hold them: totals, peaks, the steps that lose most, and every step, longest
/// first. docs/report.md describes it.
nlohmann::json profile_json(const Roofline& roof, const std::vector<MachinePeaks>& peaks);

/// How many steps "worst" names.
inline constexpr std::size_t kWorstSteps = 5;

}  // namespace pare
