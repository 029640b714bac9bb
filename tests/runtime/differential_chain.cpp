#include <algorithm>

#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

/// Graphs of elementwise operators with operands of every broadcast shape, types between floats,
/// values that several nodes read, and now and then something that a chain must stop at.
class ChainGraph {
 public:
  ChainGraph(Differential& d, Shape shape) : d_(d), shape_(std::move(shape)) {}

  void run() {
    Value* x = input(shape_);
    const bool image = shape_.size() >= 3 && shape_.size() <= 5;
    if (image && d_.coin()) x = b_.node("MaxPool", {x}, {{"kernel_shape", window()}});
    values_.push_back(x);
    for (std::int64_t i = d_.below(10) + 2; i > 0; --i) add_node();
    for (Value* v : values_) {
      if (v->readers() == 0 || d_.below(12) == 0) b_.graph.add_output(v);
    }
    // Functions within 64 units of their greatest value, and what later nodes make of that.
    d_.check(b_, inputs_, Tolerance{1e-4, 1e-4, false});
  }

 private:
  [[nodiscard]] Ints window() const { return Ints(shape_.size() - 2, 1); }

  Value* input(const Shape& shape, ElementKind kind = f32) {
    inputs_.push_back(d_.values(shape, kind));
    return b_.input(b_.graph.unique_name("x"), shape, kind);
  }

  /// A shape that broadcasts to that of the chain.
  Shape part() {
    Shape s = shape_;
    for (std::int64_t& size : s) size = d_.coin() ? 1 : size;
    const auto drop =
        static_cast<std::ptrdiff_t>(d_.below(static_cast<std::int64_t>(s.size()) + 1));
    if (d_.below(3) == 0) s.erase(s.begin(), s.begin() + drop);
    return s;
  }

  Value* operand() {
    switch (d_.below(5)) {
      case 0: return input(shape_);
      case 1: return input(part());
      case 2: return d_.constant(b_, d_.grid(part()));
      default: return any();
    }
  }

  Value* any() {
    const auto n = static_cast<std::int64_t>(values_.size());
    return values_[static_cast<std::size_t>(std::max(d_.below(n), d_.below(n)))];
  }

  void binary(Value* x) {
    Value* y = operand();
    const auto* op = d_.pick<const char*>({"Add", "Sub", "Mul", "Min", "Max"});
    values_.push_back(d_.coin() ? b_.node(op, {x, y}) : b_.node(op, {y, x}));
  }

  /// Comparisons of exact numbers only: what is rounded may fall on either side.
  void choose(Value* x) {
    const auto* op = d_.pick<const char*>({"Less", "LessOrEqual", "Greater", "Equal"});
    Value* mask = d_.coin() ? input(d_.coin() ? shape_ : part(), boolean)
                            : b_.node(op, {input(shape_), d_.constant(b_, d_.grid(part()))});
    values_.push_back(b_.node("Where", {mask, x, operand()}));
  }

  void cast(Value* x) {
    const auto code = [](ElementKind k) { return static_cast<std::int64_t>(k); };
    if (d_.coin()) {
      values_.push_back(b_.node("Cast", {x}, {{"to", code(f32)}}));
      return;
    }
    Value* halves = input(shape_, d_.pick({f16, bf16, boolean}));
    Value* wide = b_.node("Cast", {halves}, {{"to", code(f32)}});
    values_.push_back(b_.node("Add", {x, wide}));
  }

  void add_node() {
    Value* x = any();
    switch (d_.below(8)) {
      case 0: values_.push_back(b_.node(d_.pick<const char*>({"Relu", "Abs", "Neg"}), {x})); return;
      case 1:
        values_.push_back(b_.node(d_.pick<const char*>({"Sigmoid", "Tanh", "Erf"}), {x}));
        return;
      case 2: values_.push_back(b_.node("Clip", {x, b_.scalar(-1.5F), b_.scalar(1)})); return;
      case 3: choose(x); return;
      case 4: cast(x); return;
      case 5: {
        // Bounded, so that the chain's numbers stay near 1.
        Value* bounded = b_.node("Clip", {x, b_.scalar(-2), b_.scalar(2)});
        values_.push_back(b_.node("Pow", {bounded, b_.scalar(d_.pick({2.0F, 3.0F}))}));
        return;
      }
      default: binary(x); return;
    }
  }

  Differential& d_;
  Shape shape_;
  Builder b_;
  std::vector<Value*> values_;
  std::vector<Tensor> inputs_;
};

/// Powers alone: of every kind of number.
void power_case(Differential& d, float power) {
  Builder b;
  const Tensor x = Tensor::of<float>({7}, {0.5F, 3, -2, 0, -0.0F, -INFINITY, INFINITY});
  b.graph.add_output(b.node("Pow", {b.input("x", x.shape()), b.scalar(power)}));
  d.check(b, {x}, Tolerance{0, 2 * 0x1p-24, false});
}

}  // namespace

void chain_cases(Differential& d) {
  for (int i = 0; i < 160; ++i) {
    Shape shape(static_cast<std::size_t>(d.below(5) + 1));
    for (std::int64_t& size : shape) size = d.pick<std::int64_t>({1, 2, 3, 5, 8});
    if (d.below(4) == 0) shape.back() = d.pick<std::int64_t>({200, 255, 1025, 2500});
    ChainGraph(d, shape).run();
  }
  ChainGraph(d, {0, 3}).run();
  ChainGraph(d, {1}).run();
  ChainGraph(d, {300, 257}).run();
  ChainGraph(d, {70'000}).run();
  for (const float power : {2.0F, 3.0F, 4.0F, -1.0F, 0.5F, -0.5F, 1.0F, 0.0F, 1.7F, -2.0F}) {
    power_case(d, power);
  }
}

}  // namespace pare
