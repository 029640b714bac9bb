#include "search/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "compress/embeddings.hpp"
#include "compress/static_int8.hpp"
#include "search/finish.hpp"
#include "search/ladder.hpp"
#include "search/pareto.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;

bool has_embeddings(const Graph& graph) {
  constexpr std::int64_t kLeast = 4096;
  return !embedding_tables(graph, kLeast).empty();
}

/// One run of the search: which candidates are tried, and when it is enough.
class Search {
 public:
  Search(Workbench& bench, const TuneOptions& options) : bench_(bench), options_(options) {}

  void run() {
    trials_.push_back(bench_.baseline());
    say("original", 1, 2);
    for (const Candidate& c : mild_candidates(bench_.optimized())) {
      if (enough()) return;
      attempt(c);
    }
    layers_ = int8_candidates(bench_.optimized());
    if (layers_.empty()) {
      refusals_.push_back({"static int8", "no product or convolution has constant weights"});
      return;
    }
    if (!enough()) try_int8();
    if (!enough()) try_low_bits();
  }

  /// The candidate to give when none meets every limit. One that was dropped after a few samples is
  /// evaluated on all of them first, which may make another one the closest, or show that it does
  /// meet the limits after all.
  std::optional<std::size_t> closest_in_full() {
    for (;;) {
      const auto met = choose(trials_, options_.limits, options_.allow_slower);
      const auto best = met ? met : closest(trials_, options_.limits);
      if (!best || trials_[*best].complete || out_of_time()) return best;
      say(trials_[*best].candidate.name, trials_.size(), trials_.size() + 1);
      trials_[*best] = bench_.attempt(trials_[*best].candidate, {});
    }
  }

  [[nodiscard]] std::vector<Trial>& trials() noexcept { return trials_; }
  [[nodiscard]] const SensitivityResult& sensitivity() const noexcept { return sensitivity_; }
  [[nodiscard]] const std::vector<Refusal>& refusals() const noexcept { return refusals_; }

 private:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  bool out_of_time() const { return options_.max_seconds > 0 && seconds() > options_.max_seconds; }

  /// Whether a winner is there that nothing tried later could beat.
  bool enough() {
    if (out_of_time()) {
      refusals_.push_back(
          {"further candidates",
           cat("the time limit of ", human_time(options_.max_seconds), " is over")});
      return true;
    }
    if (options_.explore) return false;
    return choose(trials_, options_.limits, options_.allow_slower).has_value();
  }

  void say(const std::string& what, std::size_t done, std::size_t total) {
    if (!options_.bench.progress) return;
    const double left = seconds() / static_cast<double>(std::max<std::size_t>(done, 1)) *
                        static_cast<double>(total - std::min(done, total));
    options_.bench.progress(
        {"trying", what, static_cast<double>(done), static_cast<double>(total), left});
  }

  void attempt(const Candidate& c) {
    say(c.name, trials_.size(), std::max(trials_.size() + 1, kUsualTrials));
    const bool tables = has_embeddings(bench_.optimized());
    trials_.push_back(bench_.attempt(tables ? with_embeddings(c) : c, options_.limits));
  }

  void try_int8() {
    const std::string best = best_calibrator();
    if (cannot_be_small_enough()) {  // one for the record; the others have the same size or more
      attempt(int8_candidate(best));
      return;
    }
    // Milder first: half of the layers float, then fewer.
    const std::vector<std::string> order = sensitive_first(best);
    for (const std::size_t k : float_layer_counts(layers_.size())) {
      if (enough()) return;
      attempt(mixed_candidate(best, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k)},
                              layers_.size()));
    }
    if (enough()) return;
    attempt(int8_candidate(best));
    for (const std::string& name : calibrators()) {
      if (name == best) continue;
      if (enough()) return;
      attempt(int8_candidate(name));
    }
    for (const bool equalize : {false, true}) {
      if (enough()) return;
      attempt(corrected_candidate(best, equalize));
    }
  }

  [[nodiscard]] bool is_small_enough(const Trial& t) const {
    Limits size;
    size.max_size_bytes = options_.limits.max_size_bytes;
    size.max_size_share = options_.limits.max_size_share;
    return all_met(judge(size, figures_of(t, bench_.model_bytes())));
  }

  /// Whether weights of 8 bits alone are too large already.
  [[nodiscard]] bool cannot_be_small_enough() const {
    return std::any_of(trials_.begin(), trials_.end(), [&](const Trial& t) {
      return t.candidate.rung == Rung::weight_only_int8 && t.bytes > 0 && !is_small_enough(t);
    });
  }

  /// Fewer bits than INT8 only make the file smaller: they are tried where nothing so far is small
  /// enough.
  void try_low_bits() {
    const bool sized = options_.limits.max_size_bytes || options_.limits.max_size_share;
    if (!sized && !options_.explore) return;
    const bool small = std::any_of(trials_.begin(), trials_.end(), [&](const Trial& t) {
      return t.bytes > 0 && is_small_enough(t);
    });
    if (small && !options_.explore) return;
    std::string calibration;
    if (options_.limits.max_latency_ms) calibration = best_calibrator();
    const bool reconstructs = reconstructs_in_minutes(bench_.macs());
    for (const Candidate& c : low_bit_candidates(calibration, reconstructs)) {
      if (enough()) return;
      attempt(c);
    }
  }

  std::string best_calibrator() {
    std::vector<Recipe> recipes;
    for (const std::string& name : calibrators()) recipes.push_back(int8_candidate(name).recipe);
    say("choosing a calibrator", trials_.size(), kUsualTrials);
    const std::vector<double> db = bench_.output_sqnr(recipes, kCalibratorSamples);
    std::size_t best = 0;
    for (std::size_t i = 1; i < db.size(); ++i) {
      if (db[i] > db[best] || std::isnan(db[best])) best = i;
    }
    return calibrators()[best];
  }

  std::vector<std::string> sensitive_first(const std::string& calibration) {
    // 2 L + 2 passes over the samples: as many samples as fit a minute, at most 16.
    const double per_sample =
        trials_.front().latency.median_ms * 1e-3 * (2.0 * static_cast<double>(layers_.size()) + 2);
    const auto samples = static_cast<std::int64_t>(
        std::clamp(kSensitivitySeconds / std::max(per_sample, 1e-6), 1.0, 16.0));
    sensitivity_ = bench_.sensitivity(calibration, samples);
    return sensitivity_.most_sensitive_first();
  }

  static constexpr std::size_t kUsualTrials = 8;
  static constexpr std::int64_t kCalibratorSamples = 16;
  static constexpr double kSensitivitySeconds = 60;

  Workbench& bench_;
  const TuneOptions& options_;
  std::vector<Trial> trials_;
  std::vector<std::string> layers_;
  SensitivityResult sensitivity_;
  std::vector<Refusal> refusals_;
  Clock::time_point start_ = Clock::now();
};

