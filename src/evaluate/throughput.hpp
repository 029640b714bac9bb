#pragma once

#include <string>
#include <vector>

#include "evaluate/measure.hpp"

namespace pare {

/// One way to use a machine for many samples.
struct ThroughputSetting {
  int streams = 1;         ///< sessions side by side, each in a process of its own
  int threads = 1;         ///< of each
  std::int64_t batch = 1;  ///< samples of a run
};

struct ThroughputResult {
  ThroughputSetting setting;
  double samples_per_s = 0;        ///< of all streams together: the median of the tries
  double spread = 0;               ///< (most - least) / median of the tries
  double run_ms = 0;               ///< mean time of a run: what a sample waits
  std::uint64_t memory_bytes = 0;  ///< peaks of all streams added
  /// Greatest difference of the first sample's outputs from those of the first setting, over the
  /// greatest magnitude there.
  double difference = 0;
};

/// Runs every setting in turns for `seconds` each, `tries` times over. `batch_dimension` names what
/// is set to the batch; "" when every batch is 1. Errors: as measure(); Fault::internal when
/// streams of one setting give different outputs.
std::vector<ThroughputResult> measure_throughput(const MeasureRequest& request,
                                                 const std::string& batch_dimension,
                                                 const std::vector<ThroughputSetting>& settings,
                                                 double seconds, const MeasureOptions& options);

}  // namespace pare
