#include "runtime/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>

#include "ir/execute.hpp"
#include "runtime/memory.hpp"
#include "runtime/tune.hpp"

namespace pare {
namespace {

std::vector<Interval> intervals_of(const std::vector<Buffer>& buffers,
                                   std::vector<std::size_t>& which) {
  std::vector<Interval> intervals;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const Buffer& b = buffers[i];
    if (b.kind != Buffer::Kind::arena || b.last < b.first) continue;
    which.push_back(i);
    intervals.push_back({b.bytes, b.first, b.last, b.offset});
  }
  return intervals;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void Plan::finish() {
  std::vector<std::size_t> which;
  std::vector<Interval> intervals = intervals_of(buffers, which);
  arena_bytes = plan_memory(intervals);
  for (std::size_t i = 0; i < which.size(); ++i) buffers[which[i]].offset = intervals[i].offset;
  arena_ = Tensor(ElementKind::u8, {static_cast<std::int64_t>(arena_bytes)});
  std::byte* base = arena_.mutable_bytes().data();
  pointers_.assign(buffers.size(), nullptr);
  values_.assign(buffers.size(), RuntimeValue());
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const Buffer& b = buffers[i];
    if (b.kind == Buffer::Kind::arena && b.last >= b.first) pointers_[i] = base + b.offset;
    if (b.kind == Buffer::Kind::constant) {
      values_[i] = b.constant;
      pointers_[i] = const_cast<std::byte*>(b.constant.bytes().data());  // only read
    } else {
      changing_.push_back(i);
    }
  }
  bind_addresses();
}

void Plan::bind_addresses() {
  const auto bind = [&](std::size_t buffer, std::byte*& at) {
    at = pointers_[buffer];
    const Buffer::Kind kind = buffers[buffer].kind;
    if (kind == Buffer::Kind::input || kind == Buffer::Kind::result) {
      patches_.push_back({buffer, &at});
    }
  };
  for (Step& step : steps) {
    step.in_at.resize(step.in.size());
    step.out_at.resize(step.out.size());
    for (std::size_t i = 0; i < step.in.size(); ++i) {
      if (step.in[i] != kNoSlot) bind(slots[step.in[i]].buffer, step.in_at[i]);
    }
    for (std::size_t i = 0; i < step.out.size(); ++i) {
      if (step.out[i] != kNoSlot) bind(slots[step.out[i]].buffer, step.out_at[i]);
    }
    if (step.scratch != kNoSlot) step.scratch_at = pointers_[step.scratch];
    if (step.copy_from == kNoSlot) continue;
    const Slot& from = slots[step.copy_from];
    step.copy_bytes = byte_size(from.type, element_count(from.shape));
    bind(from.buffer, step.copy_at);
  }
  last_of_buffer_.assign(output_slots.size(), true);
  for (std::size_t i = 0; i < output_slots.size(); ++i) {
    for (std::size_t j = i + 1; j < output_slots.size(); ++j) {
      if (slots[output_slots[i]].buffer == slots[output_slots[j]].buffer) {
        last_of_buffer_[i] = false;
      }
    }
  }
}

bool Plan::arena_is_disjoint() const {
  std::vector<std::size_t> which;
  return memory_is_disjoint(intervals_of(buffers, which));
}

bool Plan::in_arena(const Tensor& tensor) const {
  const std::byte* at = tensor.bytes().data();
  const std::byte* base = arena_.bytes().data();
  return !tensor.bytes().empty() && at >= base && at < base + arena_bytes;
}

RuntimeValue Plan::value_of(std::size_t slot) const {
  if (slot == kNoSlot) return {};
  const Slot& s = slots[slot];
  const Buffer& b = buffers[s.buffer];
  if (b.kind != Buffer::Kind::arena) {
    const RuntimeValue& v = b.kind == Buffer::Kind::input ? given_->at(b.index) : values_[s.buffer];
    if (b.kind == Buffer::Kind::dynamic || !s.type.valid() || !v.is_tensor() ||
        v.tensor().shape() == s.shape) {
      return v;
    }
    return v.tensor().reshaped(s.shape);
  }
  const std::size_t bytes = byte_size(s.type, element_count(s.shape));
  return Tensor(s.type, s.shape, std::span<const std::byte>(pointers_[s.buffer], bytes),
                std::shared_ptr<const void>(arena_.bytes().data(), [](const void*) {}));
}

void Plan::observe(const std::vector<Observation>& list, const SessionOptions& options) const {
  if (!options.observer) return;
  for (const Observation& o : list) {
    const RuntimeValue value = value_of(o.slot);
    if (!value.is_tensor()) continue;
    const Buffer::Kind kind = buffers[slots[o.slot].buffer].kind;
    const bool lasts = kind == Buffer::Kind::constant || kind == Buffer::Kind::input;
    options.observer(
        o.name, lasts ? value.tensor() : value.tensor().clone());  // later steps may overwrite it
  }
}

RuntimeValue Plan::kept(RuntimeValue value) const {
  if (value.is_tensor()) return in_arena(value.tensor()) ? value.tensor().clone() : value;
  if (!value.is_sequence()) return value;
  std::vector<RuntimeValue> elements;
  for (const RuntimeValue& v : value.elements()) elements.push_back(kept(v));
  return RuntimeValue::sequence(std::move(elements));
}

void Plan::store(std::size_t slot, RuntimeValue made, const Step& step) {
  const Slot& s = slots[slot];
  if (buffers[s.buffer].kind == Buffer::Kind::dynamic) {
    values_[s.buffer] = kept(std::move(made));
    return;
  }
  const Tensor& value = made.tensor();
  if (value.type() != s.type || value.shape() != s.shape) {
    throw Error(Fault::corrupt,
                cat(step.unit.node->label(), " made ", value.type().name(),
                    to_string(value.shape()), ", expected ", s.type.name(), to_string(s.shape)));
  }
  if (!value.bytes().empty()) {
    std::memmove(pointers_[s.buffer], value.bytes().data(), value.bytes().size());
  }
}

void Plan::run_reference_step(Step& step, const OpRegistry& ops) {
  std::vector<RuntimeValue> inputs;
  for (const std::size_t slot : step.in) inputs.push_back(value_of(slot));
  std::unordered_map<const Value*, RuntimeValue> captured;
  const std::size_t own = step.unit.inputs.size();
  for (std::size_t i = own; i < inputs.size(); ++i) {
    captured.emplace(step.unit.captures[i - own], std::move(inputs[i]));
  }
  inputs.resize(own);
  const auto run_body = [&](const Graph& body, std::vector<RuntimeValue> arguments) {
    NestedGraph& nested = *step.bodies.at(&body);
    for (const Value* v : nested.captured()) arguments.push_back(captured.at(v));
    return nested.run(std::move(arguments));
  };
  std::vector<RuntimeValue> results =
      run_node_with(*step.unit.node, ops, std::move(inputs), run_body);
  for (std::size_t i = 0; i < step.out.size(); ++i) {
    if (step.out[i] != kNoSlot) store(step.out[i], std::move(results.at(i)), step);
  }
}

void Plan::run_tail(Step& step) {
  std::vector<RuntimeValue> inputs;
  for (const std::size_t slot : step.in) inputs.push_back(value_of(slot));
  std::vector<RuntimeValue> results = step.tail->run(std::move(inputs));
  for (std::size_t i = 0; i < step.out.size(); ++i) {
    store(step.out[i], std::move(results.at(i)), step);
  }
}

void Plan::run_step(Step& step, const OpRegistry& ops) {
  if (step.tail != nullptr) {
    run_tail(step);
    return;
  }
  if (step.kernel == nullptr) {
    run_reference_step(step, ops);
    return;
  }
  const ThreadScope scope(step.threads);
  if (step.copy_bytes > 0) std::memcpy(step.out_at[0], step.copy_at, step.copy_bytes);
  step.kernel->run({step.in_at, step.out_at, step.scratch_at});
}

void Plan::bind_buffers(const std::vector<RuntimeValue>& inputs) {
  given_ = &inputs;
  for (const std::size_t i : changing_) {
    const Buffer& b = buffers[i];
    if (b.kind == Buffer::Kind::input) {
      if (!inputs[b.index].is_tensor()) continue;
      const std::byte* data = inputs[b.index].tensor().bytes().data();
      pointers_[i] = const_cast<std::byte*>(data);  // only read
    } else if (b.kind == Buffer::Kind::result) {
      const Slot& s = slots[output_slots[b.index]];
      values_[i] = Tensor(s.type, s.shape);
      pointers_[i] = values_[i].mutable_tensor().mutable_bytes().data();
    }
  }
  for (const Patch& patch : patches_) *patch.at = pointers_[patch.buffer];
}

std::vector<RuntimeValue> Plan::take_results() {
  std::vector<RuntimeValue> results;
  results.reserve(output_slots.size());
  for (std::size_t i = 0; i < output_slots.size(); ++i) {
    const Slot& s = slots[output_slots[i]];
    RuntimeValue& there = values_[s.buffer];
    const bool mine = buffers[s.buffer].kind == Buffer::Kind::result && last_of_buffer_[i] &&
                      there.tensor().shape() == s.shape;
    results.push_back(mine ? std::move(there) : kept(value_of(output_slots[i])));
  }
  for (const std::size_t i : changing_) values_[i] = RuntimeValue();
  return results;
}

std::vector<RuntimeValue> Plan::run(const std::vector<RuntimeValue>& inputs, const OpRegistry& ops,
                                    const SessionOptions& options, bool profile) {
  bind_buffers(inputs);
  observe(observe_first, options);
  for (Step& step : steps) {
    if (step.tail != nullptr) step.tail->set_profiling(profile);
    const std::int64_t begin = profile ? now_ns() : 0;
    during([&] { return cat("running ", step.unit.node->label(), " by ", step.kernel_name); },
           [&] { run_step(step, ops); });
    if (profile) {
      step.nanoseconds += now_ns() - begin;
      ++step.runs;
    }
    observe(step.observe, options);
  }
  return take_results();
}

std::vector<StepInfo> Plan::info() const {
  std::vector<StepInfo> out;
  for (const Step& step : steps) {
    if (step.tail != nullptr) {
      std::vector<StepInfo> inner = step.tail->steps();
      std::move(inner.begin(), inner.end(), std::back_inserter(out));
      if (!inner.empty()) continue;
    }
    StepInfo info;
    info.node = step.unit.node->label();
    info.op = step.unit.node->op();
    info.kernel = step.kernel_name;
    info.refused = step.refused;
    info.slower = step.slower;
    info.output_shape = step.output_shape;
    info.cost = step.cost;
    info.runs = step.runs;
    if (step.runs > 0) {
      info.mean_ms = static_cast<double>(step.nanoseconds) * 1e-6 / static_cast<double>(step.runs);
    }
    out.push_back(std::move(info));
  }
  return out;
}

}  // namespace pare
