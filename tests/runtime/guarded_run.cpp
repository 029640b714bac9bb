#include "runtime/guarded_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "ops/registry.hpp"
#include "runtime/prepare.hpp"
#include "runtime/select.hpp"

namespace pare {
namespace {

/// The bytes of a plain value in `to`, or back: channels [1] behind the pixels.
std::vector<std::byte> reordered(std::span<const std::byte> in, const Shape& shape,
                                 std::size_t size, bool to_last) {
  std::vector<std::byte> out(in.size());
  const auto images = static_cast<std::size_t>(shape[0]);
  const auto channels = static_cast<std::size_t>(shape[1]);
  const std::size_t pixels = in.size() / size / images / channels;
  for (std::size_t n = 0; n < images; ++n) {
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t p = 0; p < pixels; ++p) {
        const std::size_t plain = ((n * channels + c) * pixels + p) * size;
        const std::size_t last = ((n * pixels + p) * channels + c) * size;
        std::memcpy(&out[to_last ? last : plain], &in[to_last ? plain : last], size);
      }
    }
  }
  return out;
}

/// A value as the units before it left it.
struct Held {
  Tensor plain;
  bool is_last = false;  ///< made in channels_last, to which later units may adapt
};

class GuardedRun {
 public:
  GuardedRun(const Graph& graph, const std::vector<Tensor>& inputs, guard::Edge edge,
             const SessionOptions& options, std::set<std::string>& rows)
      : options_(options),
        plan_(prepare(graph, inputs)),
        facts_(op_registry(), options_),
        edge_(edge),
        rows_(rows) {
    for (std::size_t i = 0; i < inputs.size(); ++i) held_[plan_.graph->inputs()[i]] = {inputs[i]};
    facts_.bf16 = plan_.bf16;
    facts_.has_layout = [this](const Value* v, Layout layout) {
      const auto it = held_.find(v);
      if (it == held_.end()) return v->is_constant() && layout == Layout::plain;
      if (layouts_agree(it->second.plain.shape())) return true;
      return it->second.is_last == (layout == Layout::channels_last);
    };
  }

  std::vector<Tensor> run() {
    for (const Unit& unit : select_units(*plan_.graph, facts_)) execute(unit);
    std::vector<Tensor> outputs;
    for (const Value* v : plan_.graph->outputs()) outputs.push_back(data_of(*v));
    return outputs;
  }

