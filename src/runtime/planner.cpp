#include <algorithm>
#include <array>

#include "runtime/narrow.hpp"
#include "runtime/plan.hpp"
#include "runtime/release.hpp"
#include "runtime/reorder.hpp"
#include "runtime/select.hpp"
#include "runtime/step_cost.hpp"
#include "runtime/tune.hpp"
#include "tensor/packed_store.hpp"

namespace pare {
namespace {

bool is_planned_type(const Value& value) {
  return value.type().kind == ValueType::Kind::tensor && value.dtype().valid() &&
         value.dtype().kind() != ElementKind::string && value.known_shape().has_value();
}

bool has_unknown_size(const Value& value) {
  return value.type().kind == ValueType::Kind::tensor && !value.known_shape();
}

/// Why fast kernels cannot be asked about this unit; empty when they can.
std::string why_not_static(const Unit& unit) {
  // An empty region or list of scales says that a Resize has none.
  const bool is_resize = unit.is("Resize");
  const auto judge = [&](const Value* v) -> std::string {
    if (v == nullptr) return {};
    if (!is_planned_type(*v)) return cat("the shape of '", v->name(), "' depends on data");
    const bool none = is_resize && v->is_constant() && v != unit.input(0);
    if (elements_of(*v) == 0 && !none) return cat("'", v->name(), "' is empty");
    return {};
  };
  for (const auto* list : {&unit.inputs, &unit.outputs}) {
    for (const Value* v : *list) {
      if (std::string why = judge(v); !why.empty()) return why;
    }
  }
  return {};
}

/// The same at each plan of a graph, and of no other unit in it.
std::string name_of(const Unit& unit, const KernelRow& row) {
  for (const Value* v : unit.outputs) {
    if (v != nullptr) return cat(v->name(), "|", row.name);
  }
  return cat(unit.node->label(), "|", row.name);
}

class Planner {
 public:
  Planner(PlanGraph graph, const OpRegistry& ops, const SessionOptions& options, Timings* timings)
      : plan_(std::make_unique<Plan>()),
        facts_(ops, options),
        ops_(ops),
        options_(options),
        timings_(timings) {
    plan_->graph = std::move(graph);
    facts_.bf16 = plan_->graph.bf16;
  }

  std::unique_ptr<Plan> build() {
    Graph& graph = *plan_->graph.graph;
    for (const std::string& name : options_.observe) {
      if (const Value* v = graph.find(name)) facts_.observed.insert(v);
    }
    facts_.has_layout = [this](const Value* v, Layout layout) { return has_layout(v, layout); };
    add_inputs(graph);
    std::vector<Unit> units = select_units(graph, facts_);
    narrow_values(graph, units, facts_);
    for (const Unit& unit : units) count_reads(unit, +1);
    for (const Value* v : graph.outputs()) ++pending_[v];
    const std::vector<Unit> late = take_late(units);
    if (!late.empty()) add_tail(graph, late);
    add_outputs(graph);
    extend_lifetimes();
    plan_->finish();
    return std::move(plan_);
  }

 private:
  using Places = std::array<std::size_t, 2>;  // slot by layout

  // --- values and memory

  std::size_t add_slot(const Value& value, Layout layout, std::size_t buffer) {
    Slot slot{value.dtype(), {}, layout, buffer};
    if (is_planned_type(value)) {
      slot.shape = shape_of(value);
    } else if (const auto known = value.known_shape()) {
      slot.shape = *known;  // text: has no place in the arena, but a shape
    }
    plan_->slots.push_back(std::move(slot));
    const std::size_t index = plan_->slots.size() - 1;
    auto [it, fresh] = places_.try_emplace(&value, Places{kNoSlot, kNoSlot});
    it->second[static_cast<std::size_t>(layout)] = index;
    if (is_planned_type(value) && layouts_agree(plan_->slots[index].shape)) {
      it->second = {index, index};
    }
    owners_[buffer].push_back(&value);
    return index;
  }

  std::size_t add_buffer(Buffer buffer) {
    plan_->buffers.push_back(std::move(buffer));
    return plan_->buffers.size() - 1;
  }

  std::size_t arena_buffer(std::size_t bytes) {
    Buffer b;
    b.bytes = bytes;
    b.first = static_cast<int>(plan_->steps.size());
    b.last = b.first;
    return add_buffer(std::move(b));
  }

  std::size_t arena_slot(const Value& value, Layout layout) {
    return add_slot(value, layout, arena_buffer(byte_size(value.dtype(), elements_of(value))));
  }

