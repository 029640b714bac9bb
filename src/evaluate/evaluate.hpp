#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "data/batches.hpp"
#include "evaluate/detection.hpp"
#include "evaluate/fidelity.hpp"
#include "evaluate/metrics.hpp"
#include "targets/target.hpp"

namespace pare {

/// Something that can be evaluated: a model loaded into any runtime.
struct Subject {
  std::vector<PortInfo> inputs;
  std::vector<PortInfo> outputs;
  std::function<std::vector<Tensor>(const std::vector<Tensor>&)> run;
};
/// The model or session must outlive the subject.
Subject subject_of(LoadedModel& model);
Subject subject_of(Session& session);

/// What `data` must provide for these ports: -1 for sizes that are not fixed.
std::vector<InputSpec> input_specs(const std::vector<PortInfo>& ports);

enum class Task : std::uint8_t { classification, detection };

struct EvaluateOptions {
  std::optional<Task> task;  ///< nothing: detection when the data have boxes
  Preprocess preprocess;
  std::int64_t batch_size = 1;  ///< where the model leaves it open
  std::int64_t limit = 0;       ///< at most that many samples, drawn with `seed`; 0 = all
  std::uint64_t seed = 0;
  std::int64_t output = -1;       ///< which output holds the answer; -1 = the first float one
  std::int64_t label_offset = 0;  ///< class index of the model minus label of the data
  DetectorOptions detector;
  ProgressSink progress;
};

/// Accuracy on the samples seen so far.
struct Evaluation {
  static constexpr std::int32_t kNotSeen = -2;  ///< in `predicted`

  Task task = Task::classification;
  std::int64_t samples = 0;
  std::string metric;  ///< "top1" or "mAP@0.5"
  double value = 0;
  ConfidenceInterval interval;  ///< of `value`, 95 %
  // classification
  double top5 = 0;
  double macro_f1 = 0;
  /// By index in the data set: the class answered, -1 for none.
  std::vector<std::int32_t> predicted;
  std::vector<bool> correct;
  // detection
  std::map<std::int64_t, double> class_ap;
};

/// Runs a model over a data set, batch by batch: memory does not grow with the number of samples
/// (but for some bytes of result each).
class Evaluator {
 public:
  /// Errors: Fault::usage when the data have no labels (or boxes), or do not fit the model.
  Evaluator(Subject subject, std::shared_ptr<const Dataset> data, EvaluateOptions options);

  /// Goes on until `samples` of the data set are covered; 0 = all that options.limit allows. Each
  /// further call only evaluates what is new: a few samples first, the rest when it is worth it.
  /// Errors: those of reading and running; Fault::usage for labels the model does not know.
  const Evaluation& advance(std::int64_t samples = 0);
  [[nodiscard]] const Evaluation& result() const noexcept { return result_; }
  /// Samples that advance(0) covers.
  [[nodiscard]] std::int64_t total() const noexcept { return total_; }

 private:
  void run_on(const std::vector<std::int64_t>& indices);
  void take(const Batch& batch, const std::vector<Tensor>& outputs,
            const std::vector<std::int64_t>& indices);
  void update();

  Subject subject_;
  std::shared_ptr<const Dataset> data_;
  EvaluateOptions options_;
  std::int64_t total_ = 0;
  std::size_t answer_ = 0;  // index of the output
  std::vector<bool> seen_;
  ClassCounts counts_;
  DetectionCounts detections_;
  Evaluation result_;
};

/// Evaluator in one go.
Evaluation evaluate(Subject subject, std::shared_ptr<const Dataset> data, EvaluateOptions options);

/// Share of the samples seen by both on which both give the same answer.
struct Agreement {
  std::int64_t samples = 0;
  std::int64_t same = 0;
  [[nodiscard]] double share() const noexcept {
    return samples > 0 ? static_cast<double>(same) / static_cast<double>(samples) : 0;
  }
};
Agreement agreement(const Evaluation& a, const Evaluation& b);
/// Change of top-1 from `before` to `after` on the samples both have seen.
PairedChange accuracy_change(const Evaluation& before, const Evaluation& after);

/// How close two models' outputs are, output by output in the order of `reference`. Both run on
/// the same batches; labels are not needed. Errors: Fault::usage when outputs differ in number.
struct OutputFidelity {
  std::string output;
  Fidelity fidelity;
};
std::vector<OutputFidelity> compare_outputs(const Subject& reference, const Subject& other,
                                            std::shared_ptr<const Dataset> data,
                                            const EvaluateOptions& options);

}  // namespace pare
