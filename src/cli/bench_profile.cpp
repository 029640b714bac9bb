#include <algorithm>
#include <chrono>
#include <map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/bench.hpp"
#include "cli/inputs.hpp"
#include "evaluate/profile.hpp"
#include "report/profile_page.hpp"

namespace pare {
namespace {

constexpr std::size_t kShown = 25;
constexpr int kWarmUp = 3;
constexpr int kLeastRuns = 20;
constexpr int kMostRuns = 400;
constexpr double kSeconds = 1;

/// One line per number of threads.
std::string peaks_text(const std::vector<MachinePeaks>& all) {
  Table table({"machine", "f32 GFLOP/s", "bf16", "int8", "cache GB/s", "memory GB/s"});
  for (const MachinePeaks& p : all) {
    table.row({cat(p.threads, p.threads == 1 ? " thread" : " threads"), fixed(p.f32_gflops, 0),
               p.bf16_gflops > 0 ? fixed(p.bf16_gflops, 0) : std::string("-"),
               fixed(p.int8_gflops, 0), fixed(p.reads.front().gb_per_s, 0),
               fixed(p.reads.back().gb_per_s, 1)});
  }
  return table.text();
}

/// Steps' times between two readings of a session's counters.
std::vector<StepInfo> since(std::vector<StepInfo> now, const std::vector<StepInfo>& before) {
  if (now.size() != before.size()) return now;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto runs = static_cast<double>(now[i].runs - before[i].runs);
    if (runs <= 0) continue;
    now[i].mean_ms = (now[i].mean_ms * static_cast<double>(now[i].runs) -
                      before[i].mean_ms * static_cast<double>(before[i].runs)) /
                     runs;
    now[i].runs -= before[i].runs;
  }
  return now;
}

std::vector<StepInfo> timed_steps(const BenchArguments& a, const Console& console) {
  TargetChoice choice = open_target(a.target, console);
  choice.options.profile = true;
  const auto model = choice.target->load(a.model, choice.options);
  const auto inputs = read_inputs(model->inputs(), a.inputs, a.sizes, console.options().seed);
  // Other targets can be asked once, at the end.
  const bool repeats = choice.target->name == "native";
  for (int i = 0; i < kWarmUp; ++i) (void)model->run(inputs);
  const std::vector<StepInfo> cold = repeats ? model->profile() : std::vector<StepInfo>();
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  for (int i = 0; i < kLeastRuns || (i < kMostRuns && passed() < kSeconds); ++i) {
    (void)model->run(inputs);
  }
  return since(model->profile(), cold);
}

std::string steps_text(const Roofline& roof) {
  Table table({"node", "kernel", "time", "share", "GFLOP/s", "GB/s", "of its roof", "bound by"});
  std::vector<const RoofStep*> order;
  for (const RoofStep& r : roof.steps) order.push_back(&r);
  std::stable_sort(order.begin(), order.end(), [](const RoofStep* a, const RoofStep* b) {
    return a->step.mean_ms > b->step.mean_ms;
  });
  for (std::size_t i = 0; i < std::min(kShown, order.size()); ++i) {
    const RoofStep& r = *order[i];
    table.row({r.step.node, r.step.kernel, fixed(r.step.mean_ms, 4) + " ms",
               percent(roof.total_ms > 0 ? r.step.mean_ms / roof.total_ms : 0), fixed(r.gflops, 2),
               fixed(r.gb_per_s, 2), r.roof_ms > 0 ? percent(r.share) : std::string("-"),
               r.by_memory ? "memory" : cat(to_string(r.arithmetic), " arithmetic")});
  }
  return table.text();
}

std::string worst_text(const Roofline& roof) {
  std::string out = "\nMost time lost against the roof:\n";
  Table table({"node", "kernel", "time", "at its roof", "lost", "refused before"});
  for (const std::size_t i : worst_steps(roof, kWorstSteps)) {
    const RoofStep& r = roof.steps[i];
    table.row({r.step.node, r.step.kernel, fixed(r.step.mean_ms, 4) + " ms",
               fixed(r.roof_ms, 4) + " ms", fixed(r.lost_ms, 4) + " ms",
               r.step.refused.empty() ? std::string("-") : r.step.refused.back()});
  }
  return out + table.text();
}

}  // namespace

nlohmann::json bench_profile(const BenchArguments& a, const Console& console, std::string& text) {
  const std::vector<StepInfo> steps = timed_steps(a, console);
  const std::vector<MachinePeaks> peaks = measure_all_peaks();
  const Roofline roof = roofline(steps, peaks.back());
  text += cat("\n", steps_text(roof), worst_text(roof), "\n", peaks_text(peaks));
  text += cat("All nodes: ", fixed(roof.total_ms, 3), " ms, ", fixed(roof.flops * 1e-9, 3),
              " GFLOP; ", percent(roof.share_of_peak), " of the arithmetic peak, ",
              percent(roof.share_of_roof), " of the roof\n");
  nlohmann::json j = profile_json(roof, peaks);
  j["model"] = a.model;
  j["target"] = a.target;
  if (!a.html.empty()) {
    write_text(a.html, profile_page(j), /*force=*/true);
    text += cat("written: ", a.html, "\n");
  }
  return j;
}

}  // namespace pare
