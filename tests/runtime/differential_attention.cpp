#include <algorithm>
#include <limits>

#include "runtime/differential.hpp"
#include "runtime/onednn.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

/// Softmax takes the difference of scores of some size, which float32 rounds.
constexpr Tolerance kSoft{128 * 0x1p-24, 0, false};

/// Where the factor of the scores stands, how the mask looks, how the keys are turned.
struct Form {
  std::int64_t batch = 1, heads = 2, queries = 5, keys = 7, size = 8, value_size = 8;
  int factor = 0;  ///< 0 none, 1 scores / c, 2 scores * c, 3 q * c, 4 k * c, 5 both
  /// 0 none, 1 [B, 1, 1, S], 2 [B, H, T, S], 3 [T, S], 4 in front: mask + scores, 5 [B, 1, T, 1]
  int mask = 0;
  /// Marks: 0 none, 1 Where(marks, scores, -inf), 2 Where(marks, -9, scores) of [B, 1, 1, S], 3 as
  /// 1 behind the mask, 4 of a constant triangle
  int marks = 0;
  int keys_as = 0;  ///< 0 [.., S, D] turned, 1 [B, S, H, D] brought to [B, H, D, S], 2 [.., D, S]
  bool tokens = false;  ///< q, v and the result as [B, T, H, D]
};

Value* times(Builder& b, Value* x, float factor) { return b.node("Mul", {x, b.scalar(factor)}); }

class AttentionGraph {
 public:
  AttentionGraph(Differential& d, const Form& form) : d_(d), f_(form) {}

  void run() {
    Value* q = heads("q", f_.queries, f_.size);
    Value* k = keys();
    Value* v = heads("v", f_.keys, f_.value_size);
    if (f_.factor == 3 || f_.factor == 5) q = times(b_, q, 0.5F);
    if (f_.factor == 4 || f_.factor == 5) k = times(b_, k, 0.5F);
    Value* s = b_.node("MatMul", {q, k});
    if (f_.factor == 1) s = b_.node("Div", {s, b_.scalar(2.0F)});
    if (f_.factor == 2) s = times(b_, s, 0.25F);
    Value* y =
        b_.node("MatMul", {b_.node("Softmax", {hidden(s)}, {{"axis", std::int64_t{-1}}}), v});
    if (f_.tokens) y = b_.node("Transpose", {y}, {{"perm", Ints{0, 2, 1, 3}}});
    b_.graph.add_output(y);
    d_.check(b_, inputs_, kSoft);
  }

 private:
  Value* add_input(const char* name, const Shape& shape) {
    inputs_.push_back(d_.grid(shape));
    return b_.input(name, shape);
  }

  Value* heads(const char* name, std::int64_t length, std::int64_t size) {
    if (!f_.tokens) return add_input(name, {f_.batch, f_.heads, length, size});
    return b_.node("Transpose", {add_input(name, {f_.batch, length, f_.heads, size})},
                   {{"perm", Ints{0, 2, 1, 3}}});
  }

  Value* keys() {
    if (f_.keys_as == 2) return add_input("k", {f_.batch, f_.heads, f_.size, f_.keys});
    if (f_.keys_as == 1) {
      return b_.node("Transpose", {add_input("k", {f_.batch, f_.keys, f_.heads, f_.size})},
                     {{"perm", Ints{0, 2, 3, 1}}});
    }
    return b_.node("Transpose", {heads("k", f_.keys, f_.size)}, {{"perm", Ints{0, 1, 3, 2}}});
  }

  Value* hidden(Value* s) {
    if (f_.marks == 3) return marked(masked(s));
    return masked(f_.marks == 0 ? s : marked(s));
  }

