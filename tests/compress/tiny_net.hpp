#pragma once

// A small seeded convolutional network for tests of methods: Conv, Relu, depthwise Conv, Relu,
// Conv with residual Add, GlobalAveragePool, Flatten, Gemm.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/rng.hpp"
#include "compress/method.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare::compress_test {

inline Tensor random_tensor(Shape shape, Rng& rng, double scale) {
  Tensor t(ElementKind::f32, std::move(shape));
  for (float& v : t.mutable_data<float>()) v = rng.normal() * static_cast<float>(scale);
  return t;
}

inline Value* conv(Graph& g, Value* x, Shape w, std::int64_t group, Rng& rng,
                   const std::string& name) {
  const double fan_in = static_cast<double>(w[1] * w[2] * w[3]);
  Value* weights = g.add_constant(random_tensor(w, rng, std::sqrt(2 / fan_in)), name + "_w");
  Value* bias = g.add_constant(random_tensor({w[0]}, rng, 0.1), name + "_b");
  NodeSpec spec;
  spec.op = "Conv";
  spec.name = name;
  spec.inputs = {x, weights, bias};
  const std::int64_t p = w[2] / 2;
  spec.attributes = {{"group", group}, {"pads", std::vector<std::int64_t>{p, p, p, p}}};
  return g.add_node(spec)->output();
}

inline Value* one(Graph& g, const std::string& op, std::vector<Value*> inputs) {
  NodeSpec spec;
  spec.op = op;
  spec.name = g.unique_name(op);
  spec.inputs = std::move(inputs);
  return g.add_node(spec)->output();
}

/// Input "x" [1, 3, 8, 8], output [1, 5].
inline Model tiny_net(std::uint64_t seed = 1) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(seed);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 3, 8, 8}));
  Value* a = one(g, "Relu", {conv(g, x, {8, 3, 3, 3}, 1, rng, "first")});
  Value* b = one(g, "Relu", {conv(g, a, {8, 1, 3, 3}, 8, rng, "depthwise")});
  Value* c = conv(g, b, {8, 8, 1, 1}, 1, rng, "pointwise");
  Value* d = one(g, "Relu", {one(g, "Add", {c, a})});
  Value* e = one(g, "Flatten", {one(g, "GlobalAveragePool", {d})});
  Value* w = g.add_constant(random_tensor({8, 5}, rng, 0.5), "fc_w");
  Value* bias = g.add_constant(random_tensor({5}, rng, 0.1), "fc_b");
  Value* y = one(g, "Gemm", {e, w, bias});
  g.add_output(y);
  model.opsets[""] = 21;
  infer_shapes(g, op_registry());
  return model;
}

/// Seeded normal inputs.
class RandomBatches : public BatchSource {
 public:
  explicit RandomBatches(std::int64_t n, std::uint64_t seed = 7) : n_(n), seed_(seed) {}
  [[nodiscard]] std::int64_t batches() const override { return n_; }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    Rng rng(seed_, static_cast<std::uint64_t>(i));
    return {random_tensor({1, 3, 8, 8}, rng, 1)};
  }
  [[nodiscard]] std::string fingerprint() const override { return cat("random ", n_, " ", seed_); }

 private:
  std::int64_t n_;
  std::uint64_t seed_;
};

/// Output SQNR in dB by the reference kernels, over fresh inputs.
inline double sqnr_db(const Graph& exact, const Graph& other, std::int64_t batches = 8) {
  const RandomBatches inputs(batches, 99);
  double signal = 0;
  double noise = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    const auto want = interpret(exact, op_registry(), inputs.get(i)).at(0).to_doubles();
    const auto got = interpret(other, op_registry(), inputs.get(i)).at(0).to_doubles();
    for (std::size_t k = 0; k < want.size(); ++k) {
      signal += want[k] * want[k];
      noise += (want[k] - got[k]) * (want[k] - got[k]);
    }
  }
  return noise > 0 ? 10 * std::log10(signal / noise) : 300;
}

inline std::size_t count(const Graph& g, const std::string& op) {
  std::size_t n = 0;
  for (const Node* node : g.nodes()) n += node->op() == op ? 1 : 0;
  return n;
}

/// Bytes of all constants.
inline std::size_t constant_bytes(const Graph& g) {
  std::size_t n = 0;
  for (const Value* c : g.constants()) n += c->constant().bytes().size();
  return n;
}

inline MethodContext context_for(const BatchSource& samples) {
  MethodContext c{op_registry(), {}};
  c.rules.int8_ops = {"Add", "GlobalAveragePool"};
  c.calibration = &samples;
  return c;
}

}  // namespace pare::compress_test
