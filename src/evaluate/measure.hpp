#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "evaluate/latency.hpp"
#include "targets/target.hpp"

namespace pare {

/// The hidden first argument with which pare runs itself to measure: `main` must then return
/// measure_child_main().
inline constexpr std::string_view kMeasureArgument = "__measure";

/// One model to be measured.
struct MeasureRequest {
  std::filesystem::path model;
  std::string target = "native";    ///< as choose_target reads it
  int threads = 0;                  ///< 0 = available_cores()
  bool exact_convolutions = false;  ///< as in TargetOptions
  Tuning tuning = Tuning::off;      ///< native: how kernels are chosen
  /// One run's inputs. Empty = made up: floats uniform in [0, 1), integers 1, true.
  std::vector<Tensor> inputs;
  /// For made-up inputs: sizes of named dimensions; unknown ones are 1.
  std::map<std::string, std::int64_t> sizes;
  std::uint64_t seed = 0;
  bool keep_outputs = false;  ///< the results of one run become Measurement::outputs
};

struct MeasureOptions {
  double seconds = 5;            ///< time for the timed runs of all models together
  std::int64_t least_runs = 10;  ///< per model, even when the time is up
  std::int64_t most_runs = 2000;
  /// Processes per model, one after the other: two processes of the same model differ by more than
  /// chance (memory layout), and only their spread shows it. Fewer when loading takes long.
  int processes = 5;
  int warm_up = 3;               ///< runs before the first timed one of a process
  double timeout_seconds = 600;  ///< for loading, and for one turn of runs
  /// What to start as the child; it must answer to kMeasureArgument.
  std::filesystem::path program = "/proc/self/exe";
  ProgressSink progress;
};

struct PeakMemory {
  std::uint64_t peak_bytes = 0;  ///< most resident memory of the process
  std::uint64_t base_bytes = 0;  ///< of that, before the model was loaded: program and runtime
  [[nodiscard]] std::uint64_t model_bytes() const noexcept {
    return peak_bytes > base_bytes ? peak_bytes - base_bytes : 0;
  }
};

struct Measurement {
  RunGroups run_ms;  ///< timed runs by process; by turn when there was only one process
  Latency latency;   ///< summary of all runs
  PeakMemory memory;
  double load_ms = 0;  ///< reading and planning; median over the processes
  std::string target_version;
  std::vector<Tensor> outputs;  ///< only with MeasureRequest::keep_outputs
};

/// A measurement, or why there is none. A crash of the measured runtime ends only its child.
struct MeasureOutcome {
  std::optional<Error> error;
  Measurement value;  ///< meaningful without error
};

/// Measures each model in processes of its own. The models take turns (A B, B A, A B ...), so that
/// they share the machine's good and bad moments; a turn begins with an untimed run. Results are in
/// the order of the requests. Throws only when `progress` does.
std::vector<MeasureOutcome> measure_together(const std::vector<MeasureRequest>& requests,
                                             const MeasureOptions& options);
/// One model alone. Errors as thrown by the child: the target's, Fault::unsupported for a crash,
/// Fault::resource after timeout_seconds.
Measurement measure(const MeasureRequest& request, const MeasureOptions& options);

/// The child's side: answers requests on standard input until it ends. Returns the exit code.
int measure_child_main(const TargetEnvironment& environment);

/// Inputs for a model that got none, as described at MeasureRequest::inputs; where even the rank is
/// unknown, a scalar. Errors: Fault::unsupported for text.
std::vector<Tensor> make_up_inputs(const std::vector<PortInfo>& ports,
                                   const std::map<std::string, std::int64_t>& sizes,
                                   std::uint64_t seed);

}  // namespace pare
