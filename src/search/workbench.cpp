#include "search/workbench.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "compress/static_int8.hpp"
#include "evaluate/host.hpp"
#include "ir/infer.hpp"
#include "passes/registry.hpp"
#include "runtime/session.hpp"
#include "search/relabel.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::uint64_t folder_bytes(const fs::path& folder) {
  std::uint64_t sum = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) sum += entry.file_size();
  }
  return sum;
}

std::vector<std::int64_t> as_labels(const std::vector<std::int32_t>& predicted) {
  std::vector<std::int64_t> out;
  out.reserve(predicted.size());
  for (const std::int32_t p : predicted) out.push_back(std::max(p, 0));
  return out;
}

nlohmann::json to_json(const SensitivityResult& result) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerSensitivity& l : result.layers) {
    layers.push_back({{"node", l.node},
                      {"op", l.op},
                      {"weights", l.weights},
                      {"alone_db", l.alone_db},
                      {"left_float_db", l.left_float_db}});
  }
  return {{"all_db", result.all_db}, {"layers", layers}};
}

SensitivityResult sensitivity_from_json(const nlohmann::json& json) {
  SensitivityResult result;
  result.all_db = json.at("all_db").get<double>();
  for (const auto& l : json.at("layers")) {
    LayerSensitivity row;
    row.node = l.at("node").get<std::string>();
    row.op = l.at("op").get<std::string>();
    row.weights = l.at("weights").get<std::int64_t>();
    row.alone_db = l.at("alone_db").get<double>();
    row.left_float_db = l.at("left_float_db").get<double>();
    result.layers.push_back(std::move(row));
  }
  return result;
}

}  // namespace

std::uint64_t stored_bytes(const fs::path& file, const Model& model) {
  std::uint64_t weights = 0;
  for (const Value* c : model.graph->constants()) weights += c->constant().bytes().size();
  const std::uint64_t size = fs::file_size(file);
  // A file smaller than its weights keeps them elsewhere.
  return size >= weights ? size : size + weights;
}

Workbench::Workbench(BenchSettings settings)
    : settings_(std::move(settings)),
      target_(choose_target(settings_.target, settings_.environment)),
      study_(settings_.study) {
  target_.options.threads = settings_.threads;
  target_.options.tuning.how = settings_.tuning;
  target_.options.exact_convolutions = settings_.exact_convolutions;
  status_ = target_.target->status(target_.options);
  if (!status_.found) {
    throw Error(Fault::missing, cat("target ", target_.target->name,
                                    " is not here; looked in: ", join(status_.searched, ", ")));
  }
  model_ = settings_.files.read(settings_.model);
  check_model();
  infer_shapes(*model_.graph, *settings_.environment.ops);
  sha256_ = sha256_file(settings_.model);
  bytes_ = stored_bytes(settings_.model, model_);
  judged_ = settings_.data;
  labelled_ = judged_->labelled() || judged_->has_boxes();
  const std::string data =
      judged_->fingerprint() + settings_.calibration->fingerprint() + to_yaml(settings_.preprocess);
  data_fingerprint_ = sha256_hex(std::as_bytes(std::span(data)));
}

void Workbench::check_model() const {
  const auto missing = unsupported_operators(*model_.graph, *settings_.environment.ops);
  if (!missing.empty()) {
    throw Error(Fault::unsupported,
                cat("the model has operators that pare lacks:\n  ", join(missing, "\n  ")));
  }
}

std::string Workbench::key(const std::string& what) const {
  const HostInfo host = host_info();
  const int threads = settings_.threads > 0 ? settings_.threads : available_cores();
  const std::string all =
      cat("1\n", PARE_VERSION, "\n", sha256_, "\n", data_fingerprint_, "\n", settings_.target, " ",
          status_.version, "\n", host.cpu, " ", threads, " ", to_string(settings_.tuning),
          settings_.exact_convolutions ? " exact" : "", "\n", settings_.seed, " ",
          settings_.label_offset, " ", settings_.quick_samples, "\n", what);
  return sha256_hex(std::as_bytes(std::span(all)));
}

MethodContext Workbench::context() {
  MethodContext c{*settings_.environment.ops, target_.target->rules};
  if (settings_.calibration->size() > 0) c.calibration = &calibration_batches();
  c.progress = settings_.progress;
  c.seed = settings_.seed;
  c.cache = &statistics_;
  return c;
}

const BatchSource& Workbench::calibration_batches() {
  if (batches_ == nullptr) {
    std::vector<PortInfo> ports;
    for (const Value* v : model_.graph->inputs()) ports.push_back({v->name(), v->type()});
    batches_ = std::make_unique<DatasetSource>(settings_.calibration, settings_.preprocess,
                                               input_specs(ports));
  }
  return *batches_;
}

Model Workbench::build(const Recipe& recipe, std::vector<std::string>* notes) {
  Model copy = model_.clone();
  MethodContext c = context();
  run_recipe(copy, recipe, c);
  events_ = std::move(c.events);
  if (notes != nullptr) *notes = std::move(c.notes);
  copy.metadata["pare.version"] = PARE_VERSION;
  copy.metadata["pare.source_sha256"] = sha256_;
  copy.metadata["pare.recipe"] = recipe.yaml();
  copy.metadata["pare.seed"] = cat(settings_.seed);
  if (recipe.needs_calibration()) {
    copy.metadata["pare.calibration"] = calibration_batches().fingerprint();
  }
  return copy;
}

