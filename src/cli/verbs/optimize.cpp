#include <algorithm>

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "evaluate/fidelity.hpp"
#include "evaluate/measure.hpp"
#include "formats/format.hpp"
#include "ir/pass.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string output;
  std::vector<std::string> passes;
  std::vector<std::string> sizes;
  std::int64_t opset = 0;
  std::string fold_budget = "64MB";
  bool contrib = false;
  bool explain = false;
  bool force = false;
  bool list = false;
};

std::vector<PassDef> passes_of(const Arguments& a) {
  if (a.passes.empty()) return default_passes();
  std::vector<PassDef> out;
  for (const std::string& name : a.passes) {
    const PassDef* pass = find_pass(name);
    if (pass == nullptr) {
      throw Error(Fault::usage, cat("there is no pass '", name, "'; --list names them"));
    }
    out.push_back(*pass);
  }
  return out;
}

/// Both graphs on the same made-up inputs: least output SQNR in dB.
double check_equal(const Graph& before, const Graph& after, const Arguments& a,
                   std::uint64_t seed) {
  const auto inputs = make_up_inputs(ports_of(before), parse_sizes(a.sizes), seed);
  const auto first = Session::create(before, op_registry(), {});
  const auto second = Session::create(after, op_registry(), {});
  const auto want = first->run(inputs);
  const auto got = second->run(inputs);
  double worst = 200;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!want[i].type().is_float()) continue;
    Fidelity f;
    f.add(want[i], got.at(i));
    worst = std::min(worst, f.sqnr_db());
  }
  return worst;
}

int list_passes(Console& console) {
  Table table({"pass", "by default", "what"});
  nlohmann::json all = nlohmann::json::array();
  for (const PassDef& p : all_passes()) {
    table.row({std::string(p.name), p.by_default ? "yes" : "no", std::string(p.what)});
    all.push_back({{"name", p.name}, {"by_default", p.by_default}, {"what", p.what}});
  }
  console.print(table.text());
  console.result({{"passes", all}});
  return 0;
}

int run(const Arguments& a, Console& console) {
  if (a.list) return list_passes(console);
  if (a.model.empty() || a.output.empty()) {
    throw Error(Fault::usage, "want a model and -o output");
  }
  Model model = read_checked(a.model);
  const auto original = model.graph->clone();
  PassContext context{op_registry()};
  context.fold_budget_bytes = parse_bytes(a.fold_budget);
  context.fuse_to_contrib = a.contrib;
  const PassReport report = run_passes(*model.graph, passes_of(a), context);
  const double sqnr = check_equal(*original, *model.graph, a, console.options().seed);
  constexpr double kSameUpToRounding = 60;  // dB
  if (sqnr < kSameUpToRounding) {
    throw Error(Fault::internal,
                cat("the optimised graph differs: output SQNR ", fixed(sqnr, 1), " dB"));
  }
  WriteOptions options;
  options.opset = static_cast<int>(a.opset);
  options.force = a.force;
  write_model(model, a.output, options);
  std::map<std::string, std::int64_t> applied;
  nlohmann::json refused = nlohmann::json::array();
  std::string why;
  for (const PassEvent& e : report.events) {
    if (e.kind == Verdict::Kind::accept) ++applied[e.pass];
    if (e.kind != Verdict::Kind::refuse) continue;
    refused.push_back({{"pass", e.pass}, {"node", e.node}, {"reason", e.reason}});
    why += cat("  ", e.pass, " at ", e.node, ": ", e.reason, "\n");
  }
  Table table({"pass", "applied"});
  for (const auto& [name, n] : applied) table.row({name, cat(n)});
  console.print(cat(table.text(), "\n", report.nodes_before, " nodes -> ", report.nodes_after,
                    " nodes; outputs equal to ", fixed(sqnr, 1), " dB; written: ", a.output, "\n",
                    a.explain && !why.empty() ? "\nRefused:\n" + why : ""));
  console.result({{"output", a.output},
                  {"nodes_before", report.nodes_before},
                  {"nodes_after", report.nodes_after},
                  {"output_sqnr_db", sqnr},
                  {"applied", applied},
                  {"refused", refused}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file");
  app.add_option("-o,--output", a->output, "where the result goes");
  app.add_option("--pass", a->passes, "only these passes");
  app.add_option("--size", a->sizes, "size of an open dimension for the check, such as N=4");
  app.add_option("--opset", a->opset, "operator set of the output; 0 = as the input's");
  app.add_option("--fold-budget", a->fold_budget, "most bytes that folding may add")
      ->capture_default_str();
  app.add_flag("--contrib", a->contrib, "may use fused operators of com.microsoft");
  app.add_flag("--explain", a->explain, "say why rewrites were refused");
  app.add_flag("--force", a->force, "replace an existing output");
  app.add_flag("--list", a->list, "list the passes");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_optimize() {
  return {"optimize", "rewrite the graph without changing what it computes",
          "  pare optimize model.onnx -o faster.onnx --explain\n"
          "  pare optimize model.onnx -o folded.onnx --pass fold_constants --opset 13\n"
          "  pare optimize --list\n",
          setup};
}

}  // namespace pare
