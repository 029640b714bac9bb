#include "kernels/elementwise/elementwise.hpp"

#include <cmath>
#include <vector>

#include "kernels/cpu.hpp"
#include "kernels/elementwise/elementwise_tables.hpp"
#include "kernels/view.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

std::vector<const ElementwiseKernels*> available() {
  std::vector<const ElementwiseKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(elementwise_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(elementwise_kernels_avx2());
#endif
  found.push_back(elementwise_kernels_base());
  return found;
}

void log_row(const float* x, float* y, std::int64_t n, float, float) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = std::log(x[i]);
}

void power_row(const float* x, float* y, std::int64_t n, float alpha, float) {
  const double power = static_cast<double>(alpha);
  for (std::int64_t i = 0; i < n; ++i) {
    y[i] = static_cast<float>(std::pow(static_cast<double>(x[i]), power));
  }
}

ElementwiseFn power_of(const ElementwiseKernels& k, float power) {
  if (power == 2) return k.square;
  if (power == 3) return k.cube;
  if (power == 4) return k.fourth;
  if (power == -1) return k.reciprocal;
  if (power == 0.5F) return k.root;
  if (power == -0.5F) return k.inverse_root;
  return power_row;
}

ElementwiseFn loop_of(const ElementwiseKernels& k, const Activation& f) {
  switch (f.act) {
    case Act::relu: return k.relu;
    case Act::leaky_relu: return k.leaky_relu;
    case Act::clip: return k.clip;
    case Act::hard_sigmoid: return k.hard_sigmoid;
    case Act::hard_swish: return k.hard_swish;
    case Act::softplus: return k.softplus;
    case Act::abs: return k.abs;
    case Act::neg: return k.neg;
    case Act::sqrt: return k.sqrt;
    case Act::reciprocal: return k.reciprocal;
    case Act::floor: return k.floor;
    case Act::ceil: return k.ceil;
    case Act::log: return log_row;
    case Act::power: return power_of(k, f.alpha);
    default: return nullptr;
  }
}

template <class From, class To>
void convert(const std::byte* in, std::byte* out, std::int64_t begin, std::int64_t end) {
  const From* x = view<From>(in);
  To* y = view<To>(out);
  for (std::int64_t i = begin; i < end; ++i) y[i] = store_number<To>(load_number(x[i]));
}

}  // namespace

std::span<const ElementwiseKernels* const> elementwise_kernels() {
  static const std::vector<const ElementwiseKernels*> kFound = available();
  return kFound;
}

std::optional<UnaryLoop> unary_loop(const ElementwiseKernels& kernels, const Activation& f) {
  const ElementwiseFn loop = loop_of(kernels, f);
  if (loop == nullptr) return std::nullopt;
  return UnaryLoop{nullptr, loop, f.alpha, f.beta};
}

std::optional<UnaryLoop> unary_loop(const Activation& f) {
  if (const FunctionFn function = function_of(*function_kernels().front(), f.act)) {
    return UnaryLoop{function, nullptr, f.alpha, f.beta};
  }
  return unary_loop(*elementwise_kernels().front(), f);
}

ConvertFn convert_to_float(ElementKind from, ElementKind to) {
  return visit_number(from, [&](auto x) -> ConvertFn {
    using From = typename decltype(x)::type;
    if (to == ElementKind::f32) return convert<From, float>;
    if (to == ElementKind::f16) return convert<From, F16>;
    return convert<From, BF16>;
  });
}

}  // namespace pare
