#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compress/data_source.hpp"
#include "compress/recipe.hpp"
#include "compress/sensitivity.hpp"
#include "data/dataset.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/measure.hpp"
#include "search/limits.hpp"
#include "search/study.hpp"
#include "search/trial.hpp"

namespace pare {

/// How models are read and written; filled by who sees the file formats.
struct ModelFiles {
  std::function<Model(const std::filesystem::path&)> read;
  std::function<void(const Model&, const std::filesystem::path&)> write;
};

/// What is tuned, on what, judged by what.
struct BenchSettings {
  std::filesystem::path model;
  std::shared_ptr<const Dataset> data;         ///< judged on these samples
  std::shared_ptr<const Dataset> calibration;  ///< ranges come from these; labels are not used
  Preprocess preprocess;
  std::int64_t label_offset = 0;
  std::string target = "native";  ///< as choose_target() reads it
  TargetEnvironment environment;
  ModelFiles files;
  std::filesystem::path study;     ///< empty = in memory
  std::filesystem::path work_dir;  ///< candidates are written below it and removed again
  int threads = 0;
  Tuning tuning = Tuning::off;      ///< of runs that are judged or timed on `native`
  bool exact_convolutions = false;  ///< as in TargetOptions
  std::uint64_t seed = 0;
  double measure_seconds = 2;        ///< per candidate and measurement
  std::int64_t quick_samples = 100;  ///< first stage of an evaluation
  std::filesystem::path program = "/proc/self/exe";
  ProgressSink progress;
};

/// Builds candidates, runs them on the target, and keeps what they showed in the study.
class Workbench {
 public:
  /// Reads the model and checks it: Fault::unsupported lists every operator that pare lacks;
  /// Fault::usage when data and model do not fit.
  explicit Workbench(BenchSettings settings);

  /// Accuracy, size, latency and memory of the model as it came. Must be the first trial.
  Trial baseline();
  /// Tries a candidate: builds it, measures it in turns with the original, and evaluates it: first
  /// on a few samples, on all of them unless those already rule `limits` out. A candidate that
  /// cannot be built or run is `failed` with the reason; only interruption is thrown.
  Trial attempt(const Candidate& candidate, const Limits& limits);

  /// The model after the recipe. Deterministic. `notes` gets what the methods had to say.
  Model build(const Recipe& recipe, std::vector<std::string>* notes = nullptr);
  /// The graph after the graph optimisations, which all other steps start from.
  [[nodiscard]] const Graph& optimized();
  /// Output SQNR in dB of each recipe against the original, on up to `samples` calibration samples,
  /// by the native runtime.
  std::vector<double> output_sqnr(const std::vector<Recipe>& recipes, std::int64_t samples);
  SensitivityResult sensitivity(const std::string& calibration, std::int64_t samples);

  [[nodiscard]] const BenchSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] const TargetChoice& target() const noexcept { return target_; }
  [[nodiscard]] const TargetStatus& status() const noexcept { return status_; }
  [[nodiscard]] const std::string& model_sha256() const noexcept { return sha256_; }
  [[nodiscard]] std::uint64_t model_bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool labelled() const noexcept { return labelled_; }
  /// Rewrites that were refused, with reasons, from the most recent build.
  [[nodiscard]] const std::vector<PassEvent>& events() const noexcept { return events_; }
  /// Multiply-adds of one run of the model as it came; what has no cost counts nothing.
  double macs();
  /// The inputs of one run, for measurements.
  std::vector<Tensor> sample_inputs();
  /// Calibration samples for the model's inputs.
  const BatchSource& calibration_batches();

 private:
  std::string key(const std::string& what) const;
  void check_model() const;
  Trial measure_candidate(const Candidate& candidate, const Limits& limits);
  void measure_speed(const std::filesystem::path& file, Trial& trial);
  void evaluate_file(const std::filesystem::path& file, const Limits& limits, Trial& trial);
  std::unique_ptr<Evaluator> evaluator(LoadedModel& model) const;
  MethodContext context();

  BenchSettings settings_;
  TargetChoice target_;
  TargetStatus status_;
  Model model_;
  std::string sha256_;
  std::uint64_t bytes_ = 0;
  bool labelled_ = false;
  std::shared_ptr<const Dataset> judged_;  // data, or data labelled by the original's answers
  std::string data_fingerprint_;
  Study study_;
  Evaluation answers_;  // of the original
  std::map<std::string, std::shared_ptr<const ActivationTable>> statistics_;
  std::unique_ptr<BatchSource> batches_;
  std::unique_ptr<Graph> optimized_;
  std::vector<PassEvent> events_;
};

/// Bytes of a model on disk: the file, and the weights it keeps in files beside it.
std::uint64_t stored_bytes(const std::filesystem::path& file, const Model& model);

}  // namespace pare
