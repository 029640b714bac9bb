#include "evaluate/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "evaluate/exchange.hpp"
#include "evaluate/process.hpp"

namespace pare {
namespace {

using nlohmann::json;

constexpr double kTurnMs = 30;        // a turn should last at least this long
constexpr double kColdBelowMs = 100;  // an untimed run first only where it costs little
constexpr int kMostRunsPerTurn = 64;
constexpr double kMostTimeFactor = 4;  // no further processes when loading eats so much time

Fault fault_from(int code) {
  for (const Fault f : {Fault::usage, Fault::corrupt, Fault::missing, Fault::unsupported,
                        Fault::internal, Fault::resource, Fault::cannot_create, Fault::io,
                        Fault::interrupted, Fault::permission, Fault::config}) {
    if (static_cast<int>(f) == code) return f;
  }
  return Fault::internal;
}

std::vector<double> flat(const RunGroups& groups) {
  std::vector<double> all;
  for (const std::vector<double>& g : groups) all.insert(all.end(), g.begin(), g.end());
  return all;
}

/// One model in its processes.
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
    json load = load_request(request_);
    const bool sends = !request_.inputs.empty();
    if ((sends || request_.keep_outputs) && folder_ == nullptr) {
      folder_ = std::make_unique<TemporaryDirectory>();
      if (sends) write_tensors(folder_->path() / "inputs", request_.inputs);
    }
    if (sends) load["inputs"] = (folder_->path() / "inputs").string();
    const json loaded = ask(load);
    loads_.push_back(loaded.at("load_ms").get<double>());
    outcome.value.target_version = loaded.at("version").get<std::string>();
    if (request_.keep_outputs && outcome.value.outputs.empty()) {
      const std::filesystem::path file = folder_->path() / "outputs";
      (void)ask({{"do", "outputs"}, {"file", file.string()}});
      outcome.value.outputs = read_tensors(file);
    }
    const std::vector<double> warm = run(0, std::max(1, options_.warm_up));
    expected_ms_ = std::max(1e-4, *std::min_element(warm.begin(), warm.end()));
  }

  /// Some runs, at most `most`. Returns the time they took.
  double turn(std::int64_t most) {
    const double wanted = std::ceil(kTurnMs / expected_ms_);
    const int count =
        static_cast<int>(std::min<double>({wanted, kMostRunsPerTurn, static_cast<double>(most)}));
    turns_.push_back(run(expected_ms_ < kColdBelowMs ? 1 : 0, std::max(1, count)));
    const std::vector<double>& ms = turns_.back();
    runs_ += static_cast<std::int64_t>(ms.size());
    return std::accumulate(ms.begin(), ms.end(), 0.0) / 1000;
  }

  /// Ends the process.
  void finish() {
    const json memory = ask({{"do", "memory"}});
    const auto peak = memory.at("peak_bytes").get<std::uint64_t>();
    if (peak > outcome.value.memory.peak_bytes) {
      outcome.value.memory = {peak, memory.at("base_bytes").get<std::uint64_t>()};
    }
    process_.reset();
    rounds_.push_back(std::move(turns_));
    turns_.clear();
    runs_ = 0;
  }

  /// After the last process.
  void summarise_all() {
    RunGroups& groups = outcome.value.run_ms;
    if (rounds_.size() == 1) {
      groups = rounds_[0];
    } else {
      for (const RunGroups& turns : rounds_) groups.push_back(flat(turns));
    }
    outcome.value.latency = summarise(flat(groups));
    std::sort(loads_.begin(), loads_.end());
    outcome.value.load_ms = quantile(loads_, 0.5);
  }

  /// Timed runs in this process.
  [[nodiscard]] std::int64_t runs() const noexcept { return runs_; }

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
  std::unique_ptr<TemporaryDirectory> folder_;
  std::unique_ptr<LineProcess> process_;
  double expected_ms_ = 1;
  RunGroups turns_;  // of this process
  std::int64_t runs_ = 0;
  std::vector<RunGroups> rounds_;  // turns of the processes before
  std::vector<double> loads_;
};

/// What one process of each model may do.
struct Share {
  double seconds = 0;
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// The part of round `round`; all rounds together give the whole.
Share share_of(const MeasureOptions& options, int round, int rounds) {
  const auto part = [&](std::int64_t all) {
    return all * (round + 1) / rounds - all * round / rounds;
  };
  return {options.seconds / rounds, part(options.least_runs), part(options.most_runs)};
}

void take_turns(std::vector<std::unique_ptr<Runner>>& runners, const Share& share,
                const std::function<void(double)>& used_seconds) {
  double used = 0;
  for (bool forwards = true;; forwards = !forwards) {
    bool any = false;
    for (std::size_t i = 0; i < runners.size(); ++i) {
      Runner& r = *runners[forwards ? i : runners.size() - 1 - i];
      const bool enough = used >= share.seconds && r.runs() >= share.least;
      if (r.outcome.error || enough || r.runs() >= share.most) continue;
      any = true;
      r.guard([&] { used += r.turn(share.most - r.runs()); });
    }
    if (!any) return;
    used_seconds(used);
  }
}

}  // namespace

std::vector<MeasureOutcome> measure_together(const std::vector<MeasureRequest>& requests,
                                             const MeasureOptions& options) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::unique_ptr<Runner>> runners;
  runners.reserve(requests.size());
  for (const MeasureRequest& request : requests) {
    runners.push_back(std::make_unique<Runner>(request, options));
  }
  const Clock::time_point start = Clock::now();
  const int rounds = std::max(1, options.processes);
  for (int round = 0; round < rounds; ++round) {
    const Share share = share_of(options, round, rounds);
    if (share.most == 0) continue;
    for (const auto& r : runners) r->guard([&] { r->start(); });
    take_turns(runners, share, [&](double used) {
      if (!options.progress) return;
      const double done = std::min(options.seconds, share.seconds * round + used);
      options.progress({"measuring", cat(runners.size(), " models in turns"), done, options.seconds,
                        options.seconds - done});
    });
    for (const auto& r : runners) r->guard([&] { r->finish(); });
    const std::chrono::duration<double> passed = Clock::now() - start;
    if (passed.count() > kMostTimeFactor * options.seconds) break;
  }
  std::vector<MeasureOutcome> outcomes;
  for (const auto& r : runners) {
    r->guard([&] { r->summarise_all(); });
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
