#include "api/environment.hpp"

#include "autodiff/expand.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

Model read(const std::filesystem::path& path) {
  Model model = read_model(path);
  expand_gradient_nodes(*model.graph, op_registry());
  return model;
}
void write(const Model& model, const std::filesystem::path& path) { write_model(model, path); }

void optimize(Graph& graph, const OpRegistry& ops) {
  static const std::vector<PassDef> passes = default_passes();
  run_passes(graph, passes, PassContext{ops});
}

}  // namespace

TargetEnvironment environment() { return {&op_registry(), read, optimize}; }
ModelFiles model_files() { return {read, write}; }

}  // namespace pare
