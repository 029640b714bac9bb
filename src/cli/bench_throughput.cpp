#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "cli/bench.hpp"
#include "cli/inputs.hpp"
#include "evaluate/throughput.hpp"

namespace pare {
namespace {

constexpr std::int64_t kBatches[] = {4, 16};

/// The open first dimension that all inputs share; "" when there is none.
std::string batch_dimension(const BenchArguments& a, const Console& console) {
  const TargetChoice choice = open_target(a.target, console);
  const auto model = choice.target->load(a.model, choice.options);
  std::set<std::string> names;
  for (const PortInfo& p : model->inputs()) {
    const bool named = p.type.shape && !p.type.shape->empty() &&
                       !p.type.shape->front().is_number() && !p.type.shape->front().is_unknown();
    names.insert(named ? p.type.shape->front().text() : std::string());
  }
  return names.size() == 1 ? *names.begin() : std::string();
}

std::string what(const ThroughputSetting& s) {
  std::string text = s.streams == 1 ? cat("1 session, ", s.threads, " threads")
                                    : cat(s.streams, " sessions, 1 thread each");
  if (s.streams == 1 && s.threads == 1) text = "1 session, 1 thread";
  return s.batch > 1 ? cat(text, ", batch ", s.batch) : text;
}

}  // namespace

nlohmann::json bench_throughput(const BenchArguments& a, const Console& console,
                                std::string& text) {
  const std::string dimension = batch_dimension(a, console);
  const int cores = threads();
  std::vector<ThroughputSetting> settings = {{1, cores, 1}};
  if (cores > 1) settings.push_back({cores, 1, 1});
  for (const std::int64_t batch : kBatches) {
    if (dimension.empty() || parse_sizes(a.sizes).count(dimension) != 0) break;
    settings.push_back({1, cores, batch});
    if (cores > 1) settings.push_back({cores, 1, batch});
  }
  MeasureRequest request;
  request.model = a.model;
  request.target = a.target;
  request.sizes = parse_sizes(a.sizes);
  request.exact_convolutions = console.options().exact_convolutions;
  request.tuning = tuning_of(console.options().tuning);
  request.seed = console.options().seed;
  MeasureOptions options;
  options.progress = console.progress();
  constexpr int kTurns = 3;
  const double seconds =
      std::max(0.05, a.seconds / (kTurns * static_cast<double>(settings.size())));
  const auto results = measure_throughput(request, dimension, settings, seconds, options);
  const auto best = std::max_element(
      results.begin(), results.end(),
      [](const auto& x, const auto& y) { return x.samples_per_s < y.samples_per_s; });
  Table table({"way", "samples/s", "spread", "a run takes", "memory", "difference"});
  nlohmann::json ways = nlohmann::json::array();
  for (const ThroughputResult& r : results) {
    table.row({what(r.setting), fixed(r.samples_per_s, 1), percent(r.spread),
               fixed(r.run_ms, 3) + " ms", human_bytes(r.memory_bytes), cat(r.difference)});
    ways.push_back({{"streams", r.setting.streams},
                    {"threads", r.setting.threads},
                    {"batch", r.setting.batch},
                    {"samples_per_s", r.samples_per_s},
                    {"spread", r.spread},
                    {"run_ms", r.run_ms},
                    {"memory_bytes", r.memory_bytes},
                    {"difference", r.difference}});
  }
  text += cat(text.empty() ? "" : "\n", table.text(),
              "\nMost samples per second: ", what(best->setting), ", ",
              fixed(best->samples_per_s / results[0].samples_per_s, 2),
              " times those of one session with all threads\n");
  return {{"ways", ways},
          {"best", best - results.begin()},
          {"batch_dimension", dimension},
          {"seconds_each", seconds}};
}

}  // namespace pare
