#pragma once

#include <string>
#include <vector>

#include "search/tune.hpp"

namespace pare {

struct Refusal {
  std::string what;
  std::string why;
};

/// The written model against the native meaning of it, on the target.
struct Verification {
  bool done = false;
  std::string path;
  std::string sha256;
  std::uint64_t bytes = 0;
  std::int64_t samples = 0;
  double agreement = 0;  ///< share of samples with the same top class
  double sqnr_db = 0;    ///< of the target's outputs, the native runtime's taken as true
  double max_abs = 0;
  /// Per sample, output SQNR in dB of the result against the original, on the target.
  std::vector<double> sample_sqnr_db;
};

struct LayerTimes {
  std::string node;
  std::string op;
  std::string kernel_before;
  double ms_before = 0;
  std::string kernel_after;
  double ms_after = 0;
};

/// What a run learnt besides its trials.
struct Findings {
  SensitivityResult sensitivity;
  std::vector<Refusal> refusals;
  Verification verification;
  std::vector<LayerTimes> layers;
  nlohmann::json profile;  ///< of the result: profile_json, where the target tells what steps cost
  std::vector<std::string> warnings;
  double seconds = 0;
};

/// Builds the winner again, writes it in a directory beside the output, reads it back, runs it on
/// the target, compares with the native runtime, and only then gives it its final name. Errors:
/// Fault::internal when what was written is not what was measured; nothing is left behind then.
void finish(Workbench& bench, const TuneOptions& options, const Trial& winner, Findings& findings);

/// The run as JSON; docs/report.md describes it.
nlohmann::json make_record(Workbench& bench, const TuneOptions& options, const TuneResult& result,
                           const Findings& findings);

}  // namespace pare
