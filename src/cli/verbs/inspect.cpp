#include <algorithm>
#include <map>

#include "api/environment.hpp"
#include "base/text.hpp"
#include "cli/container_listing.hpp"
#include "cli/inputs.hpp"
#include "cli/operators.hpp"
#include "cli/verb.hpp"
#include "formats/format.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"
#include "search/workbench.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::vector<std::string> sizes;
  bool ops = false;
  bool markdown = false;
};

struct Facts {
  std::map<std::string, std::int64_t> operators;
  std::map<std::string, std::int64_t> element_types;
  std::int64_t parameters = 0;
  double macs = 0;
  std::vector<std::string> unsupported;
  std::vector<std::string> dynamic;
};

void count(const Graph& graph, Facts& f) {
  for (const Node* node : graph.nodes()) {
    ++f.operators[node->domain().empty() ? node->op() : node->domain() + "::" + node->op()];
    for (const Graph* body : node->subgraphs()) count(*body, f);
  }
  for (const Value* c : graph.constants()) {
    const std::int64_t n = c->constant().size();
    f.element_types[std::string(c->dtype().name())] += n;
    if (c->dtype() != ElementKind::i64 && c->dtype() != ElementKind::string) f.parameters += n;
  }
}

/// MACs of one run with every open dimension at 1 or at what --size says.
double macs_of(const Model& model, const std::map<std::string, std::int64_t>& sizes) {
  const auto graph = model.graph->clone();
  std::map<std::string, Shape> shapes;
  for (const Value* v : graph->inputs()) {
    if (!v->type().shape) return 0;
    Shape shape;
    for (const Dim& d : *v->type().shape) {
      const auto at = sizes.find(d.text());
      shape.push_back(d.is_number() ? d.number() : at != sizes.end() ? at->second : 1);
    }
    shapes[v->name()] = shape;
  }
  bind_input_shapes(*graph, shapes);
  const auto facts = infer_shapes(*graph, op_registry());
  double macs = 0;
  for (const Node* node : graph->nodes()) macs += node_cost(*node, op_registry(), facts).macs;
  return macs;
}

nlohmann::json support_of(const TargetDef& target, const Graph& graph) {
  TargetOptions options;
  options.environment = environment();
  nlohmann::json refused = nlohmann::json::array();
  std::int64_t integer = 0;
  std::int64_t runs = 0;
  for (const Node* node : graph.nodes()) {
    const Support s = target.supports(*node, options);
    runs += s.runs ? 1 : 0;
    integer += s.accelerated ? 1 : 0;
    if (!s.runs) refused.push_back({{"node", node->label()}, {"reason", s.reason}});
  }
  return {{"name", target.name},
          {"nodes", graph.node_count()},
          {"runs", runs},
          {"integer_nodes", integer},
          {"refused", refused}};
}

nlohmann::json ports_json(const std::vector<Value*>& values, std::vector<std::string>* dynamic) {
  nlohmann::json out = nlohmann::json::array();
  for (const Value* v : values) {
    out.push_back({{"name", v->name()}, {"type", v->type().text()}});
    if (dynamic == nullptr || !v->type().shape) continue;
    for (const Dim& d : *v->type().shape) {
      if (!d.is_number() &&
          std::find(dynamic->begin(), dynamic->end(), d.text()) == dynamic->end()) {
        dynamic->push_back(d.text());
      }
    }
  }
  return out;
}

