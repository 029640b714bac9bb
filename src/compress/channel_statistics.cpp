#include "compress/channel_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "runtime/session.hpp"

namespace pare {
namespace {

struct Sums {
  std::vector<float> least, greatest;
  std::vector<double> sum, squares;
  double count = 0;  // of each channel
  bool odd = false;  // the number of channels changed

  void add(const Tensor& t, std::size_t axis) {
    if (odd || t.empty()) return;
    if (axis >= t.rank()) {
      odd = true;
      return;
    }
    const auto channels = static_cast<std::size_t>(t.dim(axis));
    if (sum.empty()) {
      least.assign(channels, std::numeric_limits<float>::infinity());
      greatest.assign(channels, -std::numeric_limits<float>::infinity());
      sum.assign(channels, 0);
      squares.assign(channels, 0);
    }
    odd = sum.size() != channels;
    if (odd) return;
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < t.rank(); ++i) inner *= static_cast<std::size_t>(t.dim(i));
    const auto x = t.data<float>();
    const std::size_t outer = x.size() / (channels * inner);
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t c = 0; c < channels; ++c) {
        for (const float v : x.subspan((o * channels + c) * inner, inner)) {
          least[c] = std::min(least[c], v);
          greatest[c] = std::max(greatest[c], v);
          sum[c] += v;
          squares[c] += static_cast<double>(v) * v;
        }
      }
    }
    count += static_cast<double>(outer * inner);
  }

  [[nodiscard]] ChannelStats stats() const {
    ChannelStats s{least, greatest, {}, {}};
    for (std::size_t c = 0; c < sum.size(); ++c) {
      const double mean = sum[c] / count;
      s.mean.push_back(mean);
      s.deviation.push_back(std::sqrt(std::max(0.0, squares[c] / count - mean * mean)));
    }
    return s;
  }
};

}  // namespace

ChannelTable collect_channels(const Graph& graph, const OpRegistry& ops, const BatchSource& samples,
                              const std::vector<ChannelKey>& values, const ProgressSink& progress) {
  std::map<ChannelKey, Sums> sums;
  std::set<std::string> names;
  for (const ChannelKey& key : values) {
    sums[key] = {};
    names.insert(key.first);
  }
  const auto take = [&](const std::string& name, const Tensor& t) {
    if (t.kind() != ElementKind::f32) return;
    for (auto it = sums.lower_bound({name, 0}); it != sums.end() && it->first.first == name; ++it) {
      it->second.add(t, it->first.second);
    }
  };
  SessionOptions options;
  for (const Value* v : graph.inputs()) names.erase(v->name());
  options.observe.assign(names.begin(), names.end());
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
      progress({"calibrating", "channels", static_cast<double>(i + 1), static_cast<double>(batches),
                -1});
    }
  }
  ChannelTable table;
  for (const auto& [key, s] : sums) {
    if (!s.odd && s.count > 0) table[key] = s.stats();
  }
  return table;
}

}  // namespace pare
