#pragma once

// Two tensors with their gradients and states, for the tests of the optimisers.

#include <cmath>

#include "ops/elementwise.hpp"

namespace pare {

inline constexpr const char* kTraining = "ai.onnx.preview.training";

/// R, T, then `groups` pairs of tensors of shapes [3] and [2, 2], all positive.
inline std::vector<Tensor> training_inputs(float rate, Int count, std::size_t groups) {
  std::vector<Tensor> in = {Tensor::scalar<float>(rate), Tensor::scalar<Int>(count)};
  for (unsigned g = 0; g < groups; ++g) {
    for (const Shape& shape : {Shape{3}, Shape{2, 2}}) {
      Tensor t = noise(shape, 10 * g + static_cast<unsigned>(shape.size()));
      for (float& v : t.mutable_data<float>()) v = v / 4 + 0.5F;
      in.push_back(t);
    }
  }
  return in;
}

/// Element i of tensor t (0 or 1) in group g of those inputs.
inline double element(const std::vector<Tensor>& in, std::size_t g, std::size_t t, std::size_t i) {
  return in.at(2 + 2 * g + t).to_doubles().at(i);
}

/// An element of the outputs.
inline double result(const std::vector<Tensor>& out, std::size_t g, std::size_t t, std::size_t i) {
  return out.at(2 * g + t).to_doubles().at(i);
}

/// Inputs that do not divide into groups, and shapes that differ, are corrupt.
inline void expect_groups(const std::string& op, std::size_t groups, const Attributes& a) {
  const auto fails = [&](const std::vector<Tensor>& in, std::size_t outputs) {
    EXPECT_EQ(fault_of([&] { run_op(op, in, a, outputs, kTraining); }), Fault::corrupt);
  };
  const auto in = training_inputs(0.1F, 1, groups);
  std::vector<Tensor> fewer(in.begin(), in.end() - 1);
  fails(fewer, 2 * (groups - 1));
  fails({in[0], in[1]}, 1);
  fails(in, 1);
  std::vector<Tensor> swapped = in;
  std::swap(swapped[4], swapped[5]);
  fails(swapped, 2 * (groups - 1));
  std::vector<Tensor> rates = in;
  rates[0] = ramp({2});
  fails(rates, 2 * (groups - 1));
}

}  // namespace pare
