#include "compress/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

std::set<std::string> float_values(const Graph& graph) {
  std::set<std::string> names;
  for (const Node* node : graph.nodes()) {
    const auto add = [&](const Value* v) {
      if (v != nullptr && !v->is_constant() && v->dtype() == ElementKind::f32) {
        names.insert(v->name());
      }
    };
    for (const Value* v : node->inputs()) add(v);
    for (const Value* v : node->outputs()) add(v);
  }
  return names;
}

struct ChannelSums {
  std::vector<double> sums;
  double count = 0;
};

void add_channel_sums(const Tensor& t, ChannelSums& s) {
  const auto x = t.data<float>();
  if (x.empty() || t.rank() == 0) return;
  const std::size_t axis = t.rank() <= 2 ? t.rank() - 1 : 1;
  const auto channels = static_cast<std::size_t>(t.dim(axis));
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < t.rank(); ++i) inner *= static_cast<std::size_t>(t.dim(i));
  if (s.sums.empty()) s.sums.assign(channels, 0.0);
  if (s.sums.size() != channels) return;  // not a channel axis of fixed size
  const std::size_t outer = x.size() / (channels * inner);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = 0;
      const auto row = x.subspan((o * channels + c) * inner, inner);
      for (const float v : row) sum += v;
      s.sums[c] += sum;
    }
  }
  s.count += static_cast<double>(outer * inner);
}

void move_range(const Tensor& t, ActivationStats& stats) {
  constexpr float kShare = 0.01F;
  Range batch;
  bool any = false;
  for (const float v : t.data<float>()) {
    if (!std::isfinite(v)) continue;
    batch = any ? Range{std::min(batch.lo, v), std::max(batch.hi, v)} : Range{v, v};
    any = true;
  }
  if (!any) return;
  const bool first = stats.histogram.count() == 0;
  Range& r = stats.moving;
  r = first ? batch : Range{r.lo + kShare * (batch.lo - r.lo), r.hi + kShare * (batch.hi - r.hi)};
}

}  // namespace

std::shared_ptr<const ActivationTable> collect_statistics(const Graph& graph, const OpRegistry& ops,
                                                          const BatchSource& samples,
                                                          const ProgressSink& progress) {
  const std::set<std::string> names = float_values(graph);
  auto table = std::make_shared<ActivationTable>();
  std::map<std::string, ChannelSums> sums;
  const auto take = [&](const std::string& name, const Tensor& t) {
    if (t.kind() != ElementKind::f32) return;
    ActivationStats& stats = (*table)[name];
    move_range(t, stats);
    stats.histogram.add(t.data<float>());
    add_channel_sums(t, sums[name]);
  };
  SessionOptions options;
  std::set<std::string> inputs;
  for (const Value* v : graph.inputs()) inputs.insert(v->name());
  for (const std::string& name : names) {
    if (inputs.count(name) == 0) options.observe.push_back(name);
  }
  options.observer = take;
  const auto session = Session::create(graph, ops, options);
  const std::int64_t batches = samples.batches();
  if (batches == 0) throw Error(Fault::usage, "the calibration data holds no samples");
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::vector<Tensor> batch = samples.get(i);
    for (std::size_t k = 0; k < batch.size() && k < graph.inputs().size(); ++k) {
      take(graph.inputs()[k]->name(), batch[k]);
    }
    session->run(batch);
    if (progress) {
      progress({"calibrating", "", static_cast<double>(i + 1), static_cast<double>(batches), -1});
    }
  }
  for (auto& [name, stats] : *table) {
    const Histogram& h = stats.histogram;
    if (h.count() == 0 && h.not_finite() > 0) {
      throw Error(Fault::corrupt,
                  cat("value '", escape_terminal(name), "' was never finite while calibrating"));
    }
    const ChannelSums& s = sums[name];
    for (const double sum : s.sums) {
      stats.channel_mean.push_back(s.count > 0 ? sum / s.count : 0.0);
    }
  }
  return table;
}

}  // namespace pare
