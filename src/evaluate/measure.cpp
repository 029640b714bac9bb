#include "evaluate/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "evaluate/exchange.hpp"
#include "evaluate/process.hpp"

namespace pare {
namespace {

using nlohmann::json;

constexpr double kTurnMs = 30;        // a turn should last at least this long
constexpr double kColdBelowMs = 100;  // an untimed run first only where it costs little
constexpr int kMostRunsPerTurn = 64;

Fault fault_from(int code) {
  for (const Fault f : {Fault::usage, Fault::corrupt, Fault::missing, Fault::unsupported,
                        Fault::internal, Fault::resource, Fault::cannot_create, Fault::io,
                        Fault::interrupted, Fault::permission, Fault::config}) {
    if (static_cast<int>(f) == code) return f;
  }
  return Fault::internal;
}

/// One model in its process.
class Runner {
 public:
  Runner(const MeasureRequest& request, const MeasureOptions& options)
      : request_(request), options_(options) {}

  /// Runs `body`; an error ends this runner and becomes its outcome.
  template <class Body>
  void guard(Body&& body) {
    if (outcome.error) return;
    try {
      during([&] { return cat("measuring ", request_.model.string(), " on ", request_.target); },
             body);
    } catch (const Error& error) {
      outcome.error = error;
      process_.reset();
    }
  }

  void start() {
    process_ = std::make_unique<LineProcess>(
        options_.program, std::vector<std::string>{std::string(kMeasureArgument)});
    json load = {{"do", "load"},
                 {"model", request_.model.string()},
                 {"target", request_.target},
                 {"threads", request_.threads},
                 {"sizes", request_.sizes},
                 {"seed", request_.seed}};
    if (!request_.inputs.empty()) {
      folder_ = std::make_unique<TemporaryFolder>();
      const std::filesystem::path file = folder_->path() / "inputs";
      write_tensors(file, request_.inputs);
      load["inputs"] = file.string();
    }
    const json loaded = ask(load);
    outcome.value.load_ms = loaded.at("load_ms").get<double>();
    outcome.value.target_version = loaded.at("version").get<std::string>();
    const std::vector<double> warm = run(0, std::max(1, options_.warm_up));
    expected_ms_ = std::max(1e-4, *std::min_element(warm.begin(), warm.end()));
  }

  /// Some runs. Returns the time they took.
  double turn() {
    const double wanted = std::ceil(kTurnMs / expected_ms_);
    const auto missing = std::max<std::int64_t>(1, options_.most_runs - runs());
    const int count = static_cast<int>(
        std::min<double>({wanted, kMostRunsPerTurn, static_cast<double>(missing)}));
    const std::vector<double> ms = run(expected_ms_ < kColdBelowMs ? 1 : 0, std::max(1, count));
    double sum = 0;
    for (const double x : ms) sum += x;
    outcome.value.run_ms.insert(outcome.value.run_ms.end(), ms.begin(), ms.end());
    return sum / 1000;
  }

  void finish() {
    const json memory = ask({{"do", "memory"}});
    outcome.value.memory.peak_bytes = memory.at("peak_bytes").get<std::uint64_t>();
    outcome.value.memory.base_bytes = memory.at("base_bytes").get<std::uint64_t>();
    outcome.value.latency = summarise(outcome.value.run_ms);
    process_.reset();
  }

  [[nodiscard]] std::int64_t runs() const {
    return static_cast<std::int64_t>(outcome.value.run_ms.size());
  }

  MeasureOutcome outcome;

 private:
  json ask(const json& question) {
    const auto limit =
        std::chrono::milliseconds(static_cast<std::int64_t>(options_.timeout_seconds * 1000));
    json answer = json::parse(process_->ask(question.dump(), limit), nullptr, false);
    if (!answer.is_object() || !answer.contains("ok")) {
      throw Error(Fault::internal,
                  "the measuring process answers nonsense; does main() know __measure?");
    }
    if (!answer.at("ok").get<bool>()) {
      throw Error(fault_from(answer.at("fault").get<int>()), answer.at("error").get<std::string>());
    }
    return answer;
  }

  std::vector<double> run(int warm, int count) {
    auto ms =
        ask({{"do", "run"}, {"warm", warm}, {"count", count}}).at("ms").get<std::vector<double>>();
    if (ms.size() != static_cast<std::size_t>(count)) {
      throw Error(Fault::internal, "the measuring process lost runs");
    }
    return ms;
  }

  const MeasureRequest& request_;
  const MeasureOptions& options_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<LineProcess> process_;
  double expected_ms_ = 1;
};

bool wants_more(const Runner& r, double used_seconds, const MeasureOptions& options) {
  if (r.outcome.error || r.runs() >= options.most_runs) return false;
  return used_seconds < options.seconds || r.runs() < options.least_runs;
}

void take_turns(std::vector<std::unique_ptr<Runner>>& runners, const MeasureOptions& options) {
  double used = 0;
  for (bool forwards = true;; forwards = !forwards) {
    bool any = false;
    for (std::size_t i = 0; i < runners.size(); ++i) {
      Runner& r = *runners[forwards ? i : runners.size() - 1 - i];
      if (!wants_more(r, used, options)) continue;
      any = true;
      r.guard([&] { used += r.turn(); });
    }
    if (!any) return;
    if (options.progress) {
      options.progress({"measuring", cat(runners.size(), " models in turns"),
                        std::min(used, options.seconds), options.seconds,
                        std::max(0.0, options.seconds - used)});
    }
  }
}

}  // namespace

std::vector<MeasureOutcome> measure_together(const std::vector<MeasureRequest>& requests,
                                             const MeasureOptions& options) {
  std::vector<std::unique_ptr<Runner>> runners;
  runners.reserve(requests.size());
  for (const MeasureRequest& request : requests) {
    runners.push_back(std::make_unique<Runner>(request, options));
  }
  for (const auto& r : runners) r->guard([&] { r->start(); });
  take_turns(runners, options);
  std::vector<MeasureOutcome> outcomes;
  for (const auto& r : runners) {
    r->guard([&] { r->finish(); });
    outcomes.push_back(std::move(r->outcome));
  }
  return outcomes;
}

Measurement measure(const MeasureRequest& request, const MeasureOptions& options) {
  std::vector<MeasureOutcome> outcomes = measure_together({request}, options);
  if (outcomes[0].error) throw Error(*outcomes[0].error);
  return std::move(outcomes[0].value);
}

}  // namespace pare