void check(const TuneOptions& o) {
  if (o.limits.none()) {
    throw Error(Fault::usage,
                "give at least one limit: --min-accuracy, --max-drop, --max-latency, --max-size or "
                "--max-memory");
  }
  const std::filesystem::path folder =
      o.output.has_parent_path() ? o.output.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder)) {
    throw Error(Fault::cannot_create, cat("there is no directory ", folder.string()));
  }
  if (std::filesystem::exists(o.output)) {
    if (!o.force) {
      throw Error(Fault::cannot_create, cat(o.output.string(), " exists; --force replaces it"));
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(o.output, o.bench.model, ignored)) {
      throw Error(Fault::usage, cat("the output ", o.output.string(), " is the model itself"));
    }
  }
}

}  // namespace

TuneResult tune(const TuneOptions& options) {
  check(options);
  const auto start = Clock::now();
  Workbench bench(options.bench);
  Search search(bench, options);
  search.run();
  TuneResult result;
  result.chosen = search.closest_in_full();
  result.trials = std::move(search.trials());
  mark_pareto(result.trials);
  result.met =
      result.chosen && result.chosen == choose(result.trials, options.limits, options.allow_slower);
  Findings findings;
  findings.sensitivity = search.sensitivity();
  findings.refusals = search.refusals();
  if (result.chosen) {
    const Trial& winner = result.trials[*result.chosen];
    result.verdicts = judge(options.limits, figures_of(winner, bench.model_bytes()));
    finish(bench, options, winner, findings);
  }
  findings.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  result.record = make_record(bench, options, result, findings);
  return result;
}

TunePlan plan_tune(const TuneOptions& options) {
  check(options);
  BenchSettings settings = options.bench;
  settings.study.clear();  // a plan looks up no trial and leaves nothing behind
  Workbench bench(std::move(settings));
  const auto loaded = bench.target().target->load(options.bench.model, bench.target().options);
  const auto inputs = bench.sample_inputs();
  loaded->run(inputs);
  const auto start = Clock::now();
  constexpr int kRuns = 3;
  for (int i = 0; i < kRuns; ++i) loaded->run(inputs);
  const double run_s = std::chrono::duration<double>(Clock::now() - start).count() / kRuns;
  TunePlan plan;
  plan.steps.emplace_back("original (measured once, the basis of all comparisons)");
  for (const Candidate& c : mild_candidates(bench.optimized())) plan.steps.push_back(c.name);
  const std::vector<std::string> layers = int8_candidates(bench.optimized());
  if (!layers.empty()) {
    for (const std::size_t k : float_layer_counts(layers.size())) {
      plan.steps.push_back(cat("int8, ", k, " of ", layers.size(), " layers float"));
    }
    plan.steps.emplace_back("int8 with the best of four calibrators, then the other three");
    plan.steps.emplace_back("int8 with bias correction, then with equalization too");
    if (options.limits.max_size_bytes || options.limits.max_size_share || options.explore) {
      const bool reconstructs = reconstructs_in_minutes(bench.macs());
      for (const Candidate& c : low_bit_candidates("", reconstructs)) {
        plan.steps.push_back(c.name);
      }
    }
  }
  const auto samples = static_cast<double>(options.bench.data->size());
  const auto calib = static_cast<double>(options.bench.calibration->size());
  const double trials = static_cast<double>(plan.steps.size()) + (layers.empty() ? 0 : 4);
  const double sensitivity =
      layers.empty() ? 0 : std::min(60.0, 16 * run_s * (2.0 * static_cast<double>(layers.size())));
  plan.seconds =
      trials * (samples * run_s + options.bench.measure_seconds) + calib * run_s * 2 + sensitivity;
  plan.memory_bytes = bench.model_bytes() * 4 + (std::uint64_t{256} << 20U);
  plan.disk_bytes = bench.model_bytes() * 2;
  return plan;
}

}  // namespace pare