std::string text_of(const nlohmann::json& j, const Model& model, const Facts& f,
                    std::uint64_t bytes) {
  Table head({});
  head.row({"producer", escape_terminal(model.producer_name + " " + model.producer_version)});
  std::string opsets;
  for (const auto& [domain, version] : model.opsets) {
    opsets += cat(opsets.empty() ? "" : ", ", domain.empty() ? "ai.onnx" : domain, " ", version);
  }
  head.row({"operator sets", opsets});
  head.row({"size", human_bytes(bytes)});
  head.row({"parameters", cat(f.parameters)});
  head.row({"MACs", fixed(f.macs / 1e6, 2) + " M"});
  head.row({"open dimensions", f.dynamic.empty() ? "none" : join(f.dynamic, ", ")});
  std::string out = head.text() + "\n";
  for (const char* which : {"inputs", "outputs"}) {
    for (const auto& port : j[which]) {
      out += cat(which == std::string("inputs") ? "input   " : "output  ",
                 escape_terminal(port["name"].get<std::string>()), "  ",
                 escape_terminal(port["type"].get<std::string>()), "\n");
    }
  }
  Table ops({"operator", "count"});
  for (const auto& [name, n] : f.operators) ops.row({escape_terminal(name), cat(n)});
  Table elements({"constants of type", "values"});
  for (const auto& [name, n] : f.element_types) elements.row({name, cat(n)});
  out += "\n" + ops.text() + "\n" + elements.text() + "\n";
  for (const std::string& u : f.unsupported) out += cat("not supported: ", u, "\n");
  for (const auto& t : j["targets"]) {
    out += cat("target ", t["name"].get<std::string>(), ": runs ", t["runs"], " of ", t["nodes"],
               " nodes, ", t["integer_nodes"], " of them on 8-bit integers\n");
    for (const auto& r : t["refused"]) {
      out += cat("  ", r["node"].get<std::string>(), ": ", r["reason"].get<std::string>(), "\n");
    }
  }
  return out;
}

int list_operators(const Arguments& a, Console& console) {
  const OpRegistry& ops = op_registry();
  console.print(a.markdown ? operators_markdown(ops) : operators_text(ops));
  console.result({{"operators", operators_json(ops)}});
  return 0;
}

/// A file of weights without a graph.
int inspect_container(const Arguments& a, Console& console) {
  if (!a.sizes.empty()) throw Error(Fault::usage, "--size is for models with a graph");
  const Contents contents = list_contents(a.model);
  nlohmann::json j = container_json(contents);
  j["model"] = a.model;
  console.print(container_text(contents));
  console.result(j);
  return 0;
}

int run(const Arguments& a, Console& console) {
  if (a.ops) return list_operators(a, console);
  if (a.model.empty()) throw Error(Fault::usage, "want a model, or --ops");
  if (is_container(a.model)) return inspect_container(a, console);
  const Model model = read_model(a.model);
  infer_shapes(*model.graph, op_registry());
  Facts f;
  count(*model.graph, f);
  f.unsupported = unsupported_operators(*model.graph, op_registry());
  const std::uint64_t bytes = stored_bytes(a.model, model);
  nlohmann::json j;
  j["inputs"] = ports_json(model.graph->inputs(), &f.dynamic);
  j["outputs"] = ports_json(model.graph->outputs(), nullptr);
  if (f.unsupported.empty()) f.macs = macs_of(model, parse_sizes(a.sizes));
  j["targets"] = nlohmann::json::array();
  for (const TargetDef& t : all_targets()) j["targets"].push_back(support_of(t, *model.graph));
  j.update({{"model", a.model},
            {"bytes", bytes},
            {"producer", model.producer_name},
            {"opsets", model.opsets},
            {"nodes", model.graph->node_count()},
            {"operators", f.operators},
            {"parameters", f.parameters},
            {"macs", f.macs},
            {"constants", f.element_types},
            {"open_dimensions", f.dynamic},
            {"unsupported", f.unsupported},
            {"metadata", model.metadata}});
  console.print(text_of(j, model, f, bytes));
  console.result(j);
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file, or a folder with one");
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  CLI::Option* ops = app.add_flag("--ops", a->ops, "list every operator that pare knows, no model");
  app.add_flag("--markdown", a->markdown, "with --ops: the table in docs/operators.md")->needs(ops);
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_inspect() {
  return {"inspect", "what is in a model: operators, parameters, work, types, support",
          "  pare inspect model.onnx\n  pare inspect model.onnx --size N=8 --json\n"
          "  pare inspect llama.gguf\n  pare inspect folder-of-safetensors --json\n"
          "  pare inspect --ops\n",
          setup};
}

}  // namespace pare