  Value* marked(Value* s) {
    constexpr float kInf = std::numeric_limits<float>::infinity();
    if (f_.marks == 2) {
      const Shape shape = {f_.batch, 1, 1, f_.keys};
      inputs_.push_back(d_.values(shape, boolean));
      return b_.node("Where", {b_.input("h", shape, boolean), b_.scalar(-9.0F), s});
    }
    const Shape shape = {f_.queries, f_.keys};
    Tensor seen(boolean, shape);
    const auto bits = seen.mutable_bytes();
    for (std::int64_t t = 0; t < f_.queries; ++t) {
      for (std::int64_t k = 0; k < f_.keys; ++k) {
        const bool sees = f_.marks == 4 ? k <= t : k == 0 || d_.coin();
        bits[static_cast<std::size_t>(t * f_.keys + k)] = static_cast<std::byte>(sees ? 1 : 0);
      }
    }
    Value* marks = nullptr;
    if (f_.marks == 4) {
      marks = d_.constant(b_, seen);
    } else {
      inputs_.push_back(seen);
      marks = b_.input("h", shape, boolean);
    }
    return b_.node("Where", {marks, s, b_.scalar(-kInf)});
  }

  Value* masked(Value* s) {
    if (f_.mask == 0) return s;
    Shape shape = {f_.batch, f_.heads, f_.queries, f_.keys};
    if (f_.mask == 1 || f_.mask == 4) shape = {f_.batch, 1, 1, f_.keys};
    if (f_.mask == 3) shape = {f_.queries, f_.keys};
    if (f_.mask == 5) shape = {f_.batch, 1, f_.queries, 1};
    Value* m = add_input("m", shape);
    for (float& x : inputs_.back().mutable_data<float>()) {
      if (x > 1) x = -10000;
    }
    return f_.mask == 4 ? b_.node("Add", {m, s}) : b_.node("Add", {s, m});
  }

  Differential& d_;
  Form f_;
  Builder b_;
  std::vector<Tensor> inputs_;
};

void operator_case(Differential& d) {
  const bool contrib = d.coin();
  const auto heads = d.pick<std::int64_t>({1, 2, 4});
  const auto shared = contrib ? heads : heads / d.pick<std::int64_t>({1, heads});
  const auto batch = d.pick<std::int64_t>({1, 2});
  const auto queries = d.pick<std::int64_t>({1, 4, 7, 17});
  const auto keys = d.pick<std::int64_t>({1, 5, 16, 33});
  const auto size = d.pick<std::int64_t>({1, 4, 16});
  const bool four = !contrib && d.coin();
  const auto shape = [&](std::int64_t n, std::int64_t length) {
    return four ? Shape{batch, n, length, size} : Shape{batch, length, n * size};
  };
  Builder b;
  std::vector<Tensor> inputs = {d.grid(shape(heads, queries)), d.grid(shape(shared, keys)),
                                d.grid(shape(shared, keys))};
  NodeSpec spec{.op = contrib ? "MultiHeadAttention" : "Attention",
                .domain = contrib ? "com.microsoft" : ""};
  for (std::size_t i = 0; i < 3; ++i) {
    spec.inputs.push_back(b.input(std::string(1, "qkv"[i]), inputs[i].shape()));
  }
  if (contrib) {
    spec.attributes["num_heads"] = heads;
  } else {
    if (!four || d.coin()) {
      spec.attributes["q_num_heads"] = heads;
      spec.attributes["kv_num_heads"] = shared;
    }
    if (d.coin()) spec.attributes["is_causal"] = std::int64_t{1};
  }
  if (contrib && d.coin()) spec.attributes["unidirectional"] = std::int64_t{1};
  if (d.coin()) spec.attributes["scale"] = 0.25F;
  const std::int64_t past = d.coin() ? d.pick<std::int64_t>({1, 6}) : 0;
  const std::int64_t all = past + keys;
  if (d.coin()) {
    const Shape mask = contrib ? Shape{d.coin() ? batch : 1, d.coin() ? heads : 1, queries, all}
                               : d.pick<Shape>({{queries, all}, {batch, 1, 1, all}, {all}});
    const ElementKind kind = !contrib && d.coin() ? boolean : f32;
    inputs.push_back(d.values(mask, kind));
    if (contrib) spec.inputs.insert(spec.inputs.end(), {nullptr, nullptr});
    spec.inputs.push_back(b.input("m", mask, kind));
  }
  if (past > 0) {
    spec.inputs.resize(contrib ? 6 : 4);
    for (const char* name : {"pk", "pv"}) {
      const Shape before = {batch, shared, past, size};
      inputs.push_back(d.grid(before));
      spec.inputs.push_back(b.input(name, before));
    }
  }
  // With a past or without, each of them may be wanted.
  const std::int64_t states = past > 0 ? 2 : d.below(3);
  spec.output_names = {"y"};
  for (std::int64_t i = 0; i < states; ++i) spec.output_names.push_back(i == 0 ? "nk" : "nv");
  Node* node = b.graph.add_node(std::move(spec));
  b.graph.add_output(node->output());
  for (std::int64_t i = 0; i < states; ++i) {
    if (d.coin()) b.graph.add_output(node->output(static_cast<std::size_t>(i) + 1));
  }
  d.check(b, inputs, kSoft);
}

