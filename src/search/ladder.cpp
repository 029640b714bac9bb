#include "search/ladder.hpp"

#include <cmath>

#include "base/error.hpp"
#include "compress/static_int8.hpp"

namespace pare {
namespace {

using Options = OptionMap;

RecipeStep optimize_step() { return {"optimize", {}}; }

Candidate quantized(std::string name, Rung rung, Options options) {
  return {std::move(name), rung, {{optimize_step(), {"quantize", std::move(options)}}}};
}

Options int8_options(const std::string& calibration) {
  return {{"scheme", std::string("int8")}, {"calibration", calibration}};
}

constexpr std::int64_t kSteps = 600;  // of the optimizer, for each block

bool is_product(const std::string& op) { return op == "MatMul" || op == "Gemm"; }

}  // namespace

std::vector<Candidate> mild_candidates(const Graph& graph) {
  std::vector<Candidate> out;
  out.push_back({"graph only", Rung::graph, {{optimize_step()}}});
  std::int64_t in_products = 0;
  std::int64_t in_layers = 0;
  std::int64_t floats = 0;
  for (const Value* c : graph.constants()) {
    if (c->dtype() == ElementKind::f32) floats += c->constant().size();
  }
  for (const Node* node : graph.nodes()) {
    const Tensor* w = constant_weights(*node);
    if (w == nullptr) continue;
    in_layers += w->size();
    if (is_product(node->op())) in_products += w->size();
  }
  if (floats > 0) {
    out.push_back(
        quantized("16-bit weights", Rung::half_storage, {{"scheme", std::string("fp16")}}));
  }
  if (in_layers > 0) {
    out.push_back(quantized("weight-only int8", Rung::weight_only_int8,
                            {{"scheme", std::string("weight_only_int8")}}));
  }
  if (in_products > 0 && in_products * 10 >= in_layers) {
    out.push_back(
        quantized("dynamic int8", Rung::dynamic_int8, {{"scheme", std::string("dynamic_int8")}}));
  }
  return out;
}

Candidate int8_candidate(const std::string& calibration) {
  return quantized(cat("int8 (", calibration, ")"), Rung::int8, int8_options(calibration));
}

Candidate corrected_candidate(const std::string& calibration, bool equalize) {
  Candidate c = int8_candidate(calibration);
  c.name = cat("int8 (", calibration, equalize ? ", equalized" : "", ", bias corrected)");
  if (equalize) c.recipe.steps.insert(c.recipe.steps.begin() + 1, {"equalize", {}});
  c.recipe.steps.push_back({"bias_correction", {}});
  return c;
}

Candidate mixed_candidate(const std::string& calibration, std::vector<std::string> keep_float,
                          std::size_t layers) {
  Options options = int8_options(calibration);
  const std::size_t kept = keep_float.size();
  options["keep_float"] = std::move(keep_float);
  return quantized(cat("int8 (", calibration, "), ", kept, " of ", layers, " layers float"),
                   Rung::mixed_int8, std::move(options));
}

std::vector<Candidate> low_bit_candidates(const std::string& calibration, bool reconstructs) {
  const Rung rung = calibration.empty() ? Rung::low_bit_weights : Rung::low_bit;
  const std::string behind = calibration.empty() ? "" : ", int8 activations";
  std::vector<Candidate> out;
  const auto add = [&](const std::string& name, RecipeStep step) {
    Candidate c{name + behind, rung, {{optimize_step(), std::move(step)}}};
    if (!calibration.empty()) {
      c.recipe.steps.push_back({"quantize_activations", {{"calibration", calibration}}});
    }
    out.push_back(std::move(c));
  };
  for (const double bits : {6.5, 5.5}) {
    add(cat("int8 and int4 weights, ", bits, " bits"),
        {"mix_weights", {{"formats", std::vector<std::string>{"int8", "int4"}}, {"bits", bits}}});
  }
  add("int4 weights",
      {"quantize_weights", {{"format", std::string("int4")}, {"method", std::string("gptq")}}});
  if (reconstructs) {
    add("int4 weights, block by block",
        {"reconstruct_blocks", {{"format", std::string("int4")}, {"iterations", kSteps}}});
  }
  return out;
}

bool reconstructs_in_minutes(double macs) {
  // Forward and backward are three runs; a core makes some 10^10 multiply-adds a second of them.
  constexpr double kBatch = 16;
  constexpr double kSeconds = 240;
  return macs > 0 && static_cast<double>(kSteps) * kBatch * 3 * macs / 1e10 < kSeconds;
}

Candidate with_embeddings(Candidate candidate) {
  const bool whole = candidate.rung == Rung::graph || candidate.rung == Rung::half_storage;
  if (!whole && !candidate.recipe.steps.empty()) {
    candidate.recipe.steps.push_back({"quantize_embeddings", {}});
  }
  return candidate;
}

std::vector<std::size_t> float_layer_counts(std::size_t layers) {
  std::vector<std::size_t> counts;
  for (const double share : {0.5, 0.25, 0.1, 0.0}) {
    auto k = static_cast<std::size_t>(std::lround(share * static_cast<double>(layers)));
    if (k == 0) k = 1;
    if (k < layers && (counts.empty() || k < counts.back())) counts.push_back(k);
  }
  return counts;
}

const std::vector<std::string>& calibrators() {
  static const std::vector<std::string> kNames = {"mse", "percentile", "entropy", "minmax"};
  return kNames;
}

}  // namespace pare
