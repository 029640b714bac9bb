#include <algorithm>

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/judgements.hpp"
#include "cli/verb.hpp"
#include "compress/data_source.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/fidelity.hpp"
#include "evaluate/metrics.hpp"
#include "formats/format.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string target = "native";
  const CLI::Option* target_option = nullptr;
  std::vector<std::string> runtimes;
  DataArguments data;
  std::vector<std::string> sizes;
  std::int64_t batches = 32;
  double least_agreement = 0.99;
};

struct Findings {
  std::vector<std::string> problems;
  double agreement = 1;
  double sqnr_db = 200;
  double max_abs = 0;
  std::int64_t batches = 0;
};

/// The model on the target against the reference kernels.
void run_both(const Arguments& a, const Model& model, const Console& console, Findings& f) {
  const TargetChoice choice = open_target(a.target, console);
  const auto target = choice.target->load(a.model, choice.options);
  const auto native = Session::create(*model.graph, op_registry(), {});
  std::unique_ptr<BatchSource> data;
  if (!a.data.data.empty()) {
    data = std::make_unique<DatasetSource>(a.data.open_data(console.options().seed),
                                           load_preprocess(a.data.preprocess),
                                           input_specs(native->inputs()));
  }
  f.batches = data != nullptr ? std::min(a.batches, data->batches()) : 1;
  Fidelity fidelity;
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < f.batches; ++i) {
    const auto inputs = data != nullptr
                            ? data->get(i)
                            : read_inputs(native->inputs(), {}, a.sizes, console.options().seed);
    const auto want = native->run(inputs);
    const auto got = target->run(inputs);
    bool equal = true;
    for (std::size_t k = 0; k < want.size(); ++k) {
      if (!want[k].type().is_float()) continue;
      fidelity.add(want[k], got.at(k));
      equal = equal && top_class(want[k].to_floats()) == top_class(got[k].to_floats());
    }
    same += equal ? 1 : 0;
  }
  f.agreement = f.batches > 0 ? static_cast<double>(same) / static_cast<double>(f.batches) : 1;
  f.sqnr_db = fidelity.sqnr_db();
  f.max_abs = fidelity.max_abs();
  if (f.agreement < a.least_agreement) {
    f.problems.push_back(cat("target ", a.target, " and native agree on ", percent(f.agreement),
                             " of ", f.batches, " batches only"));
  }
}

int run(const Arguments& a, Console& console) {
  for (const std::string& name : a.runtimes) (void)runtime_rules(name);
  Findings f;
  const Model model = read_model(a.model);
  infer_shapes(*model.graph, op_registry());
  for (std::string& problem : verify(*model.graph, op_registry())) {
    f.problems.push_back(std::move(problem));
  }
  const RuntimeJudgements judgements = judge_for(model, a.runtimes);
  // Judging by rules runs nothing, so what pare cannot run does not matter then.
  const bool runs = a.runtimes.empty() || a.target_option->count() > 0;
  if (runs) {
    for (const std::string& u : unsupported_operators(*model.graph, op_registry())) {
      f.problems.push_back("not supported: " + u);
    }
    if (f.problems.empty()) run_both(a, model, console, f);
  }
  std::string text;
  for (const std::string& p : f.problems) text += "problem: " + p + "\n";
  if (runs && f.problems.empty()) {
    text = cat("The graph keeps its rules; target ", a.target, " and native agree on ",
               percent(f.agreement), " of ", f.batches, " batches (SQNR ", fixed(f.sqnr_db, 1),
               " dB, greatest difference ", f.max_abs, ").\n");
  }
  if (!judgements.empty()) text += judgement_text(judgements);
  console.print(text);
  nlohmann::json result = {{"model", a.model}, {"problems", f.problems}};
  if (runs) {
    result["agreement"] = f.agreement;
    result["sqnr_db"] = f.sqnr_db;
    result["max_abs"] = f.max_abs;
    result["batches"] = f.batches;
  }
  if (!judgements.empty()) result["runtimes"] = judgement_json(judgements);
  console.result(result);
  const bool loads = std::all_of(judgements.begin(), judgements.end(),
                                 [](const auto& judged) { return judged.second.loads(); });
  return f.problems.empty() && loads ? 0 : kNotMet;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file")->required();
  a->data.add_data(app, false);
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  app.add_option("--batches", a->batches, "at most that many batches of --data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--min-agreement", a->least_agreement, "share of batches with equal answers")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--for", a->runtimes,
                 "judge the file by the rules of these runtimes (onnxruntime, tensorrt, openvino), "
                 "which need not be here; runs it only with --target")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_target(app, a->target);
  a->target_option = app.get_option("--target");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_verify() {
  return {"verify",
          "check a model file: its graph, what a target computes with it, what runtimes make of it",
          "  pare verify small.onnx --target onnxruntime --data images/ --preprocess "
          "imagenet-torch\n"
          "  pare verify model.onnx\n"
          "  pare verify small.onnx --for onnxruntime,tensorrt,openvino\n",
          setup};
}

}  // namespace pare