void norm_case(Differential& d, const Shape& x, std::int64_t axis) {
  const Shape tail(x.begin() + axis, x.end());
  Builder b;
  std::vector<Tensor> inputs = {d.grid(x), d.grid(tail)};
  std::vector<Value*> operands = {b.input("x", x), b.input("s", tail)};
  const bool layer = d.coin();
  if (layer && d.coin()) operands.push_back(d.constant(b, d.grid(tail)));
  b.graph.add_output(b.node(layer ? "LayerNormalization" : "RMSNormalization", operands,
                            {{"axis", axis}, {"epsilon", 0.1F}}));
  d.check(b, inputs, kApproximate);
}

void skip_case(Differential& d, const Shape& x) {
  Builder b;
  const bool centred = d.coin();
  const Shape row = {x.back()};
  NodeSpec spec{.op = centred ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization",
                .inputs = {b.input("x", x), b.input("s", x), d.constant(b, d.grid(row))},
                .attributes = {{"epsilon", 0.1F}},
                .domain = "com.microsoft"};
  if (centred) spec.inputs.push_back(d.coin() ? d.constant(b, d.grid(row)) : nullptr);
  if (d.coin()) spec.inputs.push_back(d.constant(b, d.grid(row)));
  const bool sums = x.back() != 0 && d.coin();
  if (sums) spec.output_names = {"y", "mean", "inverse", "sum"};
  Node* node = b.graph.add_node(std::move(spec));
  b.graph.add_output(node->output());
  if (sums) b.graph.add_output(node->output(3));
  d.check(b, {d.grid(x), d.grid(x)}, kApproximate);
}

void dynamic_product_case(Differential& d) {
  const auto m = d.pick<std::int64_t>({1, 3, 16, 17});
  const auto k = d.pick<std::int64_t>({1, 7, 64});
  const auto n = d.pick<std::int64_t>({1, 5, 16, 33});
  Builder b;
  std::vector<Tensor> inputs = {d.grid({2, m, k})};
  Node* q = b.graph.add_node({.op = "DynamicQuantizeLinear",
                              .inputs = {b.input("x", {2, m, k})},
                              .output_names = {"q", "s", "z"}});
  const bool zero = d.coin();
  std::vector<Value*> operands = {q->output(0), d.constant(b, d.values({k, n}, i8)), q->output(2)};
  if (zero) operands.push_back(b.zero_point(0, i8));
  Value* sums =
      b.node("Cast", {b.node("MatMulInteger", operands)}, {{"to", static_cast<std::int64_t>(f32)}});
  Value* columns = d.coin() ? d.constant(b, d.grid({n})) : b.scalar(0.5F);
  Value* factor =
      d.coin() ? b.node("Mul", {q->output(1), columns}) : b.node("Mul", {columns, q->output(1)});
  Value* y = d.coin() ? b.node("Mul", {sums, factor}) : b.node("Mul", {factor, sums});
  if (d.coin()) y = b.node("Add", {d.constant(b, d.grid({n})), y});
  if (d.below(3) == 0) y = b.node("Gelu", {y});
  if (d.below(3) == 0) {
    inputs.push_back(d.grid({2, m, n}));
    y = b.node("Add", {y, b.input("r", {2, m, n})});
  }
  b.graph.add_output(y);
  d.check(b, inputs, kApproximate);
}

/// The numbers are sums of products of numbers that bfloat16 holds; results are rounded to it.
void bf16_case(Differential& d) {
  const auto m = d.pick<std::int64_t>({1, 3, 17});
  const auto k = d.pick<std::int64_t>({64, 65, 100});
  const auto n = d.pick<std::int64_t>({64, 67});
  Builder b;
  Value* x = b.input("x", {m, k}, bf16);
  Value* w = d.constant(b, d.grid({k, n}).cast(dtype_of(bf16)));
  Value* y = nullptr;
  if (d.coin()) {
    y = b.node("MatMul", {x, w});
  } else {
    y = b.node("Gemm", {x, d.constant(b, d.grid({n, k}).cast(dtype_of(bf16)))},
               {{"transB", std::int64_t{1}}});
  }
  b.graph.add_output(y);
  d.check(b, {d.grid({m, k}).cast(dtype_of(bf16))}, kExact);
}

