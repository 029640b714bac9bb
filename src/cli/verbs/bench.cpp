#include <algorithm>

#include "api/environment.hpp"
#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "evaluate/measure.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string baseline;
  std::string target = "native";
  std::vector<std::string> inputs;
  std::vector<std::string> sizes;
  double seconds = 5;
  std::int64_t runs = 2000;
  bool profile = false;
};

nlohmann::json latency_json(const Measurement& m) {
  return {{"median_ms", m.latency.median_ms},
          {"p90_ms", m.latency.p90_ms},
          {"mean_ms", m.latency.mean_ms},
          {"min_ms", m.latency.min_ms},
          {"iqr_ms", m.latency.iqr_ms},
          {"runs", m.latency.runs},
          {"load_ms", m.load_ms},
          {"peak_memory_bytes", m.memory.peak_bytes},
          {"base_memory_bytes", m.memory.base_bytes}};
}

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

nlohmann::json profile(const Arguments& a, const Console& console, std::string& text) {
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

int run(const Arguments& a, Console& console) {
  const TargetChoice choice = open_target(a.target, console.options().threads);
  MeasureRequest request;
  request.model = a.model;
  request.target = a.target;
  request.threads = console.options().threads;
  request.sizes = parse_sizes(a.sizes);
  request.seed = console.options().seed;
  if (!a.inputs.empty()) {
    const auto model = choice.target->load(a.model, choice.options);
    request.inputs = read_inputs(model->inputs(), a.inputs, a.sizes, request.seed);
  }
  std::vector<MeasureRequest> requests = {request};
  if (!a.baseline.empty()) {
    requests.insert(requests.begin(), request);
    requests.front().model = a.baseline;
  }
  MeasureOptions options;
  options.seconds = a.seconds;
  options.most_runs = a.runs;
  options.progress = console.progress();
  const auto outcomes = measure_together(requests, options);
  Table table({"model", "median", "p90", "mean", "min", "spread", "runs", "peak memory"});
  nlohmann::json j;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].error) throw Error(*outcomes[i].error);
    const Measurement& m = outcomes[i].value;
    table.row({requests[i].model.filename().string(), fixed(m.latency.median_ms, 3) + " ms",
               fixed(m.latency.p90_ms, 3) + " ms", fixed(m.latency.mean_ms, 3) + " ms",
               fixed(m.latency.min_ms, 3) + " ms", percent(m.latency.spread()), cat(m.latency.runs),
               human_bytes(m.memory.peak_bytes)});
    j[i + 1 == outcomes.size() ? "model" : "baseline"] = latency_json(m);
  }
  std::string text = table.text();
  if (outcomes.size() == 2) {
    const Speedup s =
        compare_latency(outcomes[0].value.run_ms, outcomes[1].value.run_ms, request.seed);
    text += cat("\n", fixed(s.ratio, 3), " times as fast as the baseline (95 %: ", fixed(s.low, 3),
                " to ", fixed(s.high, 3), ")\n");
    j["speedup"] = {{"ratio", s.ratio}, {"low", s.low}, {"high", s.high}};
  }
  if (a.profile) j["profile"] = profile(a, console, text);
  console.print(text);
  j["target"] = choice.target->name;
  console.result(j);
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file")->required();
  app.add_option("--baseline", a->baseline, "a second model, measured in turns with the first");
  app.add_option("--input", a->inputs, "name=file.npy; inputs not given are made up");
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  app.add_option("--seconds", a->seconds, "time for all timed runs")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--most-runs", a->runs, "at most that many runs of each model")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_target(app, a->target);
  app.add_flag("--profile", a->profile, "time per node");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_bench() {
  return {"bench", "latency and memory of a model on a target",
          "  pare bench model.onnx --profile\n"
          "  pare bench small.onnx --baseline model.onnx --target onnxruntime\n",
          setup};
}

}  // namespace pare
