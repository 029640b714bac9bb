#include <algorithm>

#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// Graphs of several nodes that read, fuse and overwrite each other's results: what a planner can
/// get wrong, which kernels alone cannot.
class GraphMaker {
 public:
  explicit GraphMaker(Differential& d) : d_(d) {}

  void run() {
    for (std::int64_t i = d_.below(2) + 1; i > 0; --i) {
      const Shape shape = {d_.pick<std::int64_t>({1, 2}), d_.pick<std::int64_t>({1, 3, 4, 8}),
                           d_.pick<std::int64_t>({1, 4, 6}), d_.pick<std::int64_t>({2, 5})};
      values_.push_back({b_.input(b_.graph.unique_name("x"), shape), shape});
      inputs_.push_back(d_.grid(shape));
    }
    for (std::int64_t i = d_.below(12) + 3; i > 0; --i) add_node();
    for (const Known& k : values_) {
      if (k.value->readers() == 0 || d_.below(6) == 0) b_.graph.add_output(k.value);
    }
    // Results of several nodes behind one another: errors are relative to what went in.
    d_.check(b_, inputs_, Tolerance{1e-5, 0, false});
  }

 private:
  struct Known {
    Value* value = nullptr;
    Shape shape;
  };

  const Known& any() {
    // Late values more often: chains become long.
    const auto n = static_cast<std::int64_t>(values_.size());
    return values_[static_cast<std::size_t>(std::max(d_.below(n), d_.below(n)))];
  }

  void add(const std::string& op, std::vector<Value*> in, Shape shape, Attributes attributes = {}) {
    values_.push_back({b_.node(op, std::move(in), std::move(attributes)), std::move(shape)});
  }

  void conv(const Known& x) {
    const std::int64_t channels = x.shape[1];
    const bool depthwise = d_.below(4) == 0;
    const std::int64_t out = depthwise ? channels : d_.pick<std::int64_t>({1, 4, 8});
    const Shape w = {out, depthwise ? 1 : channels, 3, 3};
    // Sums of nine times the channels stay near 1, so that depth does not make them grow.
    Value* weights = b_.weights(w, 0.5F / static_cast<float>(w[1]));
    Attributes a = {{"pads", Ints{1, 1, 1, 1}}, {"group", depthwise ? channels : 1}};
    add("Conv", {x.value, weights}, {x.shape[0], out, x.shape[2], x.shape[3]}, a);
  }

  void binary(const Known& x) {
    std::vector<const Known*> same;
    for (const Known& k : values_) {
      if (k.shape == x.shape) same.push_back(&k);
    }
    const Known& other =
        *same[static_cast<std::size_t>(d_.below(static_cast<std::int64_t>(same.size())))];
    add(d_.pick<const char*>({"Add", "Sub", "Max", "Add"}), {x.value, other.value}, x.shape);
  }

  void add_node() {
    const Known x = any();
    const Shape& s = x.shape;
    switch (d_.below(13)) {
      case 0:
      case 1: conv(x); return;
      case 2: add("Relu", {x.value}, s); return;
      case 3: add(d_.pick<const char*>({"Sigmoid", "Tanh", "HardSwish"}), {x.value}, s); return;
      case 4:
      case 5: binary(x); return;
      case 6:
        add("Transpose", {x.value}, {s[0], s[2], s[3], s[1]}, {{"perm", Ints{0, 2, 3, 1}}});
        return;
      case 7:
        add("Transpose", {x.value}, {s[0], s[3], s[1], s[2]}, {{"perm", Ints{0, 3, 1, 2}}});
        return;
      case 8:
        add("Concat", {x.value, x.value}, {s[0], 2 * s[1], s[2], s[3]}, {{"axis", Int{1}}});
        return;
      case 9:
        add("Reshape", {x.value, d_.ints(b_, {s[0], s[2], s[1], s[3]})}, {s[0], s[2], s[1], s[3]});
        return;
      case 10:
        add("MaxPool", {x.value}, s, {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
        return;
      case 11: {
        Value* gate = b_.node("Sigmoid", {b_.node("GlobalAveragePool", {x.value})});
        add("Mul", {x.value, gate}, s);
        return;
      }
      default: add("Mul", {x.value, b_.node("Sigmoid", {x.value})}, s); return;
    }
  }

  using Int = std::int64_t;
  Differential& d_;
  Builder b_;
  std::vector<Known> values_;
  std::vector<Tensor> inputs_;
};

/// The same with 8-bit codes between the operators; only what moves codes, so results are equal.
void coded_graph(Differential& d) {
  Builder b;
  const Shape shape = {1, 4, 5, 6};
  Value* x = b.input("x", shape, ElementKind::u8);
  std::vector<Value*> values = {b.dequantize(x, 0.5F, 7, ElementKind::u8)};
  for (std::int64_t i = d.below(6) + 2; i > 0; --i) {
    Value* from =
        values[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(values.size())))];
    Value* y = nullptr;
    switch (d.below(5)) {
      case 0: y = b.node("Relu", {from}); break;
      case 1: y = b.node("Identity", {from}); break;
      case 2:
        y = b.node("MaxPool", {from}, {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
        break;
      case 3: y = b.node("Clip", {from, b.scalar(0), b.scalar(100)}); break;
      default: y = b.node("Max", {from, values.front()}); break;
    }
    values.push_back(b.fake(y, 0.5F, 7, ElementKind::u8));
  }
  for (Value* v : values) {
    if (v->readers() == 0 || d.below(4) == 0) b.graph.add_output(v);
  }
  d.check(b, {d.values(shape, ElementKind::u8)}, kExact);
}

}  // namespace

void graph_cases(Differential& d) {
  for (int i = 0; i < 250; ++i) GraphMaker(d).run();
  for (int i = 0; i < 60; ++i) coded_graph(d);
}

}  // namespace pare