  std::size_t constant_slot(const Value& value, const Tensor& data) {
    Buffer b;
    b.kind = Buffer::Kind::constant;
    b.constant = data;
    const std::size_t slot = add_slot(value, Layout::plain, add_buffer(std::move(b)));
    plan_->slots[slot].shape = data.shape();
    plan_->slots[slot].type = data.type();
    return slot;
  }

  bool has_layout(const Value* v, Layout layout) const {
    const auto it = places_.find(v);
    if (it == places_.end()) return v->is_constant() && layout == Layout::plain;
    return it->second[static_cast<std::size_t>(layout)] != kNoSlot;
  }

  /// The slot of a value in a layout; adds a reorder when it is only there in the other.
  std::size_t slot_of(const Value& value, Layout layout) {
    auto it = places_.find(&value);
    if (it == places_.end()) {
      const Tensor* data = facts_.constant(&value);
      if (data == nullptr) {
        throw Error(Fault::corrupt, cat("value '", value.name(), "' is read before it is made"));
      }
      constant_slot(value, *data);
      it = places_.find(&value);
    }
    const std::size_t there = it->second[static_cast<std::size_t>(layout)];
    if (there != kNoSlot) return there;
    const std::size_t from =
        it->second[layout == Layout::plain ? static_cast<std::size_t>(Layout::channels_last)
                                           : static_cast<std::size_t>(Layout::plain)];
    return add_reorder(value, from, layout);
  }

  std::size_t add_reorder(const Value& value, std::size_t from, Layout to) {
    Step step;
    step.unit.node = value.producer();
    const Slot source = plan_->slots[from];
    step.kernel = make_reorder(source.type, source.shape, source.layout, to);
    if (plan_->buffers[source.buffer].kind == Buffer::Kind::constant) {
      return reorder_constant(value, source, to, *step.kernel);
    }
    step.kernel_name =
        to == Layout::plain ? "native:reorder_to_plain" : "native:reorder_to_channels_last";
    if (step.unit.node == nullptr) step.unit.node = value.uses().at(0).node;
    step.unit.outputs = {&value};
    step.in = {from};
    step.output_shape = source.shape;
    touch(from);
    const std::size_t slot = arena_slot(value, to);
    step.out = {slot};
    step.cost = step_cost(step, *plan_, ops_, 0);
    plan_->steps.push_back(std::move(step));
    return slot;
  }

  std::size_t reorder_constant(const Value& value, const Slot& source, Layout to, Kernel& kernel) {
    Tensor moved(source.type, source.shape);
    std::byte* in = const_cast<std::byte*>(plan_->buffers[source.buffer].constant.bytes().data());
    std::byte* out = moved.mutable_bytes().data();
    kernel.run({std::span<std::byte* const>(&in, 1), std::span<std::byte* const>(&out, 1)});
    plan_->weight_bytes += moved.bytes().size();
    Buffer b;
    b.kind = Buffer::Kind::constant;
    b.constant = std::move(moved);
    return add_slot(value, to, add_buffer(std::move(b)));
  }

  /// The buffer of this slot is used by the step that is being made.
  void touch(std::size_t slot) {
    if (slot == kNoSlot) return;
    Buffer& b = plan_->buffers[plan_->slots[slot].buffer];
    b.last = std::max(b.last, static_cast<int>(plan_->steps.size()));
  }

  // --- who still reads what

  static std::vector<const Value*> reads_of(const Unit& unit) {
    std::vector<const Value*> reads;
    for (const auto* list : {&unit.inputs, &unit.captures}) {
      for (const Value* v : *list) {
        if (v != nullptr && std::find(reads.begin(), reads.end(), v) == reads.end()) {
          reads.push_back(v);
        }
      }
    }
    return reads;
  }

  void count_reads(const Unit& unit, int by) {
    for (const Value* v : reads_of(unit)) pending_[v] += by;
  }

  /// True when nothing but this one input reads the slot's buffer from now on.
  bool dies_here(const Unit& unit, const std::vector<std::size_t>& in, std::size_t index) {
    const std::size_t buffer = plan_->slots[in[index]].buffer;
    if (plan_->buffers[buffer].kind != Buffer::Kind::arena) return false;
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (i != index && in[i] != kNoSlot && plan_->slots[in[i]].buffer == buffer) return false;
    }
    const std::vector<const Value*> mine = reads_of(unit);
    for (const Value* v : owners_[buffer]) {
      const bool reads = std::find(mine.begin(), mine.end(), v) != mine.end();
      if (pending_[v] - (reads ? 1 : 0) > 0) return false;
    }
    return true;
  }

  // --- units