const Graph& Workbench::optimized() {
  if (optimized_ == nullptr) {
    Model m = build({{{"optimize", {}}}});
    optimized_ = std::move(m.graph);
  }
  return *optimized_;
}

double Workbench::macs() {
  const std::unique_ptr<Graph> graph = model_.graph->clone();
  const OpRegistry& ops = *settings_.environment.ops;
  std::map<std::string, Shape> shapes;
  const std::vector<Tensor> inputs = sample_inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    shapes[graph->inputs()[i]->name()] = inputs[i].shape();
  }
  bind_input_shapes(*graph, shapes);
  const auto facts = infer_shapes(*graph, ops);
  double macs = 0;
  for (const Node* node : graph->nodes()) macs += node_cost(*node, ops, facts).macs;
  return macs;
}

std::vector<Tensor> Workbench::sample_inputs() { return calibration_batches().get(0); }

std::vector<double> Workbench::output_sqnr(const std::vector<Recipe>& recipes,
                                           std::int64_t samples) {
  std::string what = cat("output_sqnr ", samples);
  for (const Recipe& recipe : recipes) what += "\n" + recipe.yaml();
  if (const auto stored = study_.get(key(what))) return stored->get<std::vector<double>>();
  const MemorySource few(calibration_batches(), samples);
  const OpRegistry& ops = *settings_.environment.ops;
  const auto exact = Session::create(*model_.graph, ops, {});
  std::vector<std::vector<Tensor>> wanted;
  for (std::int64_t i = 0; i < few.batches(); ++i) wanted.push_back(exact->run(few.get(i)));
  std::vector<double> out;
  for (const Recipe& recipe : recipes) {
    const Model model = build(recipe);
    const auto session = Session::create(*model.graph, ops, {});
    Fidelity fidelity;
    for (std::int64_t i = 0; i < few.batches(); ++i) {
      const std::vector<Tensor> got = session->run(few.get(i));
      const std::vector<Tensor>& want = wanted[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < got.size(); ++k) {
        if (want[k].type().is_float()) fidelity.add(want[k], got[k]);
      }
    }
    out.push_back(fidelity.sqnr_db());
  }
  // As for the sensitivity: JSON has no infinity.
  if (std::all_of(out.begin(), out.end(), [](double db) { return std::isfinite(db); })) {
    study_.put(key(what), out);
  }
  return out;
}

SensitivityResult Workbench::sensitivity(const std::string& calibration, std::int64_t samples) {
  const std::string at = key(cat("sensitivity ", calibration, " ", samples));
  if (const auto stored = study_.get(at)) return sensitivity_from_json(*stored);
  const Graph& graph = optimized();
  const MemorySource few(calibration_batches(), samples);
  MethodContext c = context();
  c.prefix = Recipe{{{"optimize", {}}}}.yaml();
  const auto table = cached_statistics(graph, c.prefix, c);
  StaticInt8 options;
  options.calibration = parse_range_method(calibration);
  SensitivityResult result = measure_sensitivity(graph, *settings_.environment.ops, *table, options,
                                                 c.rules, few, settings_.progress);
  // JSON has no infinity: such a result is worked out again.
  const bool finite =
      std::all_of(result.layers.begin(), result.layers.end(), [](const LayerSensitivity& l) {
        return std::isfinite(l.alone_db) && std::isfinite(l.left_float_db);
      });
  if (finite && std::isfinite(result.all_db)) study_.put(at, to_json(result));
  return result;
}

std::unique_ptr<Evaluator> Workbench::evaluator(LoadedModel& model) const {
  EvaluateOptions options;
  options.preprocess = settings_.preprocess;
  options.seed = settings_.seed;
  options.label_offset = labelled_ ? settings_.label_offset : 0;
  options.progress = settings_.progress;
  return std::make_unique<Evaluator>(subject_of(model), judged_, options);
}

Trial Workbench::baseline() {
  const std::string at = key("original");
  if (const auto stored = study_.get(at)) {
    Trial trial = trial_from_json(stored->at("trial"));
    trial.reused = true;
    answers_.predicted = stored->at("predicted").get<std::vector<std::int32_t>>();
    answers_.correct = stored->at("correct").get<std::vector<bool>>();
    if (!labelled_) judged_ = relabelled(settings_.data, as_labels(answers_.predicted));
    return trial;
  }
  const double start = now_s();
  Trial trial;
  trial.candidate = {"original", Rung::original, {}};
  trial.bytes = bytes_;
  trial.sha256 = sha256_;
  measure_speed(settings_.model, trial);
  const auto loaded = target_.target->load(settings_.model, target_.options);
  if (!labelled_) {
    judged_ = relabelled(settings_.data, std::vector<std::int64_t>(
                                             static_cast<std::size_t>(settings_.data->size()), 0));
  }
  answers_ = evaluator(*loaded)->advance();
  if (!labelled_) {
    judged_ = relabelled(settings_.data, as_labels(answers_.predicted));
    answers_.correct.assign(answers_.predicted.size(), true);
    answers_.value = 1;
    answers_.interval = {1, 1};
  }
  trial.accuracy = {labelled_ ? answers_.metric : "agreement", answers_.value,
                    answers_.interval.low, answers_.interval.high, answers_.samples};
  trial.baseline_accuracy = answers_.value;
  trial.agreement = 1;
  trial.complete = true;
  trial.status = Trial::Status::measured;
  trial.seconds = now_s() - start;
  study_.put(at, {{"trial", to_json(trial)},
                  {"predicted", answers_.predicted},
                  {"correct", answers_.correct}});
  return trial;
}

