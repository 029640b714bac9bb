#include <atomic>

#include "api/environment.hpp"
#include "api/failure.hpp"
#include "base/threads.hpp"
#include "search/tune.hpp"

namespace pare {
namespace {

/// Whether this program's main() lets it measure candidates.
std::atomic<bool>& can_measure() noexcept {
  static std::atomic<bool> value{false};
  return value;
}

Limits limits_of(const TuneRequest& r) {
  Limits limits;
  limits.min_accuracy = r.min_accuracy;
  limits.max_drop = r.max_drop;
  limits.max_latency_ms = r.max_latency_ms;
  limits.max_size_bytes = r.max_size_bytes;
  limits.max_size_share = r.max_size_share;
  limits.max_memory_bytes = r.max_memory_bytes;
  return limits;
}

std::shared_ptr<const Dataset> open_samples(const std::string& data, std::int64_t limit,
                                            std::uint64_t seed) {
  DataOptions options;
  options.limit = limit;
  options.seed = seed;
  return open_dataset(data, options);
}

std::filesystem::path measuring_program(const TuneRequest& r) {
  if (!r.measuring_program.empty()) return r.measuring_program;
  if (!can_measure()) {
    throw Error(Fault::usage,
                "tune measures in processes of its own: call measuring_child() first in main(), "
                "or name an installed pare as measuring_program");
  }
  return "/proc/self/exe";
}

BenchSettings bench_of(const TuneRequest& r) {
  BenchSettings b;
  b.model = r.model;
  b.preprocess = load_preprocess(r.preprocess);
  b.label_offset = r.label_offset;
  b.target = r.target;
  b.environment = environment();
  b.files = model_files();
  b.study = r.study;
  b.work_dir = std::filesystem::temp_directory_path();
  b.threads = r.threads;
  b.seed = r.seed;
  b.measure_seconds = r.measure_seconds;
  b.quick_samples = r.quick_samples;
  b.program = measuring_program(r);
  if (r.progress) {
    b.progress = [tell = r.progress](const ProgressEvent& e) {
      if (!tell({e.stage, e.detail, e.done, e.total, e.seconds_left})) {
        throw Error(Fault::interrupted, "stopped by the caller");
      }
    };
  }
  b.data = open_samples(r.data, r.data_limit, r.seed);
  // Another draw than that of the evaluation, where both come from one place.
  b.calibration = r.calibration.empty() ? open_samples(r.data, r.calibration_limit, r.seed + 1)
                                        : open_samples(r.calibration, r.calibration_limit, r.seed);
  return b;
}

}  // namespace

inline namespace v1 {

TuneReport tune(const TuneRequest& request) {
  return as_public([&] {
    TuneOptions options;
    options.limits = limits_of(request);
    if (options.limits.none()) throw Error(Fault::usage, "tune wants at least one limit");
    if (request.data.empty()) throw Error(Fault::usage, "tune wants data");
    options.output = request.output;
    options.force = request.replace;
    options.explore = request.explore;
    options.allow_slower = request.allow_slower;
    options.max_seconds = request.max_seconds;
    options.bench = bench_of(request);
    const TuneResult result = pare::tune(options);
    TuneReport report;
    report.met = result.met;
    if (result.chosen) report.chosen = result.trials[*result.chosen].candidate.name;
    for (const LimitVerdict& v : result.verdicts) {
      report.verdicts.push_back({v.name, v.unit, v.wanted, v.got, v.met});
    }
    using nlohmann::json;
    report.record_json = result.record.dump(2, ' ', false, json::error_handler_t::replace);
    return report;
  });
}

std::optional<int> measuring_child(int argc, char** argv) {
  return as_public([&]() -> std::optional<int> {
    can_measure() = true;
    if (argc < 2 || argv == nullptr || std::string_view(argv[1]) != kMeasureArgument) {
      return std::nullopt;
    }
    limit_spinning(argv);
    return measure_child_main(environment());
  });
}

}  // namespace v1
}  // namespace pare
