#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/kernel.hpp"
#include "runtime/nested.hpp"
#include "runtime/prepare.hpp"

namespace pare {

/// A piece of memory of a plan.
struct Buffer {
  enum class Kind : std::uint8_t {
    arena,     ///< at `offset` of the arena
    input,     ///< graph input `index`, owned by the caller
    result,    ///< graph output, made anew at each run
    constant,  ///< `constant`
    dynamic,   ///< a tensor whose size only the run knows, a sequence or a map
  };
  Kind kind = Kind::arena;
  std::size_t bytes = 0;
  std::size_t offset = 0;
  std::size_t index = 0;
  Tensor constant;
  int first = 0;  ///< steps during which it is used (arena)
  int last = -1;
};

/// A value in one layout.
struct Slot {
  DType type;
  Shape shape;
  Layout layout = Layout::plain;
  std::size_t buffer = 0;
};

inline constexpr std::size_t kNoSlot = SIZE_MAX;

/// A value handed to the observer behind a step.
struct Observation {
  std::string name;
  std::size_t slot = kNoSlot;
};

/// One thing to execute.
struct Step {
  Unit unit;
  std::string kernel_name;
  std::vector<std::string> refused;
  std::vector<std::string> slower;
  int threads = 0;                                              ///< 0 = as the session
  std::unique_ptr<Kernel> kernel;                               ///< nullptr: reference
  std::map<const Graph*, std::unique_ptr<NestedGraph>> bodies;  ///< of control flow
  std::unique_ptr<NestedGraph> tail;  ///< everything that waits for sizes which depend on data
  std::vector<std::size_t> in;        ///< slots; kNoSlot = omitted. Captures come last
  std::vector<std::size_t> out;
  std::size_t copy_from = kNoSlot;  ///< slot copied to out[0] before
  std::size_t scratch = kNoSlot;    ///< buffer
  std::vector<Observation> observe;
  std::vector<std::byte*> in_at;  ///< addresses of `in` and `out`, kept up to date by the plan
  std::vector<std::byte*> out_at;
  std::byte* scratch_at = nullptr;
  std::byte* copy_at = nullptr;  ///< of copy_from; only read
  std::size_t copy_bytes = 0;
  Shape output_shape;
  Cost cost;
  std::int64_t nanoseconds = 0;
  std::int64_t runs = 0;
};

/// A graph planned for one set of input shapes. Made by make_plan.
class Plan {
 public:
  std::vector<Buffer> buffers;
  std::vector<Slot> slots;
  std::vector<Step> steps;
  std::vector<std::size_t> input_slots;
  std::vector<std::size_t> output_slots;
  std::vector<Observation> observe_first;  ///< inputs and constants
  std::size_t arena_bytes = 0;
  std::size_t weight_bytes = 0;
  PlanGraph graph;  ///< the nodes and values that units point to

  /// Lays out the arena; called once, when the plan is complete.
  void finish();
  std::vector<RuntimeValue> run(const std::vector<RuntimeValue>& inputs, const OpRegistry& ops,
                                const SessionOptions& options, bool profile);
  [[nodiscard]] std::vector<StepInfo> info() const;
  /// Lifetimes of the arena's buffers, for tests.
  [[nodiscard]] bool arena_is_disjoint() const;

 private:
  /// An address that changes from run to run: of an input or a result.
  struct Patch {
    std::size_t buffer = 0;
    std::byte** at = nullptr;
  };
  void bind_addresses();
  void bind_buffers(const std::vector<RuntimeValue>& inputs);
  std::vector<RuntimeValue> take_results();
  void run_step(Step& step, const OpRegistry& ops);
  void run_reference_step(Step& step, const OpRegistry& ops);
  void run_tail(Step& step);
  void store(std::size_t slot, RuntimeValue value, const Step& step);
  [[nodiscard]] RuntimeValue value_of(std::size_t slot) const;
  /// The value with copies of what lies in the arena.
  [[nodiscard]] RuntimeValue kept(RuntimeValue value) const;
  [[nodiscard]] bool in_arena(const Tensor& tensor) const;
  void observe(const std::vector<Observation>& list, const SessionOptions& options) const;

  Tensor arena_;
  std::vector<std::byte*> pointers_;                  ///< by buffer, valid during a run
  std::vector<RuntimeValue> values_;                  ///< by buffer: results, dynamic
  const std::vector<RuntimeValue>* given_ = nullptr;  ///< inputs of the run
  std::vector<Patch> patches_;
  std::vector<std::size_t> changing_;  // buffers that hold other values in each run
  std::vector<bool> last_of_buffer_;   // outputs: no later one is in the same buffer
};

class Timings;

/// Plans `graph` (already prepared). `timings` holds what was measured before, and takes what is
/// measured now; nullptr chooses without measuring. Errors: Fault::corrupt for a graph that cannot
/// run.
std::unique_ptr<Plan> make_plan(PlanGraph graph, const OpRegistry& ops,
                                const SessionOptions& options, Timings* timings = nullptr);

}  // namespace pare
