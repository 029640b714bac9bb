#include "ops/_svm.hpp"

#include <algorithm>
#include <array>

namespace pare::ops {
namespace {

std::vector<double> wide(const std::vector<float>& v) { return {v.begin(), v.end()}; }

}  // namespace

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += a[i] * b[i];
  return sum;
}

Svm::Svm(const AttributeReader& a, std::int64_t vectors, std::int64_t columns)
    : vectors_(static_cast<std::size_t>(vectors)),
      columns_(static_cast<std::size_t>(columns)),
      support_(wide(a.attr_floats("support_vectors"))),
      coefficients_(wide(a.attr_floats("coefficients"))),
      rho_(wide(a.attr_floats("rho"))) {
  constexpr std::array<std::string_view, 4> kWords = {"LINEAR", "POLY", "RBF", "SIGMOID"};
  kind_ = static_cast<SvmKernel>(attr_word(a, "kernel_type", kWords));
  const std::vector<double> params = wide(a.attr_floats("kernel_params"));
  if (!params.empty() && params.size() != 3) {
    a.fail(cat("kernel_params must be gamma, coef0 and degree, got ", params.size(), " numbers"));
  }
  if (!params.empty()) {
    gamma_ = params[0];
    coef0_ = params[1];
    degree_ = params[2];
  }
  if (coefficients_.empty() || rho_.empty()) a.fail("coefficients and rho must not be empty");
  // In this order nothing overflows.
  const bool fits =
      vectors_ == 0 || (vectors_ <= support_.size() && support_.size() / vectors_ == columns_ &&
                        support_.size() % vectors_ == 0);
  if (!fits) {
    a.fail(cat(support_.size(), " numbers are no ", vectors, " support vectors of ", columns));
  }
}

double Svm::kernel(std::span<const double> a, std::span<const double> b) const {
  switch (kind_) {
    case SvmKernel::linear: return dot(a, b);
    case SvmKernel::poly: return std::pow(gamma_ * dot(a, b) + coef0_, degree_);
    case SvmKernel::sigmoid: return std::tanh(gamma_ * dot(a, b) + coef0_);
    case SvmKernel::rbf: break;
  }
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::exp(-gamma_ * sum);
}

std::vector<double> Svm::kernels(std::span<const double> x) const {
  std::vector<double> out(vectors_);
  for (std::size_t i = 0; i < vectors_; ++i) {
    out[i] = kernel(x, std::span(support_).subspan(i * columns_, columns_));
  }
  return out;
}

OpDef& svm_attributes(OpDef& def) {
  using enum AttributeKind;
  return def.optional_attribute("coefficients", reals)
      .optional_attribute("kernel_params", reals, "gamma, coef0 and degree")
      .attribute("kernel_type", std::string("LINEAR"), "LINEAR, POLY, RBF or SIGMOID")
      .attribute("post_transform", std::string("NONE"), "of the scores")
      .optional_attribute("rho", reals)
      .optional_attribute("support_vectors", reals, "vector by vector");
}

Cost svm_cost(const ShapeContext& c) {
  const Dim rows = sample_count(c);
  if (!rows.is_number()) return {};
  const auto values =
      std::max(c.attr_floats("support_vectors").size(), c.attr_floats("coefficients").size());
  const double macs = static_cast<double>(rows.number()) * static_cast<double>(values);
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

}  // namespace pare::ops
