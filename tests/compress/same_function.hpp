#pragma once

// Two graphs on the same random inputs, by the native runtime.

#include <algorithm>
#include <cmath>
#include <vector>

#include "compress/tiny_net.hpp"
#include "runtime/session.hpp"

namespace pare::compress_test {

/// Seeded inputs of a graph with known shapes: normal numbers, and indices below 8.
inline std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed) {
  Rng rng(seed, 77);
  std::vector<Tensor> inputs;
  for (const Value* v : graph.inputs()) {
    if (v->dtype() == ElementKind::f32) {
      inputs.push_back(random_tensor(*v->known_shape(), rng, 1));
      continue;
    }
    Tensor t(ElementKind::i64, *v->known_shape());
    for (std::int64_t& i : t.mutable_data<std::int64_t>()) {
      i = static_cast<std::int64_t>(rng.below(8));
    }
    inputs.push_back(std::move(t));
  }
  return inputs;
}

/// Inputs like those of `graph` as calibration samples; it must outlive this.
class InputsOf : public BatchSource {
 public:
  explicit InputsOf(const Graph& graph, std::int64_t n = 16) : graph_(graph), n_(n) {}
  [[nodiscard]] std::int64_t batches() const override { return n_; }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    return random_inputs(graph_, 1000 + static_cast<std::uint64_t>(i));
  }
  [[nodiscard]] std::string fingerprint() const override { return cat("inputs ", n_); }

 private:
  const Graph& graph_;
  std::int64_t n_;
};

/// Sum of squares of the differences over that of the outputs of `exact`, over some inputs.
inline double noise_over_signal(const Graph& exact, const Graph& other, int runs = 4) {
  const auto a = Session::create(exact, op_registry(), {});
  const auto b = Session::create(other, op_registry(), {});
  double noise = 0;
  double signal = 0;
  for (int run = 0; run < runs; ++run) {
    const auto inputs = random_inputs(exact, static_cast<std::uint64_t>(run));
    const auto want = a->run(inputs);
    const auto got = b->run(inputs);
    EXPECT_EQ(want.size(), got.size());
    for (std::size_t o = 0; o < want.size(); ++o) {
      const auto x = want[o].to_doubles();
      const auto y = got.at(o).to_doubles();
      EXPECT_EQ(x.size(), y.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        noise += (x[i] - y.at(i)) * (x[i] - y.at(i));
        signal += x[i] * x[i];
      }
    }
  }
  return noise / signal;
}

/// The greatest difference of an output over its greatest value, over some inputs.
inline double worst_difference(const Graph& exact, const Graph& other) {
  const auto a = Session::create(exact, op_registry(), {});
  const auto b = Session::create(other, op_registry(), {});
  double worst = 0;
  for (std::uint64_t run = 0; run < 3; ++run) {
    const auto inputs = random_inputs(exact, run);
    const auto want = a->run(inputs);
    const auto got = b->run(inputs);
    EXPECT_EQ(want.size(), got.size());
    for (std::size_t o = 0; o < want.size(); ++o) {
      const auto x = want[o].to_doubles();
      const auto y = got.at(o).to_doubles();
      EXPECT_EQ(x.size(), y.size());
      double difference = 0;
      double size = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        difference = std::max(difference, std::abs(x[i] - y.at(i)));
        size = std::max(size, std::abs(x[i]));
      }
      EXPECT_GT(size, 0);
      worst = std::max(worst, std::isfinite(difference) ? difference / size : 1e300);
    }
  }
  return worst;
}

}  // namespace pare::compress_test
