#include "compress/sensitivity.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "ir/infer.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

using Outputs = std::vector<std::vector<float>>;

Outputs run_all(const Graph& graph, const OpRegistry& ops, const BatchSource& samples) {
  const auto session = Session::create(graph, ops, {});
  Outputs out;
  for (std::int64_t i = 0; i < samples.batches(); ++i) {
    for (const Tensor& t : session->run(samples.get(i))) {
      if (t.type().is_float()) out.push_back(t.to_floats());
    }
  }
  return out;
}

double sqnr_db(const Outputs& exact, const Outputs& other) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < exact.size() && i < other.size(); ++i) {
    for (std::size_t k = 0; k < exact[i].size() && k < other[i].size(); ++k) {
      const double d = static_cast<double>(exact[i][k]) - other[i][k];
      signal += static_cast<double>(exact[i][k]) * exact[i][k];
      noise += d * d;
    }
  }
  constexpr double kPerfect = 200.0;  // dB, in place of infinity
  if (noise <= 0) return kPerfect;
  if (signal <= 0) return 0;
  return std::min(kPerfect, 10.0 * std::log10(signal / noise));
}

}  // namespace

std::vector<std::string> SensitivityResult::most_sensitive_first() const {
  std::vector<const LayerSensitivity*> order;
  for (const LayerSensitivity& l : layers) order.push_back(&l);
  std::stable_sort(order.begin(), order.end(),
                   [&](const LayerSensitivity* a, const LayerSensitivity* b) {
                     if (a->left_float_db != b->left_float_db) {
                       return a->left_float_db > b->left_float_db;
                     }
                     return a->alone_db < b->alone_db;
                   });
  std::vector<std::string> names;
  names.reserve(order.size());
  for (const LayerSensitivity* l : order) names.push_back(l->node);
  return names;
}

SensitivityResult measure_sensitivity(const Graph& graph, const OpRegistry& ops,
                                      const ActivationTable& stats, const StaticInt8& options,
                                      const TargetRules& rules, const BatchSource& samples,
                                      const ProgressSink& progress) {
  const Outputs exact = run_all(graph, ops, samples);
  const auto with = [&](const StaticInt8& o) {
    const auto copy = graph.clone();
    quantize_static_int8(*copy, stats, o, rules);
    infer_shapes(*copy, ops);
    return sqnr_db(exact, run_all(*copy, ops, samples));
  };
  SensitivityResult result;
  result.all_db = with(options);
  const std::vector<std::string> names = int8_candidates(graph);
  const auto start = std::chrono::steady_clock::now();
  double done = 0;
  for (const Node* node : graph.nodes()) {
    if (std::find(names.begin(), names.end(), node->name()) == names.end()) continue;
    LayerSensitivity row;
    row.node = node->name();
    row.op = node->op();
    row.weights = constant_weights(*node)->size();
    StaticInt8 alone = options;
    alone.keep_float.clear();
    alone.only = {node->name()};
    row.alone_db = with(alone);
    StaticInt8 without = options;
    without.keep_float.insert(node->name());
    row.left_float_db = with(without);
    result.layers.push_back(std::move(row));
    done += 1;
    if (progress) {
      const double spent =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const auto total = static_cast<double>(names.size());
      progress({"sensitivity", node->name(), done, total, spent / done * (total - done)});
    }
  }
  return result;
}

}  // namespace pare
