#pragma once

// Runs a graph by the session and by the reference kernels, and compares.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "ir/infer.hpp"
#include "ir/op.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace pare {

/// Builds small graphs with random constants.
class Builder {
 public:
  explicit Builder(std::uint64_t seed = 1) : rng_(seed) {}

  Value* input(const std::string& name, const Shape& shape, ElementKind kind = ElementKind::f32) {
    return graph.add_input(name, ValueType(dtype_of(kind), to_symbolic(shape)));
  }
  Tensor random(const Shape& shape, float scale = 1) {
    Tensor t(ElementKind::f32, shape);
    for (float& x : t.mutable_data<float>()) {
      x = scale * (2 * static_cast<float>(rng_.uniform()) - 1);
    }
    return t;
  }
  Value* constant(Tensor t) { return graph.add_constant(std::move(t), "c"); }
  Value* weights(const Shape& shape, float scale = 0.3F) { return constant(random(shape, scale)); }
  Value* scalar(float x) { return constant(Tensor::scalar(x)); }
  Value* node(const std::string& op, std::vector<Value*> inputs, Attributes attributes = {}) {
    return graph
        .add_node({.op = op, .inputs = std::move(inputs), .attributes = std::move(attributes)})
        ->output();
  }
  Value* quantize(Value* x, float scale, std::int64_t zero, ElementKind kind) {
    return node("QuantizeLinear", {x, scalar(scale), zero_point(zero, kind)});
  }
  Value* dequantize(Value* q, float scale, std::int64_t zero, ElementKind kind) {
    return node("DequantizeLinear", {q, scalar(scale), zero_point(zero, kind)});
  }
  /// DequantizeLinear(QuantizeLinear(x)).
  Value* fake(Value* x, float scale, std::int64_t zero, ElementKind kind) {
    return dequantize(quantize(x, scale, zero, kind), scale, zero, kind);
  }
  /// int8 weights [M, ...] behind a DequantizeLinear with a scale per output channel.
  Value* int8_weights(const Shape& shape, const std::vector<float>& scales, std::int64_t axis = 0) {
    Tensor q(ElementKind::i8, shape);
    for (auto& x : q.mutable_data<std::int8_t>()) {
      x = static_cast<std::int8_t>(std::floor(rng_.uniform() * 255) - 127);
    }
    const auto n = static_cast<std::int64_t>(scales.size());
    Value* s = constant(Tensor::of<float>({n}, scales));
    Value* z = constant(Tensor(ElementKind::i8, {n}));
    return node("DequantizeLinear", {constant(q), s, z}, {{"axis", axis}});
  }
  Value* int32_bias(const std::vector<float>& scales) {
    const auto n = static_cast<std::int64_t>(scales.size());
    Tensor q(ElementKind::i32, {n});
    for (auto& x : q.mutable_data<std::int32_t>()) {
      x = static_cast<std::int32_t>(rng_.uniform() * 4000) - 2000;
    }
    Value* s = constant(Tensor::of<float>({n}, scales));
    return node("DequantizeLinear", {constant(q), s}, {{"axis", std::int64_t{0}}});
  }
  Value* zero_point(std::int64_t zero, ElementKind kind) {
    return constant(Tensor::scalar<std::int64_t>(zero).cast(dtype_of(kind)));
  }

  Graph graph;

 private:
  Rng rng_;
};

struct Compared {
  std::vector<Tensor> fast;
  std::vector<Tensor> meaning;
  std::vector<StepInfo> steps;

  [[nodiscard]] std::string kernels() const {
    std::string all;
    for (const StepInfo& s : steps) all += s.op + "=" + s.kernel + "; ";
    return all;
  }
  [[nodiscard]] std::string refusals() const {
    std::string all;
    for (const StepInfo& s : steps) {
      for (const std::string& r : s.refused) all += s.op + ": " + r + "; ";
    }
    return all;
  }
  [[nodiscard]] bool has(const std::string& kernel) const {
    return kernels().find(kernel) != std::string::npos;
  }
};

inline Compared run_both(const Graph& graph, const std::vector<Tensor>& inputs,
                         SessionOptions options = {}) {
  Compared c;
  const auto session = Session::create(graph, op_registry(), std::move(options));
  c.fast = session->run(inputs);
  c.steps = session->steps();
  c.meaning = interpret(graph, op_registry(), inputs);
  return c;
}

/// Sums of convolutions as the definition says.
inline SessionOptions direct_convolutions() {
  SessionOptions options;
  options.winograd = false;
  return options;
}

/// Floats: |a - b| <= `ulps` of 2^-24 times the greatest magnitude of the meaning (sums of many
/// products round relative to their terms, not to their result).
inline void expect_close(const Compared& c, double ulps = 64) {
  ASSERT_EQ(c.fast.size(), c.meaning.size());
  for (std::size_t o = 0; o < c.fast.size(); ++o) {
    ASSERT_EQ(to_string(c.fast[o].shape()), to_string(c.meaning[o].shape()));
    ASSERT_EQ(c.fast[o].type().name(), c.meaning[o].type().name());
    const std::vector<double> a = c.fast[o].to_doubles();
    const std::vector<double> b = c.meaning[o].to_doubles();
    double peak = 1e-30;
    for (const double x : b) peak = std::max(peak, std::isfinite(x) ? std::abs(x) : 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
      ASSERT_NEAR(a[i], b[i], ulps * 5.97e-8 * peak)
          << "output " << o << " element " << i << " " << c.kernels();
    }
  }
}

/// Integers: at most `steps` apart.
inline void expect_steps(const Compared& c, double steps = 1) {
  ASSERT_EQ(c.fast.size(), c.meaning.size());
  for (std::size_t o = 0; o < c.fast.size(); ++o) {
    ASSERT_EQ(to_string(c.fast[o].shape()), to_string(c.meaning[o].shape()));
    ASSERT_EQ(c.fast[o].type().name(), c.meaning[o].type().name());
    const std::vector<double> a = c.fast[o].to_doubles();
    const std::vector<double> b = c.meaning[o].to_doubles();
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_NEAR(a[i], b[i], steps) << "output " << o << " element " << i << " " << c.kernels();
    }
  }
}

}  // namespace pare
