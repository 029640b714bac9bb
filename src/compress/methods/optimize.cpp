#include "compress/schemes.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

struct Options {
  std::vector<std::string> passes;  // empty = the default ones
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.texts("passes", &Options::passes, "rewrites to apply; empty = all that are on by default");
  return t;
}

void apply(Model& model, const Options& o, MethodContext& context) {
  std::vector<PassDef> passes = default_passes();
  if (!o.passes.empty()) {
    passes.clear();
    for (const std::string& name : o.passes) {
      const PassDef* pass = find_pass(name);
      if (pass == nullptr) throw Error(Fault::config, cat("unknown pass '", name, "'"));
      passes.push_back(*pass);
    }
  }
  PassContext pass_context{.ops = context.ops};
  const PassReport report = run_passes(*model.graph, passes, pass_context);
  name_all_nodes(*model.graph);
  context.events.insert(context.events.end(), report.events.begin(), report.events.end());
  context.notes.push_back(
      cat("optimize: ", report.nodes_before, " nodes became ", report.nodes_after));
}

}  // namespace

MethodDef method_optimize() {
  return make_method("optimize", "fuse, fold and simplify the graph; outputs equal up to rounding",
                     options(), apply);
}

}  // namespace pare
