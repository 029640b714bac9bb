#include "evaluate/evaluate.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"

namespace pare {
namespace {

/// Tells `sink` how far the work is, with an estimate of the rest.
class Clocked {
 public:
  Clocked(const ProgressSink& sink, std::string stage, std::int64_t total)
      : sink_(sink), stage_(std::move(stage)), total_(static_cast<double>(total)) {}
  void at(std::int64_t done_samples) const {
    if (!sink_) return;
    const auto done = static_cast<double>(done_samples);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double left = done > 0 ? seconds * (total_ - done) / done : -1;
    sink_({stage_, cat(done_samples, " samples"), done, total_, left});
  }

 private:
  const ProgressSink& sink_;
  std::string stage_;
  double total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::size_t answer_of(const Subject& subject, std::int64_t wanted) {
  const std::vector<PortInfo>& outputs = subject.outputs;
  if (wanted >= 0) {
    if (wanted < static_cast<std::int64_t>(outputs.size())) return static_cast<std::size_t>(wanted);
    throw Error(Fault::usage,
                cat("the model has ", outputs.size(), " outputs, no output ", wanted));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const DType type = outputs[i].type.dtype;
    if (!type.valid() || type.is_float()) return i;
  }
  throw Error(Fault::usage, "the model has no output of floating point numbers");
}

/// Height and width of the first input that is a picture.
std::pair<std::int64_t, std::int64_t> picture_size(const std::vector<Tensor>& inputs) {
  for (const Tensor& t : inputs) {
    if (t.rank() != 4) continue;
    const bool channels_last = t.dim(3) <= 4 && t.dim(1) > 4;
    return channels_last ? std::pair(t.dim(1), t.dim(2)) : std::pair(t.dim(2), t.dim(3));
  }
  throw Error(Fault::usage, "a detector needs an input of rank 4");
}

}  // namespace

Subject subject_of(LoadedModel& model) {
  return {model.inputs(), model.outputs(),
          [&model](const std::vector<Tensor>& inputs) { return model.run(inputs); }};
}

Subject subject_of(Session& session) {
  return {session.inputs(), session.outputs(),
          [&session](const std::vector<Tensor>& inputs) { return session.run(inputs); }};
}

std::vector<InputSpec> input_specs(const std::vector<PortInfo>& ports) {
  std::vector<InputSpec> specs;
  for (const PortInfo& port : ports) {
    InputSpec spec;
    spec.name = port.name;
    spec.kind = port.type.dtype.kind();
    if (port.type.shape) {
      for (const Dim& d : *port.type.shape) spec.shape.push_back(d.is_number() ? d.number() : -1);
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

Evaluator::Evaluator(Subject subject, std::shared_ptr<const Dataset> data, EvaluateOptions options)
    : subject_(std::move(subject)), data_(std::move(data)), options_(std::move(options)) {
  result_.task =
      options_.task.value_or(data_->has_boxes() ? Task::detection : Task::classification);
  const bool detect = result_.task == Task::detection;
  if (detect ? !data_->has_boxes() : !data_->labelled()) {
    throw Error(Fault::usage, cat("the data have no ", detect ? "boxes" : "labels",
                                  ", so accuracy cannot be measured"));
  }
  answer_ = answer_of(subject_, options_.output);
  const std::int64_t size = data_->size();
  total_ = options_.limit > 0 ? std::min(options_.limit, size) : size;
  seen_.assign(static_cast<std::size_t>(size), false);
  result_.metric = detect ? "mAP@0.5" : "top1";
  if (!detect) {
    result_.predicted.assign(static_cast<std::size_t>(size), Evaluation::kNotSeen);
    result_.correct.assign(static_cast<std::size_t>(size), false);
  }
  update();
}

const Evaluation& Evaluator::advance(std::int64_t samples) {
  const std::int64_t until = samples > 0 ? std::min(samples, total_) : total_;
  std::vector<std::int64_t> fresh;
  for (const std::int64_t i : sample_indices(data_->size(), until, options_.seed)) {
    if (!seen_[static_cast<std::size_t>(i)]) fresh.push_back(i);
  }
  if (!fresh.empty()) run_on(fresh);
  update();
  return result_;
}

void Evaluator::run_on(const std::vector<std::int64_t>& indices) {
  BatchOptions options;
  options.batch_size = options_.batch_size;
  Batches batches(subset(data_, indices), options_.preprocess, input_specs(subject_.inputs),
                  options);
  const Clocked progress(options_.progress, "evaluating",
                         static_cast<std::int64_t>(indices.size()));
  for (std::int64_t i = 0; i < batches.count(); ++i) {
    const Batch batch = batches.get(i);
    const auto first = indices.begin() + static_cast<std::ptrdiff_t>(batch.first);
    take(batch, subject_.run(batch.inputs),
         {first, first + static_cast<std::ptrdiff_t>(batch.count)});
    progress.at(batch.first + batch.count);
  }
}

void Evaluator::take(const Batch& batch, const std::vector<Tensor>& outputs,
                     const std::vector<std::int64_t>& indices) {
  const Tensor& answer = outputs.at(answer_);
  if (result_.task == Task::detection) {
    const auto [height, width] = picture_size(batch.inputs);
    for (std::size_t s = 0; s < indices.size(); ++s) {
      detections_.add(
          decode_detections(answer, static_cast<std::int64_t>(s), height, width, options_.detector),
          batch.boxes.at(s));
      seen_[static_cast<std::size_t>(indices[s])] = true;
    }
    return;
  }
  const std::vector<float> scores = answer.to_floats();
  const auto rows = static_cast<std::size_t>(
      batch.inputs.empty() || batch.inputs[0].rank() == 0 ? 1 : batch.inputs[0].dim(0));
  if (rows == 0 || scores.empty() || scores.size() % rows != 0) {
    throw Error(Fault::usage,
                cat("output '", escape_terminal(subject_.outputs[answer_].name), "' ",
                    to_string(answer.shape()), " does not divide into ", rows, " samples"));
  }
  const std::size_t classes = scores.size() / rows;
  for (std::size_t s = 0; s < indices.size(); ++s) {
    const std::span<const float> row(scores.data() + s * classes, classes);
    const std::int64_t label = batch.labels.at(s) + options_.label_offset;
    counts_.add(row, label);
    const auto at = static_cast<std::size_t>(indices[s]);
    result_.predicted[at] = static_cast<std::int32_t>(top_class(row));
    result_.correct[at] = result_.predicted[at] == label;
    seen_[at] = true;
  }
}

void Evaluator::update() {
  if (result_.task == Task::detection) {
    result_.samples = detections_.samples();
    result_.class_ap = detections_.ap();
    result_.value = detections_.mean_ap();
    result_.interval = detections_.interval(options_.seed);
    return;
  }
  result_.samples = counts_.samples();
  result_.value = counts_.top1();
  result_.top5 = counts_.top5();
  result_.macro_f1 = counts_.macro_f1();
  result_.interval = wilson(counts_.top1_hits(), counts_.samples());
}

Evaluation evaluate(Subject subject, std::shared_ptr<const Dataset> data, EvaluateOptions options) {
  Evaluator evaluator(std::move(subject), std::move(data), std::move(options));
  return evaluator.advance();
}

Agreement agreement(const Evaluation& a, const Evaluation& b) {
  Agreement result;
  const std::size_t n = std::min(a.predicted.size(), b.predicted.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (a.predicted[i] == Evaluation::kNotSeen || b.predicted[i] == Evaluation::kNotSeen) continue;
    ++result.samples;
    if (a.predicted[i] == b.predicted[i]) ++result.same;
  }
  return result;
}

PairedChange accuracy_change(const Evaluation& before, const Evaluation& after) {
  std::int64_t n = 0;
  std::int64_t won = 0;
  std::int64_t lost = 0;
  const std::size_t size = std::min(before.predicted.size(), after.predicted.size());
  for (std::size_t i = 0; i < size; ++i) {
    if (before.predicted[i] == Evaluation::kNotSeen || after.predicted[i] == Evaluation::kNotSeen) {
      continue;
    }
    ++n;
    if (after.correct[i] && !before.correct[i]) ++won;
    if (before.correct[i] && !after.correct[i]) ++lost;
  }
  return paired_change(won, lost, n);
}

std::vector<OutputFidelity> compare_outputs(const Subject& reference, const Subject& other,
                                            std::shared_ptr<const Dataset> data,
                                            const EvaluateOptions& options) {
  if (reference.outputs.size() != other.outputs.size()) {
    throw Error(Fault::usage, cat("the models have ", reference.outputs.size(), " and ",
                                  other.outputs.size(), " outputs"));
  }
  std::vector<OutputFidelity> result;
  for (const PortInfo& port : reference.outputs) result.push_back({port.name, {}});
  const std::vector<std::int64_t> indices =
      sample_indices(data->size(), options.limit, options.seed);
  BatchOptions batching;
  batching.batch_size = options.batch_size;
  Batches batches(subset(std::move(data), indices), options.preprocess,
                  input_specs(reference.inputs), batching);
  const Clocked progress(options.progress, "comparing outputs",
                         static_cast<std::int64_t>(indices.size()));
  for (std::int64_t i = 0; i < batches.count(); ++i) {
    const Batch batch = batches.get(i);
    const std::vector<Tensor> want = reference.run(batch.inputs);
    const std::vector<Tensor> got = other.run(batch.inputs);
    for (std::size_t o = 0; o < result.size(); ++o) result[o].fidelity.add(want[o], got[o]);
    progress.at(batch.first + batch.count);
  }
  return result;
}

}  // namespace pare