  void plan_unit(const Unit& unit) {
    const bool done = std::all_of(unit.outputs.begin(), unit.outputs.end(), [&](const Value* v) {
      return v == nullptr || places_.count(v) != 0;
    });
    if (done) {
      count_reads(unit, -1);
      return;
    }
    std::vector<std::string> refused = unit.refused;
    if (try_rows(unit, refused)) return;
    if (unit.covers.size() > 1) {
      split(unit, refused);
      return;
    }
    if (fold(unit)) return;
    add_reference_step(unit, std::move(refused));
  }

  bool try_rows(const Unit& unit, std::vector<std::string>& refused) {
    if (options_.reference_only) return false;
    if (std::string why = why_not_static(unit); !why.empty()) {
      refused.push_back("all: " + why);
      return false;
    }
    std::vector<KernelChoice> candidates;
    for (const KernelRow& row : kernel_table()) {
      const Verdict verdict = row.accepts(unit, facts_);
      if (verdict.kind == Verdict::Kind::not_mine) continue;
      if (verdict.kind == Verdict::Kind::refuse) {
        refused.push_back(cat(row.name, ": ", verdict.reason));
        continue;
      }
      candidates.push_back({&row});
      if (timings_ == nullptr && emit_first(unit, candidates, refused, {})) return true;
      if (row.settles) break;
    }
    if (timings_ == nullptr) return false;
    std::vector<std::string> slower;
    Tuner tuner(facts_, *timings_);
    tuner.add_variants(unit, candidates);
    if (candidates.size() > 1) tuner.choose(unit, candidates, refused, slower);
    return emit_first(unit, candidates, refused, slower);
  }

  /// Makes a step of the first candidate that can be made; takes those before it off the list.
  bool emit_first(const Unit& unit, std::vector<KernelChoice>& candidates,
                  std::vector<std::string>& refused, const std::vector<std::string>& slower) {
    for (KernelChoice& c : candidates) {
      try {
        if (!c.ready) {
          const PackedUnit packed(has_packed_store() ? name_of(unit, *c.row) : std::string());
          c.made = make_candidate(c, unit, facts_);
        }
        emit(unit, c, refused, slower);
        return true;
      } catch (const Error& error) {
        if (error.fault() != Fault::unsupported) throw;
        refused.push_back(cat(c.name(), ": ", error.message()));
      }
    }
    candidates.clear();
    return false;
  }

  void split(const Unit& unit, const std::vector<std::string>& refused) {
    count_reads(unit, -1);
    std::vector<Unit> parts;
    for (const Node* node : unit.covers) {
      parts.push_back(single_unit(*node));
      if (node == unit.node) parts.back().refused = refused;
    }
    for (const Unit& part : parts) count_reads(part, +1);
    for (const Unit& part : parts) plan_unit(part);
  }

  /// Computes a node of constants now.
  bool fold(const Unit& unit) {
    if (!unit.captures.empty() || !unit.node->subgraphs().empty()) return false;
    if (!ops_.at(*unit.node).deterministic) return false;
    const bool tensors = std::all_of(unit.outputs.begin(), unit.outputs.end(), [](const Value* v) {
      return v == nullptr || v->type().kind == ValueType::Kind::tensor;
    });
    if (!tensors) return false;
    std::vector<Tensor> inputs;
    for (const Value* v : unit.inputs) {
      const Tensor* data = facts_.constant(v);
      if (v != nullptr && data == nullptr) return false;
      inputs.push_back(v == nullptr ? Tensor() : *data);
    }
    const std::vector<Tensor> results = run_reference(*unit.node, ops_, std::move(inputs));
    for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
      const Value* v = unit.outputs[i];
      if (v == nullptr) continue;
      const std::size_t slot = constant_slot(*v, results.at(i));
      if (facts_.observed.count(v) != 0) plan_->observe_first.push_back({v->name(), slot});
    }
    count_reads(unit, -1);
    return true;
  }

