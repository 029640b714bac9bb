#include "api/environment.hpp"

#include "formats/format.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

Model read(const std::filesystem::path& path) { return read_model(path); }
void write(const Model& model, const std::filesystem::path& path) { write_model(model, path); }

}  // namespace

TargetEnvironment environment() { return {&op_registry(), read}; }
ModelFiles model_files() { return {read, write}; }

}  // namespace pare
