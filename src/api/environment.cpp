#include "api/environment.hpp"

#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

Model read(const std::filesystem::path& path) { return read_model(path); }
void write(const Model& model, const std::filesystem::path& path) { write_model(model, path); }

void optimize(Graph& graph, const OpRegistry& ops) {
  static const std::vector<PassDef> passes = default_passes();
  run_passes(graph, passes, PassContext{ops});
}

}  // namespace

TargetEnvironment environment() { return {&op_registry(), read, optimize}; }
ModelFiles model_files() { return {read, write}; }

}  // namespace pare