void bf16_convolution_case(Differential& d) {
  const auto channels = d.pick<std::int64_t>({64, 65});
  const auto size = d.pick<std::int64_t>({1, 3});
  const auto width = d.pick<std::int64_t>({3, 7, 17});
  const Shape x = {d.pick<std::int64_t>({1, 2}), 64, width, 5};
  Builder b;
  Value* w = d.constant(b, d.grid({channels, 64, size, size}).cast(dtype_of(bf16)));
  const std::int64_t pad = size / 2;
  Value* y = b.node("Conv", {b.input("x", x, bf16), w}, {{"pads", Ints{pad, pad, pad, pad}}});
  if (d.coin()) y = b.node("Relu", {y});
  b.graph.add_output(y);
  d.check(b, {d.grid(x).cast(dtype_of(bf16))}, kExact);
}

}  // namespace

void attention_cases(Differential& d) {
  for (int factor = 0; factor < 6; ++factor) {
    for (int mask = 0; mask < 6; ++mask) {
      for (int keys = 0; keys < 3; ++keys) {
        Form f;
        f.factor = factor;
        f.mask = mask;
        f.keys_as = keys;
        f.marks = d.coin() ? static_cast<int>(d.below(5)) : 0;
        f.tokens = d.coin();
        f.batch = d.pick<std::int64_t>({1, 2});
        f.heads = d.pick<std::int64_t>({1, 3});
        f.queries = d.pick<std::int64_t>({1, 4, 7, 13, 50});
        f.keys = d.pick<std::int64_t>({1, 7, 16, 65});
        f.size = d.pick<std::int64_t>({1, 8, 17});
        f.value_size = d.pick<std::int64_t>({1, 8, 33});
        AttentionGraph(d, f).run();
      }
    }
  }
  for (int i = 0; i < 150; ++i) operator_case(d);
}

void gather_cases(Differential& d) {
  for (int i = 0; i < 120; ++i) {
    const auto rank = 1 + d.below(3);
    Shape x;
    for (std::int64_t r = 0; r < rank; ++r) x.push_back(d.pick<std::int64_t>({1, 3, 7, 17}));
    const std::int64_t axis = d.below(rank);
    const std::int64_t size = x[static_cast<std::size_t>(axis)];
    const Shape shape = d.pick<Shape>({{}, {1}, {5}, {2, 3}});
    const ElementKind kind = d.coin() ? i64 : i32;
    Tensor index(i64, shape);
    for (auto& v : index.mutable_data<std::int64_t>()) v = d.below(2 * size) - size;
    const ElementKind type = d.pick<ElementKind>({f32, f16, i8, i64, boolean});
    Builder b;
    b.graph.add_output(b.node("Gather", {b.input("x", x, type), b.input("i", shape, kind)},
                              {{"axis", d.coin() ? axis : axis - rank}}));
    d.check(b, {d.values(x, type), index.cast(dtype_of(kind))}, kSameBits);
  }
}

void norm_cases(Differential& d) {
  for (const std::int64_t size : kSizes) {
    norm_case(d, {size}, 0);
    norm_case(d, {3, size}, 1);
    norm_case(d, {2, 3, size}, 2);
    norm_case(d, {2, size, 5}, 1);
    skip_case(d, {3, size});
    skip_case(d, {2, 3, size});
  }
  for (int i = 0; i < 40; ++i) skip_case(d, {2, 3, d.pick<std::int64_t>({1, 8, 17, 64})});
}

void dynamic_product_cases(Differential& d) {
  for (int i = 0; i < 120; ++i) dynamic_product_case(d);
}

void bf16_product_cases(Differential& d) {
  for (int i = 0; i < 20; ++i) bf16_case(d);
  for (int i = 0; i < 20; ++i) bf16_convolution_case(d);
}

}  // namespace pare