  void emit(const Unit& unit, KernelChoice& candidate, std::vector<std::string>& refused,
            const std::vector<std::string>& slower) {
    Prepared& made = candidate.made;
    const std::string name = candidate.name();
    std::vector<std::size_t> in;
    for (const Wanted& w : made.inputs) in.push_back(slot_of(*w.value, w.layout));
    Step step;
    step.unit = unit;
    step.unit.weights = Tensor();  // the kernel has them packed
    step.kernel_name = made.note.empty() ? name : cat(name, " (", made.note, ")");
    step.refused = std::move(refused);
    step.slower = slower;
    step.threads = candidate.threads;
    step.in = in;
    if (made.alias) {
      const std::size_t buffer = plan_->slots[in.at(0)].buffer;
      const std::size_t slot = add_slot(*unit.output(), made.outputs.at(0), buffer);
      touch(slot);
      observe_alias(unit, slot);
      count_reads(unit, -1);
      return;
    }
    for (const std::size_t slot : in) touch(slot);
    for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
      const Value* v = unit.outputs[i];
      if (v == nullptr) {
        step.out.push_back(kNoSlot);
      } else if (i == 0) {
        step.out.push_back(first_output(unit, made, in, step));
      } else {
        step.out.push_back(arena_slot(*v, made.outputs.at(i)));
      }
    }
    if (made.scratch_bytes > 0) step.scratch = arena_buffer(made.scratch_bytes);
    step.kernel = std::move(made.kernel);
    plan_->weight_bytes += made.weight_bytes;
    finish_step(unit, std::move(step), made.weight_bytes);
  }

  std::size_t first_output(const Unit& unit, const Prepared& made,
                           const std::vector<std::size_t>& in, Step& step) {
    const Value& v = *unit.output();
    const std::size_t bytes = byte_size(v.dtype(), elements_of(v));
    const auto shared = [&](std::size_t index) {
      const std::size_t buffer = plan_->slots[in[index]].buffer;
      const std::size_t slot = add_slot(v, made.outputs.at(0), buffer);
      touch(slot);
      return slot;
    };
    const auto fits = [&](std::size_t index) {
      return plan_->buffers[plan_->slots[in[index]].buffer].bytes == bytes &&
             dies_here(unit, in, index);
    };
    if (made.accumulates >= 0) {
      const auto index = static_cast<std::size_t>(made.accumulates);
      if (fits(index)) return shared(index);
      step.copy_from = in[index];
      return arena_slot(v, made.outputs.at(0));
    }
    for (const int index : made.in_place) {
      if (fits(static_cast<std::size_t>(index))) return shared(static_cast<std::size_t>(index));
    }
    return arena_slot(v, made.outputs.at(0));
  }

  // --- what waits for sizes that depend on data

  /// Plans what can be planned now. Returns the units that read, directly or not, a value whose
  /// size only the run knows.
  std::vector<Unit> take_late(std::vector<Unit>& units) {
    std::unordered_set<const Value*> unknown;
    std::vector<Unit> late;
    ConstantRelease release(*plan_->graph.graph, facts_, plan_->graph.release_from);
    for (Unit& unit : units) {
      const std::vector<const Value*> reads = reads_of(unit);
      const bool waits =
          !options_.reference_only &&
          std::any_of(reads.begin(), reads.end(), [&](auto* v) { return unknown.count(v) != 0; });
      for (const Value* v : unit.outputs) {
        if (v != nullptr && (waits || has_unknown_size(*v))) unknown.insert(v);
      }
      if (waits) {
        late.push_back(unit);
      } else {
        plan_unit(unit);
        unit.weights = Tensor();  // the kernel has them packed
        release.planned(unit);
      }
    }
    return late;
  }

  /// The late units as a graph of its own, planned when their sizes are known.
  void add_tail(const Graph& graph, const std::vector<Unit>& late) {
    std::unordered_set<const Node*> covered;
    std::unordered_set<const Value*> made;
    for (const Unit& unit : late) {
      covered.insert(unit.covers.begin(), unit.covers.end());
      made.insert(unit.outputs.begin(), unit.outputs.end());
    }
    std::vector<const Node*> nodes;
    for (const Node* node : graph.nodes()) {
      if (covered.count(node) != 0) nodes.push_back(node);
    }
    std::vector<const Value*> wanted;
    for (const Value* v : graph.outputs()) {
      const bool known = std::find(wanted.begin(), wanted.end(), v) != wanted.end();
      if (made.count(v) != 0 && !known) wanted.push_back(v);
    }
    SessionOptions inner = options_;
    inner.observe.clear();
    for (const Value* v : facts_.observed) {
      if (made.count(v) != 0) inner.observe.push_back(v->name());
    }
    Step step;
    step.unit = late.front();
    step.kernel_name = "planned when its sizes are known";
    step.tail = std::make_unique<NestedGraph>(extract_nodes(nodes, wanted), ops_, std::move(inner));
    for (const Value* v : step.tail->captured()) step.in.push_back(slot_of(*v, Layout::plain));
    for (const std::size_t slot : step.in) touch(slot);
    for (const Value* v : wanted) step.out.push_back(new_slot(*v));
    plan_->steps.push_back(std::move(step));
    for (const Unit& unit : late) count_reads(unit, -1);
  }

  /// In the arena when the size is known.
  std::size_t new_slot(const Value& v) {
    if (is_planned_type(v)) return arena_slot(v, Layout::plain);
    Buffer b;
    b.kind = Buffer::Kind::dynamic;
    return add_slot(v, Layout::plain, add_buffer(std::move(b)));
  }

  void add_reference_step(const Unit& unit, std::vector<std::string> refused) {
    Step step;
    step.unit = unit;
    step.kernel_name = "reference";
    step.refused = std::move(refused);
    for (const Graph* body : unit.node->subgraphs()) {
      SessionOptions inner = options_;
      inner.observe.clear();
      step.bodies[body] =
          std::make_unique<NestedGraph>(extract_body(*body), ops_, std::move(inner));
    }
    for (const auto* list : {&unit.inputs, &unit.captures}) {
      for (const Value* v : *list) {
        step.in.push_back(v == nullptr ? kNoSlot : slot_of(*v, Layout::plain));
      }
    }
    for (const std::size_t slot : step.in) touch(slot);
    for (const Value* v : unit.outputs) {
      if (v == nullptr) {
        step.out.push_back(kNoSlot);
      } else {
        step.out.push_back(new_slot(*v));
      }
    }
    finish_step(unit, std::move(step));
  }

  void finish_step(const Unit& unit, Step step, std::size_t weight_bytes = 0) {
    step.cost = step_cost(step, *plan_, ops_, weight_bytes);
    if (unit.output() != nullptr && is_planned_type(*unit.output())) {
      step.output_shape = shape_of(*unit.output());
    }
    plan_->steps.push_back(std::move(step));
    count_reads(unit, -1);
    for (const Value* v : unit.outputs) {
      if (v == nullptr || facts_.observed.count(v) == 0) continue;
      const std::size_t slot = slot_of(*v, Layout::plain);  // may add a reorder behind
      const int last = static_cast<int>(plan_->steps.size()) - 1;
      Buffer& b = plan_->buffers[plan_->slots[slot].buffer];
      b.last = std::max(b.last, last);
      plan_->steps.back().observe.push_back({v->name(), slot});
    }
  }

  void observe_alias(const Unit& unit, std::size_t slot) {
    const Value* v = unit.output();
    if (facts_.observed.count(v) == 0) return;
    slot = slot_of(*v, Layout::plain);
    if (plan_->steps.empty()) {
      plan_->observe_first.push_back({v->name(), slot});
      return;
    }
    const int last = static_cast<int>(plan_->steps.size()) - 1;
    Buffer& b = plan_->buffers[plan_->slots[slot].buffer];
    b.last = std::max(b.last, last);
    plan_->steps.back().observe.push_back({v->name(), slot});
  }

  // --- the graph's rim

  void add_inputs(Graph& graph) {
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
      const Value& v = *graph.inputs()[i];
      Buffer b;
      b.kind = Buffer::Kind::input;
      b.index = i;
      const std::size_t slot = add_slot(v, Layout::plain, add_buffer(std::move(b)));
      plan_->input_slots.push_back(slot);
      if (facts_.observed.count(&v) != 0) plan_->observe_first.push_back({v.name(), slot});
    }
  }

  void add_outputs(Graph& graph) {
    for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
      const Value& v = *graph.outputs()[i];
      const std::size_t slot = slot_of(v, Layout::plain);
      plan_->output_slots.push_back(slot);
      Buffer& b = plan_->buffers[plan_->slots[slot].buffer];
      if (b.kind != Buffer::Kind::arena) continue;
      b.kind = Buffer::Kind::result;
      b.index = i;
    }
  }

  /// A buffer read by several steps lives from its first to its last use; touch() kept `last`.
  void extend_lifetimes() {
    for (Step& step : plan_->steps) {
      for (const std::size_t slot : step.in) {
        if (slot == kNoSlot) continue;
        const Buffer& b = plan_->buffers[plan_->slots[slot].buffer];
        require(b.kind != Buffer::Kind::arena || b.last >= b.first, "a value has no lifetime");
      }
    }
  }

  std::unique_ptr<Plan> plan_;
  PlanFacts facts_;
  const OpRegistry& ops_;
  const SessionOptions& options_;
  Timings* timings_;
  std::unordered_map<const Value*, Places> places_;
  std::unordered_map<std::size_t, std::vector<const Value*>> owners_;  // values in a buffer
  std::unordered_map<const Value*, int> pending_;                      // units that still read it
};

}  // namespace

std::unique_ptr<Plan> make_plan(PlanGraph graph, const OpRegistry& ops,
                                const SessionOptions& options, Timings* timings) {
  return Planner(std::move(graph), ops, options, timings).build();
}

}  // namespace pare
