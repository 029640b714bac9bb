#pragma once

// Values of 8-bit codes for tests, and quantization written out by hand.

#include <functional>

#include "ops/op_test.hpp"

namespace pare {

inline constexpr const char* kMicrosoft = "com.microsoft";

/// Codes of type u8 or i8.
Tensor codes(ElementKind kind, Shape shape, const std::vector<int>& values);

/// Repeatable codes over the whole range of the type.
Tensor code_noise(ElementKind kind, const Shape& shape, unsigned seed);

inline Tensor one_code(ElementKind kind, int value) { return codes(kind, {}, {value}); }
inline Tensor one_float(float value) { return Tensor::scalar<float>(value); }

/// The code nearest to x, ties to the even one.
std::int64_t code_of(double x, double scale, std::int64_t zero, ElementKind kind);

/// (code - zero) * scale.
std::vector<double> real_values(const Tensor& t, double scale, int zero);

std::vector<Tensor> run_contrib(const std::string& op, const std::vector<Tensor>& inputs,
                                const Attributes& attributes = {}, std::size_t outputs = 1);

/// Every element is the code of want(i).
void expect_codes(const Tensor& got, double scale, int zero,
                  const std::function<double(std::size_t)>& want);

}  // namespace pare
