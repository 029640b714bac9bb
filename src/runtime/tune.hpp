#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel.hpp"
#include "runtime/timings.hpp"

namespace pare {

/// One way to run a unit: a row of the table, or a variant of it.
struct KernelChoice {
  const KernelRow* row = nullptr;
  int variant = 0;
  int threads = 0;               ///< 0 = all that the session has
  std::optional<Layout> layout;  ///< what PlanFacts::preferred_layout is made to say
  Prepared made;                 ///< when `ready`
  bool ready = false;

  [[nodiscard]] std::string name() const;
};

/// Makes the kernel. Errors: Fault::unsupported when the row cannot after all.
Prepared make_candidate(const KernelChoice& candidate, const Unit& unit, PlanFacts& facts);

/// Where the readers of a value want it: channels_last, plain, or either. Looks through operators
/// that follow the layout of what they read.
enum class ReaderLayout : std::uint8_t { either, plain, channels_last };
ReaderLayout layout_of_readers(const Value& value, int depth);

/// Everything that a timing depends on besides the machine.
std::string question_text(const Unit& unit, const std::vector<KernelChoice>& candidates,
                          PlanFacts& facts);

/// Sets the number of threads for a scope; 0 = as they are.
class ThreadScope {
 public:
  explicit ThreadScope(int wanted);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
  bool changed_;
};

/// Chooses among candidates by time on this machine: what a run of the kernel takes with warm
/// buffers of its own, and the reorders that its layouts bring about. What was measured before
/// is not measured again.
class Tuner {
 public:
  Tuner(PlanFacts& facts, Timings& timings) : facts_(facts), timings_(timings) {}

  /// Every way of `Tuning::how` to run the unit besides the first rows that accept it.
  void add_variants(const Unit& unit, std::vector<KernelChoice>& candidates) const;
  /// Puts the fastest first and keeps the order of the others; a later row must win by 3 %. Those
  /// that cannot be made go to `refused` and vanish. Tells in `slower` what was measured.
  void choose(const Unit& unit, std::vector<KernelChoice>& candidates,
              std::vector<std::string>& refused, std::vector<std::string>& slower);

 private:
  std::vector<double> measure(const Unit& unit, std::vector<KernelChoice>& candidates);
  std::vector<double> measure_kernels(const Unit& unit,
                                      std::vector<KernelChoice>& candidates) const;
  double reorder_ms(const Value& value, Layout from, Layout to);
  double neighbours_ms(const Unit& unit, const Prepared& made);

  PlanFacts& facts_;
  Timings& timings_;
};

}  // namespace pare