 private:
  static PlanGraph prepare(const Graph& graph, const std::vector<Tensor>& inputs) {
    std::map<std::string, Shape> shapes;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      shapes[graph.inputs()[i]->name()] = inputs[i].shape();
    }
    return prepare_graph(graph.clone(), op_registry(), shapes, {});
  }

  Tensor data_of(const Value& v) {
    const auto it = held_.find(&v);
    if (it != held_.end()) return it->second.plain;
    const Tensor* data = facts_.constant(&v);
    require(data != nullptr, "a value is read before it is made");
    return *data;
  }

  void execute(const Unit& unit) {
    const bool done = std::all_of(unit.outputs.begin(), unit.outputs.end(), [&](const Value* v) {
      return v == nullptr || held_.count(v) != 0;
    });
    if (done || try_rows(unit)) return;
    if (unit.covers.size() > 1) {
      for (const Node* node : unit.covers) execute(single_unit(*node));
      return;
    }
    std::vector<Tensor> inputs;
    for (const Value* v : unit.inputs) inputs.push_back(v == nullptr ? Tensor() : data_of(*v));
    const std::vector<Tensor> made = run_reference(*unit.node, op_registry(), inputs);
    for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
      if (unit.outputs[i] != nullptr) held_[unit.outputs[i]] = {made.at(i)};
    }
  }

  static bool is_static(const Unit& unit) {
    for (const auto* list : {&unit.inputs, &unit.outputs}) {
      for (const Value* v : *list) {
        if (v == nullptr) continue;
        if (!v->known_shape() || v->dtype().kind() == ElementKind::string) return false;
        if (elements_of(*v) == 0) return false;
      }
    }
    return true;
  }

  bool try_rows(const Unit& unit) {
    if (!is_static(unit)) return false;
    for (const KernelRow& row : kernel_table()) {
      if (row.accepts(unit, facts_).kind != Verdict::Kind::accept) continue;
      try {
        const Prepared made = row.make(unit, facts_);
        rows_.insert(std::string(row.name));
        run_row(unit, made, row.name);
        return true;
      } catch (const Error& error) {
        if (error.fault() != Fault::unsupported) throw;
      }
    }
    return false;
  }

  struct Memory {
    std::shared_ptr<std::byte> bytes;
    std::size_t size = 0;
    [[nodiscard]] std::span<const std::byte> span() const { return {bytes.get(), size}; }
  };

  Memory memory_of(std::span<const std::byte> data) const {
    Memory m{guard::bytes(data.size(), edge_), data.size()};
    if (!data.empty()) std::memcpy(m.bytes.get(), data.data(), data.size());
    return m;
  }

  std::vector<std::byte> bytes_in(const Tensor& t, Layout layout) const {
    if (layout == Layout::channels_last && !layouts_agree(t.shape())) {
      return reordered(t.bytes(), t.shape(), t.type().info().bytes, true);
    }
    return {t.bytes().begin(), t.bytes().end()};
  }

  void keep(const Value& v, std::span<const std::byte> bytes, Layout layout) {
    const Shape shape = shape_of(v);
    const bool last = layout == Layout::channels_last && !layouts_agree(shape);
    Tensor t(v.dtype(), shape);
    const std::vector<std::byte> plain =
        last ? reordered(bytes, shape, v.dtype().info().bytes, false)
             : std::vector<std::byte>(bytes.begin(), bytes.end());
    if (!plain.empty()) std::memcpy(t.mutable_bytes().data(), plain.data(), plain.size());
    held_[&v] = {guard::copy(t, edge_), last};
  }

  void run_row(const Unit& unit, const Prepared& made, std::string_view row) {
    std::vector<std::vector<std::byte>> given;
    for (const Wanted& w : made.inputs) given.push_back(bytes_in(data_of(*w.value), w.layout));
    if (made.alias) {
      keep(*unit.output(), given.at(0), made.outputs.at(0));
      return;
    }
    const std::vector<Memory> results = run_once(unit, made, given, -1, row);
    for (const int index : made.in_place) {
      if (given.at(static_cast<std::size_t>(index)).size() != results.at(0).size) continue;
      const std::vector<Memory> again = run_once(unit, made, given, index, row);
      EXPECT_TRUE(std::ranges::equal(again.at(0).span(), results.at(0).span()))
          << row << " in place of input " << index;
    }
    for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
      if (unit.outputs[i] == nullptr) continue;
      keep(*unit.outputs[i], results[i].span(), made.outputs.at(i));
    }
  }

  /// `in_place`: index of the input that output 0 overwrites, -1 = none.
  std::vector<Memory> run_once(const Unit& unit, const Prepared& made,
                               const std::vector<std::vector<std::byte>>& given, int in_place,
                               std::string_view row) const {
    std::vector<Memory> in;
    std::vector<Memory> out;
    std::vector<std::byte*> in_pointers;
    std::vector<std::byte*> out_pointers;
    for (const auto& g : given) {
      in.push_back(memory_of(g));
      in_pointers.push_back(in.back().bytes.get());
    }
    for (const Value* v : unit.outputs) {
      const std::size_t size = v == nullptr ? 0 : byte_size(v->dtype(), elements_of(*v));
      out.push_back({guard::bytes(size, edge_), size});
      if (out.size() == 1 && in_place >= 0) out[0] = in[static_cast<std::size_t>(in_place)];
      out_pointers.push_back(v == nullptr ? nullptr : out.back().bytes.get());
    }
    if (made.accumulates >= 0) {
      const auto& from = given.at(static_cast<std::size_t>(made.accumulates));
      EXPECT_EQ(from.size(), out.at(0).size);
      std::memcpy(out.at(0).bytes.get(), from.data(), from.size());
    }
    const auto scratch = guard::bytes(made.scratch_bytes, edge_, 64);
    made.kernel->run({in_pointers, out_pointers, scratch.get()});
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (static_cast<int>(i) == in_place) continue;
      EXPECT_TRUE(std::ranges::equal(in[i].span(), given[i])) << row << " wrote to input " << i;
    }
    return out;
  }

  SessionOptions options_;
  PlanGraph plan_;
  PlanFacts facts_;
  guard::Edge edge_;
  std::set<std::string>& rows_;
  std::unordered_map<const Value*, Held> held_;
};

}  // namespace

std::vector<Tensor> run_guarded(const Graph& graph, const std::vector<Tensor>& inputs,
                                guard::Edge edge, const SessionOptions& options,
                                std::set<std::string>& rows) {
  std::vector<Tensor> guarded;
  for (const Tensor& t : inputs) guarded.push_back(guard::copy(t, edge));
  return GuardedRun(graph, guarded, edge, options, rows).run();
}

}  // namespace pare