Trial Workbench::attempt(const Candidate& candidate, const Limits& limits) {
  const std::string at = key(candidate.recipe.yaml());
  if (const auto stored = study_.get(at)) {
    Trial trial = trial_from_json(*stored);
    trial.candidate = candidate;
    trial.reused = true;
    // One that was cut short for other limits has to be looked at again.
    const Figures figures{trial.accuracy.high, trial.baseline_accuracy, 0, 0, 0, 0};
    Limits accuracy_only;
    accuracy_only.min_accuracy = limits.min_accuracy;
    if (trial.complete || trial.status != Trial::Status::measured ||
        !all_met(judge(accuracy_only, figures))) {
      return trial;
    }
  }
  const double start = now_s();
  Trial trial;
  trial.candidate = candidate;
  try {
    trial = measure_candidate(candidate, limits);
  } catch (const Error& e) {
    if (e.fault() == Fault::interrupted || e.fault() == Fault::internal || e.fault() == Fault::io) {
      throw;
    }
    trial.status = Trial::Status::failed;
    trial.reason = e.message();
  }
  trial.seconds = now_s() - start;
  // A failure may have had its cause outside (a full disk, a library since replaced): tried again.
  if (trial.status == Trial::Status::measured) study_.put(at, to_json(trial));
  return trial;
}

Trial Workbench::measure_candidate(const Candidate& candidate, const Limits& limits) {
  Trial trial;
  trial.candidate = candidate;
  const TemporaryDirectory work(settings_.work_dir);
  const fs::path file = work.path() / "candidate.onnx";
  {
    const Model model = build(candidate.recipe, &trial.notes);
    settings_.files.write(model, file);
  }
  trial.bytes = folder_bytes(work.path());
  trial.sha256 = sha256_file(file);
  measure_speed(file, trial);
  evaluate_file(file, limits, trial);
  trial.status = Trial::Status::measured;
  return trial;
}

void Workbench::measure_speed(const fs::path& file, Trial& trial) {
  MeasureRequest original;
  original.model = settings_.model;
  original.target = settings_.target;
  original.threads = settings_.threads;
  original.tuning = settings_.tuning;
  original.exact_convolutions = settings_.exact_convolutions;
  original.inputs = sample_inputs();
  MeasureRequest request = original;
  request.model = file;
  MeasureOptions options;
  options.seconds = settings_.measure_seconds;
  options.program = settings_.program;
  options.progress = settings_.progress;
  const bool is_original = trial.candidate.rung == Rung::original;
  const auto outcomes = is_original ? measure_together({original}, options)
                                    : measure_together({original, request}, options);
  for (const MeasureOutcome& o : outcomes) {
    if (o.error) throw Error(*o.error);
  }
  const Measurement& mine = outcomes.back().value;
  trial.latency = mine.latency;
  trial.baseline_latency = outcomes.front().value.latency;
  trial.peak_memory_bytes = mine.memory.peak_bytes;
  trial.speedup = is_original
                      ? Speedup{1, 1, 1}
                      : compare_latency(outcomes.front().value.run_ms, mine.run_ms, settings_.seed);
}

void Workbench::evaluate_file(const fs::path& file, const Limits& limits, Trial& trial) {
  const auto loaded = target_.target->load(file, target_.options);
  const auto run = evaluator(*loaded);
  const bool stages = run->result().task == Task::classification && settings_.quick_samples > 0 &&
                      settings_.quick_samples < run->total();
  const Evaluation* seen = &run->advance(stages ? settings_.quick_samples : 0);
  if (stages) {
    const PairedChange change = accuracy_change(answers_, *seen);
    const bool too_low = limits.min_accuracy && seen->interval.high < *limits.min_accuracy;
    const bool too_much = limits.max_drop && change.interval.high < -*limits.max_drop;
    if (!too_low && !too_much) seen = &run->advance();
  }
  trial.complete = seen->samples == run->total();
  trial.accuracy = {labelled_ ? seen->metric : "agreement", seen->value, seen->interval.low,
                    seen->interval.high, seen->samples};
  trial.agreement = agreement(answers_, *seen).share();
  trial.baseline_accuracy = seen->task == Task::detection
                                ? answers_.value
                                : seen->value - accuracy_change(answers_, *seen).change;
}

}  // namespace pare
