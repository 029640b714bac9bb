#include <filesystem>

#include "api/environment.hpp"
#include "base/text.hpp"
#include "cli/bench.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "tensor/plan_file.hpp"

namespace pare {
namespace {

MeasureRequest request_of(const BenchArguments& a, const Console& console,
                          const TargetChoice& choice) {
  MeasureRequest request;
  request.model = a.model;
  request.target = a.target;
  request.threads = console.options().threads;
  request.exact_convolutions = console.options().exact_convolutions;
  request.tuning = tuning_of(console.options().tuning);
  request.sizes = parse_sizes(a.sizes);
  request.seed = console.options().seed;
  if (!a.inputs.empty()) {
    const auto model = choice.target->load(a.model, choice.options);
    request.inputs = read_inputs(model->inputs(), a.inputs, a.sizes, request.seed);
  }
  return request;
}

/// Says so when a plan file is not used: the processes that measure are silent.
void read_plan(const std::string& path) {
  if (path.empty() || !std::filesystem::is_regular_file(path)) return;
  if (PlanFile::begins(MappedFile::open(path)->bytes())) (void)environment().read(path);
}

nlohmann::json bench_models(const BenchArguments& a, const MeasureRequest& request,
                            const MeasureOptions& options, std::string& text) {
  std::vector<MeasureRequest> requests = {request};
  if (!a.baseline.empty()) {
    requests.insert(requests.begin(), request);
    requests.front().model = a.baseline;
  }
  const auto outcomes = measure_together(requests, options);
  Table table = bench_table("model");
  nlohmann::json j;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].error) throw Error(*outcomes[i].error);
    const Measurement& m = outcomes[i].value;
    add_row(table, requests[i].model.filename().string(), m);
    j[i + 1 == outcomes.size() ? "model" : "baseline"] = latency_json(m);
  }
  text += table.text();
  if (outcomes.size() == 2) {
    const Speedup s =
        compare_latency(outcomes[0].value.run_ms, outcomes[1].value.run_ms, request.seed);
    text += cat("\n", fixed(s.ratio, 3), " times as fast as the baseline (95 %: ", fixed(s.low, 3),
                " to ", fixed(s.high, 3), ")\n");
    j["speedup"] = {{"ratio", s.ratio}, {"low", s.low}, {"high", s.high}};
  }
  return j;
}

int run(const BenchArguments& a, Console& console) {
  const TargetChoice choice = open_target(a.target, console);
  if (!a.other_target.empty()) (void)open_target(a.other_target, console);
  for (const std::string& path : {a.model, a.baseline}) read_plan(path);
  const MeasureRequest request = request_of(a, console, choice);
  MeasureOptions options;
  options.seconds = a.seconds;
  options.most_runs = a.runs;
  options.progress = console.progress();
  std::string text;
  nlohmann::json j = a.other_target.empty() ? bench_models(a, request, options, text)
                                            : bench_targets(request, a.other_target, options, text);
  if (a.throughput) j["throughput"] = bench_throughput(a, console, text);
  if (a.profile || !a.html.empty()) j["profile"] = bench_profile(a, console, text);
  console.print(text);
  j["target"] = choice.target->name;
  console.result(j);
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<BenchArguments>();
  app.add_option("model", a->model, "model file")->required();
  app.add_option("--baseline", a->baseline, "a second model, measured in turns with the first");
  app.add_option("--compare-target", a->other_target,
                 "the same model on a second target, measured in turns; outputs are compared")
      ->excludes("--baseline");
  app.add_option("--input", a->inputs, "name=file.npy; inputs not given are made up");
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  app.add_option("--seconds", a->seconds, "time for all timed runs")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--most-runs", a->runs, "at most that many runs of each model")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_target(app, a->target);
  app.add_flag("--profile", a->profile, "time per node, against what the machine can do");
  app.add_option("--html", a->html, "the profile as a page, with the roofline picture");
  app.add_flag("--throughput", a->throughput,
               "samples per second: a session per core, one of all cores, and batches");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_bench() {
  return {"bench", "latency and memory of a model on a target",
          "  pare bench model.onnx --profile\n"
          "  pare bench small.onnx --baseline model.onnx --target onnxruntime\n"
          "  pare bench model.onnx --compare-target onnxruntime --threads 1\n",
          setup};
}

}  // namespace pare
