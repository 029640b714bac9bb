#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compress/calibrate.hpp"

namespace pare {

/// What calibration saw of each index of one dimension of a value.
struct ChannelStats {
  std::vector<float> least, greatest;
  std::vector<double> mean, deviation;  ///< deviation: square root of the variance
};

/// A value by name, and the dimension of its channels.
using ChannelKey = std::pair<std::string, std::size_t>;
using ChannelTable = std::map<ChannelKey, ChannelStats>;

/// Runs `graph` over the samples and collects statistics of the channels of float32 values. Values
/// whose number of channels changes, or that are never seen, are left out. Memory: four numbers a
/// channel and the activations of one batch. Errors: Fault::usage without samples.
ChannelTable collect_channels(const Graph& graph, const OpRegistry& ops, const BatchSource& samples,
                              const std::vector<ChannelKey>& values, const ProgressSink& progress);

}  // namespace pare
