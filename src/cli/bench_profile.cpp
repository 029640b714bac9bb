#include <algorithm>

#include "base/text.hpp"
#include "cli/bench.hpp"
#include "cli/inputs.hpp"

namespace pare {
namespace {

/// Per-node times, most expensive first, with the share of the whole and how close the node comes
/// to the fastest node of the run in operations per second.
nlohmann::json profile_json(std::vector<StepInfo> steps, Table& table) {
  std::stable_sort(steps.begin(), steps.end(),
                   [](const StepInfo& a, const StepInfo& b) { return a.mean_ms > b.mean_ms; });
  double total = 0;
  double best = 0;
  for (const StepInfo& s : steps) {
    total += s.mean_ms;
    if (s.mean_ms > 0) best = std::max(best, s.cost.flops / s.mean_ms);
  }
  nlohmann::json out = nlohmann::json::array();
  constexpr std::size_t kShown = 25;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const StepInfo& s = steps[i];
    const double gflops = s.mean_ms > 0 ? s.cost.flops / s.mean_ms / 1e6 : 0;
    const double share = total > 0 ? s.mean_ms / total : 0;
    const double roof = best > 0 && s.mean_ms > 0 ? s.cost.flops / s.mean_ms / best : 0;
    if (i < kShown) {
      table.row({s.node, s.kernel, fixed(s.mean_ms, 4) + " ms", percent(share), fixed(gflops, 2),
                 percent(roof)});
    }
    out.push_back({{"node", s.node},
                   {"op", s.op},
                   {"kernel", s.kernel},
                   {"mean_ms", s.mean_ms},
                   {"share", share},
                   {"gflops", gflops},
                   {"roofline_share", roof},
                   {"refused", s.refused}});
  }
  return out;
}

}  // namespace

nlohmann::json bench_profile(const BenchArguments& a, const Console& console, std::string& text) {
  TargetChoice choice = open_target(a.target, console.options().threads);
  choice.options.profile = true;
  const auto model = choice.target->load(a.model, choice.options);
  const auto inputs = read_inputs(model->inputs(), a.inputs, a.sizes, console.options().seed);
  constexpr int kRuns = 20;
  for (int i = 0; i < kRuns; ++i) model->run(inputs);
  Table table({"node", "kernel", "time", "share", "GFLOP/s", "of the best"});
  nlohmann::json out = profile_json(model->profile(), table);
  text += "\n" + table.text();
  return out;
}

}  // namespace pare
