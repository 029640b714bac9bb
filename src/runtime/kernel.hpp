#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/op.hpp"
#include "ir/pass.hpp"
#include "runtime/session.hpp"
#include "runtime/unit.hpp"

namespace pare {

/// Order of the elements of a value in memory. `channels_last` moves dimension 1 behind all others
/// (NHWC for images); only values of rank 3 to 5 have it.
enum class Layout : std::uint8_t { plain, channels_last };

/// True when both layouts put every element at the same place.
bool layouts_agree(const Shape& shape);

/// Memory of one run: inputs and outputs in the order of Prepared, each 64-byte aligned or given
/// by the caller; `scratch` has Prepared::scratch_bytes.
struct KernelArgs {
  std::span<std::byte* const> in;
  std::span<std::byte* const> out;
  std::byte* scratch = nullptr;
};

/// A step made ready: shapes, packed weights and code are fixed.
class Kernel {
 public:
  Kernel() = default;
  virtual ~Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual void run(const KernelArgs& args) = 0;
};

/// A kernel made of a callable.
class FunctionKernel final : public Kernel {
 public:
  explicit FunctionKernel(std::function<void(const KernelArgs&)> fn) : fn_(std::move(fn)) {}
  void run(const KernelArgs& args) override { fn_(args); }

 private:
  std::function<void(const KernelArgs&)> fn_;
};

/// What a kernel needs at run time.
struct Wanted {
  const Value* value = nullptr;
  Layout layout = Layout::plain;
};

/// A kernel and what the planner must provide for it.
struct Prepared {
  std::unique_ptr<Kernel> kernel;  ///< nullptr with `alias`: nothing to run
  std::vector<Wanted> inputs;
  std::vector<Layout> outputs;  ///< one per output of the unit
  bool alias = false;           ///< output 0 is a view of input 0
  int accumulates = -1;         ///< input whose bytes output 0 must hold before the run
  std::vector<int> in_place;    ///< inputs that output 0 may overwrite
  std::size_t scratch_bytes = 0;
  std::size_t weight_bytes = 0;  ///< packed copies of constants
  std::string note;              ///< appended to the kernel's name in reports
};

/// What is known while planning.
class PlanFacts {
 public:
  PlanFacts(const OpRegistry& registry, const SessionOptions& session_options)
      : ops(registry), options(session_options) {}

  const OpRegistry& ops;
  const SessionOptions& options;
  std::unordered_set<const Value*> observed;
  std::unordered_set<const Node*> bf16;  ///< products of a graph in bfloat16

  /// Whether a product may round its inputs to bfloat16: the session or the graph says so.
  [[nodiscard]] bool may_round(const Node& product) const {
    return options.allow_bf16 || bf16.count(&product) != 0;
  }

  /// Data of a constant, or of a DequantizeLinear or DequantizeTable of constants, an Add or
  /// Reshape of these; nullptr for anything else.
  const Tensor* constant(const Value* value);
  /// The constant as f32; Fault::internal when it is none.
  Tensor float_constant(const Value* value);
  /// Nobody will ask for what was computed for this value again.
  void forget(const Value* value) { folded_.erase(value); }
  /// Attributes with the schema's defaults.
  [[nodiscard]] AttributeReader attributes(const Node& node) const;
  /// Whether the value is already there in that layout; set by the planner.
  std::function<bool(const Value*, Layout)> has_layout;
  /// channels_last when some data input of rank 3..5 is there in that layout only; or what
  /// `forced_layout` says, while a candidate in that layout is made.
  Layout preferred_layout(const Unit& unit) const;
  std::optional<Layout> forced_layout;

 private:
  std::unordered_map<const Value*, Tensor> folded_;
};

/// Shape of a value; Fault::internal when it is not known (kernels are only asked when all are).
Shape shape_of(const Value& value);
/// Every element, in the same order in both layouts' memory: the product of the sizes.
std::int64_t elements_of(const Value& value);

/// One way to execute a unit. `accepts` judges by operator, types, shapes and constants; `make`
/// may still throw Error(Fault::unsupported) and so pass the unit on to the next row.
///
/// Of the rows that accept a unit the first runs it, or with Tuning the fastest: rows of one table
/// are equals in what they answer. A row that answers better than those behind it, and not only
/// faster, says so by `settles`: it is taken, and no row behind it is asked.
struct KernelRow {
  std::string_view name;
  Verdict (*accepts)(const Unit& unit, PlanFacts& facts) = nullptr;
  Prepared (*make)(const Unit& unit, PlanFacts& facts) = nullptr;
  bool settles = false;
  /// Further ways to make the kernel, tried by Tuning::full: make_variant takes 1 to variants().
  int (*variants)(const Unit& unit, PlanFacts& facts) = nullptr;
  Prepared (*make_variant)(const Unit& unit, PlanFacts& facts, int variant) = nullptr;
};

/// All rows in order of preference. The reference kernels are not in it: they take what is left.
std::span<const KernelRow> kernel_table();

}  // namespace pare
