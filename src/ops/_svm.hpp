#pragma once

#include <span>
#include <vector>

#include "ops/_ml.hpp"

namespace pare::ops {

enum class SvmKernel : std::uint8_t { linear, poly, rbf, sigmoid };

/// K(a, b) = a.b, (gamma a.b + coef0)^degree, exp(-gamma |a - b|^2) or tanh(gamma a.b + coef0).
class Svm {
 public:
  /// From the attributes kernel_type, kernel_params, support_vectors, coefficients and rho.
  /// `vectors`: number of support vectors, 0 for a linear model. Fault::corrupt when lists do not
  /// fit `columns`.
  Svm(const AttributeReader& a, std::int64_t vectors, std::int64_t columns);
  /// K(x, v) for every support vector v.
  [[nodiscard]] std::vector<double> kernels(std::span<const double> x) const;
  [[nodiscard]] const std::vector<double>& coefficients() const noexcept { return coefficients_; }
  [[nodiscard]] const std::vector<double>& rho() const noexcept { return rho_; }

 private:
  [[nodiscard]] double kernel(std::span<const double> a, std::span<const double> b) const;
  SvmKernel kind_ = SvmKernel::linear;
  double gamma_ = 0;
  double coef0_ = 0;
  double degree_ = 0;
  std::size_t vectors_ = 0;
  std::size_t columns_ = 0;
  std::vector<double> support_;
  std::vector<double> coefficients_;
  std::vector<double> rho_;
};

double dot(std::span<const double> a, std::span<const double> b);
OpDef& svm_attributes(OpDef& def);
/// A product with every support vector (or coefficient) for each sample.
Cost svm_cost(const ShapeContext& c);

}  // namespace pare::ops
