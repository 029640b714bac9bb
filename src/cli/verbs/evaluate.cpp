#include "evaluate/evaluate.hpp"

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string reference;
  std::string target = "native";
  DataArguments data;
};

EvaluateOptions options_of(const Arguments& a, const Console& console) {
  EvaluateOptions o;
  o.preprocess = load_preprocess(a.data.preprocess);
  o.seed = console.options().seed;
  o.label_offset = a.data.label_offset;
  o.progress = console.progress();
  return o;
}

nlohmann::json to_json(const Evaluation& e) {
  nlohmann::json j = {{"metric", e.metric},
                      {"value", e.value},
                      {"low", e.interval.low},
                      {"high", e.interval.high},
                      {"samples", e.samples}};
  if (e.task == Task::classification) {
    j["top5"] = e.top5;
    j["macro_f1"] = e.macro_f1;
  }
  return j;
}

/// Adds how close the outputs are to those of --reference.
void compare_with(const Arguments& a, const Subject& subject, const Console& console,
                  std::shared_ptr<const Dataset> data, Table& table, nlohmann::json& j) {
  const TargetChoice choice = open_target(a.target, console);
  const auto reference = choice.target->load(a.reference, choice.options);
  const auto rows =
      compare_outputs(subject_of(*reference), subject, std::move(data), options_of(a, console));
  for (const OutputFidelity& row : rows) {
    table.row({cat("output ", escape_terminal(row.output), ": SQNR"),
               fixed(row.fidelity.sqnr_db(), 2) + " dB"});
    table.row({"  cosine", fixed(row.fidelity.cosine(), 6)});
    table.row({"  greatest difference", cat(row.fidelity.max_abs())});
    j["outputs"].push_back({{"name", row.output},
                            {"sqnr_db", row.fidelity.sqnr_db()},
                            {"cosine", row.fidelity.cosine()},
                            {"max_abs", row.fidelity.max_abs()}});
  }
}

int run(const Arguments& a, Console& console) {
  const auto data = a.data.open_data(console.options().seed);
  const TargetChoice choice = open_target(a.target, console);
  const auto model = choice.target->load(a.model, choice.options);
  const Subject subject = subject_of(*model);
  const bool labelled = data->labelled() || data->has_boxes();
  if (!labelled && a.reference.empty()) {
    throw Error(Fault::usage,
                cat(a.data.data, " has no labels: give --reference, a model to compare with"));
  }
  Table table({});
  nlohmann::json j = {{"model", a.model}, {"target", choice.target->name}};
  table.row({"samples", cat(data->size())});
  if (labelled) {
    const Evaluation e = evaluate(subject, data, options_of(a, console));
    j["accuracy"] = to_json(e);
    table.row({e.metric, percent(e.value) + " (95 %: " + percent(e.interval.low) + " to " +
                             percent(e.interval.high) + ")"});
    if (e.task == Task::classification) {
      table.row({"top5", percent(e.top5)});
      table.row({"macro F1", percent(e.macro_f1)});
    }
    if (!a.reference.empty()) {
      const auto other = choice.target->load(a.reference, choice.options);
      const Evaluation r = evaluate(subject_of(*other), data, options_of(a, console));
      const Agreement same = agreement(r, e);
      table.row({"reference " + r.metric, percent(r.value)});
      if (same.samples > 0) table.row({"agreement", percent(same.share())});
      j["reference"] = to_json(r);
      if (same.samples > 0) j["agreement"] = same.share();
    }
  }
  if (!a.reference.empty()) compare_with(a, subject, console, data, table, j);
  console.print(table.text());
  console.result(j);
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file")->required();
  a->data.add_data(app, true);
  add_target(app, a->target);
  app.add_option("--reference", a->reference, "a model whose answers are compared with");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_evaluate() {
  return {"evaluate", "accuracy of a model on data",
          "  pare evaluate model.onnx --data images/ --preprocess imagenet-torch\n"
          "  pare evaluate small.onnx --reference model.onnx --data images/ --limit 200 "
          "--target onnxruntime\n",
          setup};
}

}  // namespace pare
