#include <algorithm>

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "compress/data_source.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/layers.hpp"
#include "evaluate/measure.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string first;
  std::string second;
  DataArguments data;
  std::vector<std::string> inputs;
  std::vector<std::string> sizes;
  std::int64_t batches = 8;
  double least_sqnr_db = 0;
  bool layers = false;
};

std::vector<std::vector<Tensor>> batches_of(const Arguments& a, const Graph& graph,
                                            std::uint64_t seed) {
  std::vector<std::vector<Tensor>> out;
  if (a.data.data.empty()) {
    out.push_back(read_inputs(ports_of(graph), a.inputs, a.sizes, seed));
    return out;
  }
  const DatasetSource source(a.data.open_data(seed), load_preprocess(a.data.preprocess),
                             input_specs(ports_of(graph)));
  for (std::int64_t i = 0; i < std::min(a.batches, source.batches()); ++i) {
    out.push_back(source.get(i));
  }
  return out;
}

nlohmann::json fidelity_json(const Fidelity& f) {
  return {{"sqnr_db", f.sqnr_db()}, {"cosine", f.cosine()}, {"max_abs", f.max_abs()}};
}

int run(const Arguments& a, Console& console) {
  const Model first = read_checked(a.first);
  const Model second = read_checked(a.second);
  const auto batches = batches_of(a, *first.graph, console.options().seed);
  const auto reference = Session::create(*first.graph, op_registry(), {});
  const auto other = Session::create(*second.graph, op_registry(), {});
  if (reference->outputs().size() != other->outputs().size()) {
    throw Error(Fault::usage, cat("the models have ", reference->outputs().size(), " and ",
                                  other->outputs().size(), " outputs"));
  }
  std::vector<Fidelity> outputs(reference->outputs().size());
  for (const auto& batch : batches) {
    const auto want = reference->run(batch);
    const auto got = other->run(batch);
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].add(want[i], got[i]);
  }
  Table table({"value", "SQNR", "cosine", "greatest difference"});
  nlohmann::json j = {{"first", a.first}, {"second", a.second}, {"batches", batches.size()}};
  const auto add = [&](const std::string& name, const Fidelity& f, nlohmann::json& rows) {
    table.row({escape_terminal(name), fixed(f.sqnr_db(), 2) + " dB", fixed(f.cosine(), 6),
               cat(f.max_abs())});
    nlohmann::json row = fidelity_json(f);
    row["name"] = name;
    rows.push_back(row);
  };
  if (a.layers) {
    LayerOptions options;
    options.threads = console.options().threads;
    options.progress = console.progress();
    for (const LayerFidelity& l :
         compare_layers(*first.graph, *second.graph, op_registry(), batches, options)) {
      add(l.value, l.fidelity, j["layers"]);
    }
  }
  double worst = 1e9;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    add("output " + reference->outputs()[i].name, outputs[i], j["outputs"]);
    worst = std::min(worst, outputs[i].sqnr_db());
  }
  const bool met = a.least_sqnr_db <= 0 || worst >= a.least_sqnr_db;
  console.print(
      table.text() +
      (met ? "" : cat("\nSQNR ", fixed(worst, 2), " dB is below ", a.least_sqnr_db, " dB\n")));
  j["met"] = met;
  console.result(j);
  return met ? 0 : kNotMet;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("first", a->first, "the model taken as true")->required();
  app.add_option("second", a->second, "the other model")->required();
  a->data.add_data(app, false);
  app.add_option("--input", a->inputs, "name=file.npy; inputs not given are made up");
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  app.add_option("--batches", a->batches, "at most that many batches of --data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--min-sqnr", a->least_sqnr_db, "exit with 1 when an output is below, in dB");
  app.add_flag("--layers", a->layers, "also every value that both models compute");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_compare() {
  return {"compare", "how close two models are, at the output and per layer",
          "  pare compare model.onnx small.onnx --data images/ --preprocess imagenet-torch "
          "--layers\n"
          "  pare compare model.onnx optimised.onnx --min-sqnr 80\n",
          setup};
}

}  // namespace pare
