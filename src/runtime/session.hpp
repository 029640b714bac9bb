#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/budget.hpp"
#include "ir/op.hpp"

namespace pare {

/// How the planner chooses among kernels that can do the same thing.
enum class Tuning : std::uint8_t {
  off,   ///< the first in the order of the table
  fast,  ///< the fastest on this machine: timed once, remembered on disk
  full,  ///< as fast, and variants of kernels and layouts of neighbours are tried, too
};

/// "off", "fast", "full". Errors of tuning_of: Fault::usage for any other word.
std::string_view to_string(Tuning tuning) noexcept;
Tuning tuning_of(std::string_view word);

/// How `Tuning` measures and remembers. The defaults are what programs want; tests have a clock of
/// their own.
struct TuningOptions {
  Tuning how = Tuning::off;
  /// Seconds that one call of `run`, by the kernel `candidate`, takes; empty = steady_clock.
  std::function<double(const std::string& candidate, const std::function<void()>& run)> stopwatch;
  /// Where timings are kept; empty = $PARE_CACHE_DIR, $XDG_CACHE_HOME/pare or ~/.cache/pare.
  std::string folder;
  /// Session::timings_text() of an earlier session: these timings decide, nothing is measured, and
  /// nothing on disk is read or written.
  std::string known;
};

struct SessionOptions {
  int threads = 0;              ///< 0 = set_threads()'s value
  bool reference_only = false;  ///< the reference kernel for every node: the meaning
  Budget budget;                ///< of each run and its planning; none by default
  bool allow_bf16 = false;      ///< float products may run in bfloat16
  /// Float 3x3 convolutions may run by minimal filtering, which rounds more
  /// (docs/decisions/winograd.md).
  bool winograd = true;
  /// Weights of few bits stay packed also where float32 ones would be faster: two to sixteen times
  /// less memory for them.
  bool save_memory = false;
  TuningOptions tuning;
  /// Names of values handed to `observer` as soon as they are computed (calibration, per-layer
  /// comparison). They are not fused away.
  std::vector<std::string> observe;
  std::function<void(const std::string& value, const Tensor&)> observer;
};

/// A graph input or output as the caller sees it.
struct PortInfo {
  std::string name;
  ValueType type;
};

/// One step of a plan, for reports and `bench --profile`.
struct StepInfo {
  std::string node;    ///< label
  std::string op;      ///< operator name
  std::string kernel;  ///< chosen kernel, for example "onednn:conv_int8" or "reference"
  std::vector<std::string> refused;  ///< "kernel: reason" of the candidates before it
  std::vector<std::string> slower;   ///< "kernel: 0.41 ms against 0.29 ms": measured, not chosen
  Shape output_shape;
  Cost cost;
  double mean_ms = 0;  ///< filled by profiling
  std::int64_t runs = 0;
};

/// Makes a graph, the same each time.
using GraphSource = std::function<std::unique_ptr<Graph>()>;

/// A planned, executable graph on this machine's CPU. Plans are made per set of input shapes and
/// cached. Not thread-safe: one session per thread.
class Session {
 public:
  virtual ~Session() = default;
  /// Plans lazily at the first run with given shapes. `graph` is copied. Errors:
  /// Fault::unsupported listing every operator without a kernel.
  static std::unique_ptr<Session> create(const Graph& graph, const OpRegistry& ops,
                                         SessionOptions options);
  /// As the other, for a graph that nobody else needs: weights leave memory as soon as kernels have
  /// packed them. Inputs of other shapes need another plan: for the second one `again` makes the
  /// same graph anew, which then stays. Errors of a run: also those of `again`.
  static std::unique_ptr<Session> create(std::unique_ptr<Graph> graph, const OpRegistry& ops,
                                         SessionOptions options, GraphSource again);

  [[nodiscard]] virtual const std::vector<PortInfo>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<PortInfo>& outputs() const = 0;
  /// Inputs in the order of inputs(). Checks types and shapes (Fault::usage). The results stay
  /// valid after the next run.
  virtual std::vector<RuntimeValue> run_values(const std::vector<RuntimeValue>& inputs) = 0;
  /// As run_values for models of tensors. Fault::unsupported when an output is none.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs);
  /// Per-node timing of the runs while on.
  virtual void set_profiling(bool on) = 0;
  /// Steps of the most recent plan.
  [[nodiscard]] virtual std::vector<StepInfo> steps() const = 0;
  /// The timings that the plans of this session rest on, in the form of the file (see Timings).
  [[nodiscard]] virtual std::string timings_text() const = 0;
  /// Bytes of the activation arena, and of packed weights, of the most recent plan.
  [[nodiscard]] virtual std::size_t arena_bytes() const = 0;
  [[nodiscard]] virtual std::size_t weight_bytes() const = 0;
};

}  // namespace pare
