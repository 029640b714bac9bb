#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// Results computed in double as a tensor of `type` (nearest even, saturating for integers).
Tensor from_doubles(const std::vector<double>& values, const Shape& shape, DType type);

/// Integers as two's complement in 64 bits, so that sums and products wrap, and back.
std::vector<std::uint64_t> to_wrapping(const Tensor& t);
Tensor from_wrapping(const std::vector<std::uint64_t>& values, const Shape& shape, DType type);

/// Values of complex64 and complex128 tensors. Fault::unsupported for any other type.
std::vector<std::complex<double>> to_complex(const Tensor& t);

/// Of any number type; integers never are.
template <class T>
bool is_nan(T x) {
  if constexpr (std::is_integral_v<T>) {
    return false;
  } else {
    return std::isnan(static_cast<float>(x));
  }
}

/// Number of elements before / after dimension `axis`.
std::int64_t outer_size(const Shape& shape, std::size_t axis);
std::int64_t inner_size(const Shape& shape, std::size_t axis);

/// Bytes of a value of known shape; 0 when something is unknown.
double value_bytes(const ValueType& type);
/// Elements of a value of known shape; 0 when something is unknown.
double value_count(const ValueType& type);
/// All inputs and outputs once over memory.
double traffic_bytes(const ShapeContext& c);
/// Cost of `flops` operations per element of the first output.
Cost per_output(const ShapeContext& c, double flops);
/// Cost of `flops` operations per element of the first input.
Cost per_input(const ShapeContext& c, double flops);

/// The one value of integer input i; `what` names it. Fault::corrupt for another count.
std::int64_t one_int(const OpCall& call, std::size_t i, std::string_view what);
/// The same while shapes are inferred: unknown when it is not known yet.
Dim one_dim(const ShapeContext& c, std::size_t i, std::string_view what);
/// The element type that attribute `name` names by its TensorProto number; `otherwise` when it is
/// not given. Fault::corrupt for a number without a type, or a type outside `allowed`.
DType attr_dtype(const AttributeReader& a, std::string_view name, TypeSet allowed,
                 DType otherwise = {});

/// Fault::corrupt unless the tensor has that rank / that shape; `what` names the input.
void want_rank(const AttributeReader& a, const Tensor& t, std::size_t rank, std::string_view what);
void want_shape(const AttributeReader& a, const Tensor& t, const Shape& shape,
                std::string_view what);
/// Fault::corrupt when both sizes are known numbers and differ.
void want_equal(const AttributeReader& a, const Dim& got, const Dim& want, std::string_view what);

}  // namespace pare::ops
