#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "runtime/onednn.hpp"
#include "runtime/rows.hpp"
#include "runtime/select.hpp"

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

// --- functions of one number

/// Whether the unit is a function of one float32 number, and which.
Verdict accepts_function(const Unit& unit, PlanFacts& facts, Activation& f) {
  if (unit.quantized || !unit.posts.empty() || !activation_of(*unit.node, facts, f)) {
    return not_mine();
  }
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  return accept();
}

Verdict accepts_activation(const Unit& unit, PlanFacts& facts) {
  Activation f;
  Verdict verdict = accepts_function(unit, facts, f);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  if (!onednn::algorithm_of(f, algorithm, alpha, beta)) {
    return refuse(cat("the library has no ", to_string(f.act)));
  }
  return accept();
}

Prepared make_activation(const Unit& unit, PlanFacts& facts) {
  Activation f;
  require(activation_of(*unit.node, facts, f), "no activation");
  return onednn::guarded([&] {
    dnnl::algorithm algorithm = dnnl::algorithm::undef;
    float alpha = 0;
    float beta = 0;
    onednn::algorithm_of(f, algorithm, alpha, beta);
    const Desc desc = onednn::plain(onednn::Type::f32, {elements_of(*unit.output())});
    const dnnl::eltwise_forward::desc d(dnnl::prop_kind::forward_inference, algorithm, desc, alpha,
                                        beta);
    const dnnl::eltwise_forward::primitive_desc pd(d, onednn::attributes(), onednn::engine());
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::eltwise_forward(pd));
    kernel->bind_input(DNNL_ARG_SRC, desc, 0);
    kernel->bind_output(DNNL_ARG_DST, desc);
    kernel->bind_scratch(pd.scratchpad_desc());
    const Layout layout = facts.preferred_layout(unit);
    Prepared made;
    made.inputs = {{unit.input(0), layout}};
    made.outputs = {layout};
    made.in_place = {0};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

/// Adding it and taking it away rounds to a whole number: 1.5 * 2^23.
constexpr float kWhole = 12582912.0F;

inline float power_of_two(float n) noexcept {
  return std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

/// e^x / 2^n for whole n next to x / ln 2, within 2 ulp and in a form that compilers vectorise.
/// Range reduction by two parts of ln 2 and the polynomial of the Cephes library's expf.
inline float exp_without_power(float x, float n) noexcept {
  const float r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  return (p * (r * r) + r) + 1.0F;
}

/// e^x for all x; the power goes on in two parts, as either alone may not be a normal number.
inline float exponential(float x) noexcept {
  const float low = x > -105.0F ? x : -105.0F;  // 0 for NaN too, until the end
  const float a = low < 89.0F ? low : 89.0F;
  const float n = (a * 1.44269504088896341F + kWhole) - kWhole;
  const float half = (n * 0.5F + kWhole) - kWhole;
  const float y = exp_without_power(a, n) * power_of_two(half) * power_of_two(n - half);
  return x == x ? y : x;  // NOLINT(misc-redundant-expression): NaN stays
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e), e = e^-|x|, within 4 ulp on both sides of zero. The
/// logarithm is 2 artanh(e / (2 + e)) by its series: the argument is at most 1/3, so what is left
/// out is below 2 (1/3)^19 / 19 of 1.
inline float softplus(float x) noexcept {
  const float e = exponential(x < 0.0F ? x : -x);
  const float s = e / (2.0F + e);
  const float q = s * s;
  float p = 1.0F / 17.0F;
  p = p * q + 1.0F / 15.0F;
  p = p * q + 1.0F / 13.0F;
  p = p * q + 1.0F / 11.0F;
  p = p * q + 1.0F / 9.0F;
  p = p * q + 1.0F / 7.0F;
  p = p * q + 1.0F / 5.0F;
  p = p * q + 1.0F / 3.0F;
  return (x < 0.0F ? 0.0F : x) + (2.0F * s * (p * q) + 2.0F * s);
}

/// Functions that oneDNN 2.6 computes too coarsely: its soft_relu loses all relative precision
/// where it is small, its log near 1. Its clip behind a linear function takes a slow path that
/// leaves zeros, so hard_sigmoid is here too. Its relu and clip make numbers of NaN.
Verdict accepts_exact_function(const Unit& unit, PlanFacts& facts) {
  Activation f;
  Verdict verdict = accepts_function(unit, facts, f);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  constexpr Act kMine[] = {Act::hard_sigmoid, Act::log, Act::relu, Act::clip, Act::softplus};
  const bool mine = std::find(std::begin(kMine), std::end(kMine), f.act) != std::end(kMine);
  return mine ? accept() : not_mine();
}

template <class Function>
std::unique_ptr<Kernel> function_kernel(std::int64_t n, Function function) {
  constexpr std::int64_t kGrain = 16384;
  return std::make_unique<FunctionKernel>([n, function](const KernelArgs& k) {
    const float* x = view<float>(k.in[0]);
    float* y = view<float>(k.out[0]);
    parallel_for(n, kGrain, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) y[i] = function(x[i]);
    });
  });
}

Prepared make_exact_function(const Unit& unit, PlanFacts& facts) {
  Activation f;
  require(activation_of(*unit.node, facts, f), "no activation");
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.in_place = {0};
  const std::int64_t n = elements_of(*unit.output());
  if (f.act == Act::log) {
    made.kernel = function_kernel(n, [](float x) { return std::log(x); });
  } else if (f.act == Act::softplus) {
    made.kernel = function_kernel(n, [](float x) { return softplus(x); });
  } else if (f.act == Act::relu) {
    made.kernel = function_kernel(n, [](float x) { return x < 0.0F ? 0.0F : x; });
  } else if (f.act == Act::clip) {
    made.kernel = function_kernel(n, [low = f.alpha, high = f.beta](float x) {
      const float v = x < low ? low : x;
      return v > high ? high : v;
    });
  } else {
    made.kernel = function_kernel(n, [a = f.alpha, b = f.beta](float x) {
      const float v = a * x + b;  // in this order a NaN stays one
      const float low = v < 0.0F ? 0.0F : v;
      return low > 1.0F ? 1.0F : low;
    });
  }
  return made;
}

// --- softmax

Verdict accepts_softmax(const Unit& unit, PlanFacts&) {
  if (!unit.is("Softmax") && !unit.is("LogSoftmax")) return not_mine();
  if (unit.attention != nullptr) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const std::size_t rank = shape_of(*unit.input(0)).size();
  if (rank == 0 || rank > 6) return refuse(cat("rank ", rank));
  return accept();
}

Prepared make_softmax(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const std::int64_t axis = facts.attributes(*unit.node).attr_axis("axis", x.size());
  return onednn::guarded([&] {
    const auto algorithm =
        unit.is("Softmax") ? dnnl::algorithm::softmax_accurate : dnnl::algorithm::softmax_log;
    const Desc desc = onednn::plain(onednn::Type::f32, x);
    const dnnl::softmax_v2_forward::desc d(dnnl::prop_kind::forward_inference, algorithm, desc,
                                           desc, static_cast<int>(axis));
    const dnnl::softmax_v2_forward::primitive_desc pd(d, onednn::attributes(), onednn::engine());
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::softmax_v2_forward(pd));
    kernel->bind_input(DNNL_ARG_SRC, desc, 0);
    kernel->bind_output(DNNL_ARG_DST, desc);
    kernel->bind_scratch(pd.scratchpad_desc());
    Prepared made;
    made.inputs = {{unit.input(0), Layout::plain}};
    made.outputs = {Layout::plain};
    made.in_place = {0};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

constexpr KernelRow kRows[] = {
    {"native:functions", accepts_exact_function, make_exact_function, true},
    {"onednn:eltwise", accepts_activation, make_activation},
    {"onednn:softmax", accepts_softmax, make_softmax}};

}  // namespace

std::span<const KernelRow> eltwise_rows() { return kRows; }

}  // namespace pare
