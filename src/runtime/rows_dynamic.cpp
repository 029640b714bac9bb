#include <algorithm>
#include <cmath>

#include "base/threads.hpp"
#include "kernels/int8/int8.hpp"
#include "kernels/view.hpp"
#include "numerics/rounding.hpp"
#include "runtime/integer_product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

// --- DynamicQuantizeLinear

Verdict accepts_dynamic(const Unit& unit, PlanFacts&) {
  if (!unit.is("DynamicQuantizeLinear")) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  return accept();
}

/// Scale and zero point from the least and greatest value, zero included.
Affine8 affine_of(float least, float greatest) {
  const float scale = (greatest - least) / 255.0F;
  if (!(scale > 0)) return {1.0F, 0, false};
  const double zero = round_nearest_even(static_cast<double>(-least / scale));
  // Infinite inputs make it not a number.
  return {scale, static_cast<std::int32_t>(zero >= 0 ? std::min(zero, 255.0) : 0), false};
}

/// Numbers that one call of a kernel goes through.
constexpr std::int64_t kPiece = 16384;

/// The range of all pieces; `ranges` has two numbers for each.
Affine8 affine_of(const Int8Kernels& kernels, const float* x, std::int64_t n, float* ranges) {
  const std::int64_t pieces = (n + kPiece - 1) / kPiece;
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      kernels.range(x + i * kPiece, std::min(kPiece, n - i * kPiece), ranges + 2 * i);
    }
  });
  float least = 0;
  float greatest = 0;
  for (std::int64_t i = 0; i < pieces; ++i) {
    least = std::min(least, ranges[2 * i]);
    greatest = std::max(greatest, ranges[2 * i + 1]);
  }
  return affine_of(least, greatest);
}

Prepared make_dynamic(const Unit& unit, PlanFacts& facts) {
  const Layout layout = facts.preferred_layout(unit);
  const std::int64_t n = elements_of(*unit.input(0));
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout, Layout::plain, Layout::plain};
  const Int8Kernels* k = &best_int8_kernels();
  made.note = k->isa;
  made.scratch_bytes = static_cast<std::size_t>((n + kPiece - 1) / kPiece) * 2 * sizeof(float);
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    const float* x = view<float>(args.in[0]);
    const Affine8 a = affine_of(*k, x, n, view<float>(args.scratch));
    parallel_for(n, kPiece, [&](std::int64_t begin, std::int64_t end) {
      if (args.out[0] != nullptr) k->quantize(x + begin, args.out[0] + begin, end - begin, a);
    });
    if (args.out.size() > 1 && args.out[1] != nullptr) *view<float>(args.out[1]) = a.scale;
    if (args.out.size() > 2 && args.out[2] != nullptr) {
      args.out[2][0] = static_cast<std::byte>(a.zero);
    }
  });
  return made;
}

// --- MatMulInteger and ConvInteger

}  // namespace

bool one_zero(const Unit& unit, std::size_t i, PlanFacts& facts, std::int64_t& zero) {
  zero = 0;
  if (unit.input(i) == nullptr) return true;
  const Tensor* t = facts.constant(unit.input(i));
  if (t == nullptr || t->size() == 0) return false;
  const std::vector<std::int64_t> all = t->to_ints();
  zero = all[0];
  return std::all_of(all.begin(), all.end(), [&](std::int64_t z) { return z == zero; });
}

Verdict accepts_integers(const Unit& unit, PlanFacts& facts) {
  const bool conv = unit.is("ConvInteger");
  if (!onednn::exact_int8()) return refuse("this CPU would clip 16-bit sums (no VNNI)");
  const Tensor* w = facts.constant(unit.input(1));
  if (w == nullptr) return refuse("the weights are not constant");
  std::int64_t zero = 0;
  if (!one_zero(unit, 3, facts, zero)) return refuse("several zero points of the weights");
  const std::vector<std::int64_t> codes = w->to_ints();
  if (std::any_of(codes.begin(), codes.end(),
                  [&](std::int64_t c) { return c - zero < -128 || c - zero > 127; })) {
    return refuse("weights less their zero point do not fit 8 bits");
  }
  if (unit.input(2) != nullptr && elements_of(*unit.input(2)) != 1) {
    return refuse("several zero points of the input");
  }
  const std::size_t rank = shape_of(*unit.input(0)).size();
  if (conv && (rank < 3 || rank > 5)) return refuse(cat("rank ", rank));
  if (!conv && (rank < 2 || w->rank() != 2)) return refuse("not a matrix of weights");
  if (conv) {
    const Shape x = shape_of(*unit.input(0));
    const Shape y = shape_of(*unit.output());
    const WindowSizes window = window_sizes(facts.attributes(*unit.node),
                                            Shape(w->shape().begin() + 2, w->shape().end()), x, y);
    if (sees_only_padding(window, x, y)) return refuse("a window of padding alone");
  }
  return accept();
}

IntegerKernel::IntegerKernel(std::unique_ptr<onednn::PrimitiveKernel> inner, bool has_zero,
                             bool is_signed)
    : inner_(std::move(inner)),
      zero_({{1}, onednn::Type::s32, Dims{1}}, onednn::engine()),
      has_zero_(has_zero),
      is_signed_(is_signed) {
  inner_->bind_constant(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, zero_);
}

void IntegerKernel::run(const KernelArgs& args) {
  std::int32_t zero = 0;
  if (has_zero_) {
    zero = std::to_integer<std::int32_t>(args.in[1][0]);
    if (is_signed_ && zero > 127) zero -= 256;
  }
  *static_cast<std::int32_t*>(zero_.get_data_handle()) = zero;
  inner_->run(args);
}

Tensor signed_weights(const Unit& unit, PlanFacts& facts) {
  std::int64_t zero = 0;
  require(one_zero(unit, 3, facts, zero), "no zero point");
  const Tensor& w = *facts.constant(unit.input(1));
  const std::vector<std::int64_t> codes = w.to_ints();
  Tensor out(ElementKind::i8, w.shape());
  const auto data = out.mutable_data<std::int8_t>();
  for (std::size_t i = 0; i < codes.size(); ++i)
    data[i] = static_cast<std::int8_t>(codes[i] - zero);
  return out;
}

namespace {

Verdict accepts_integer(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("ConvInteger") && !unit.is("MatMulInteger")) return not_mine();
  if (unit.covers.size() > 1) return not_mine();  // a scaled product
  return accepts_integers(unit, facts);
}

/// What is left to do when the primitive is there.
template <class PrimitiveDesc>
Prepared finish(const Unit& unit, const PrimitiveDesc& pd, dnnl::primitive primitive,
                const Dims& weight_dims, const Tensor& weights, Layout layout) {
  auto inner = std::make_unique<onednn::PrimitiveKernel>(std::move(primitive));
  inner->bind_input(DNNL_ARG_SRC, pd.src_desc(), 0);
  inner->bind_output(DNNL_ARG_DST, pd.dst_desc());
  inner->bind_scratch(pd.scratchpad_desc());
  inner->bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(onednn::Type::s8, weight_dims,
                                                        weights.bytes().data(), pd.weights_desc()));
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  const Value* zero = unit.input(2);
  if (zero != nullptr) made.inputs.push_back({zero, Layout::plain});
  made.outputs = {layout};
  made.scratch_bytes = pd.scratchpad_desc().get_size();
  made.weight_bytes = pd.weights_desc().get_size();
  made.note = pd.impl_info_str();
  const bool is_signed = zero != nullptr && zero->dtype().kind() == ElementKind::i8;
  made.kernel = std::make_unique<IntegerKernel>(std::move(inner), zero != nullptr, is_signed);
  return made;
}

Prepared make_integer(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  const Tensor weights = signed_weights(unit, facts);
  const auto type = onednn::type_of(unit.input(0)->dtype());
  return onednn::guarded([&] {
    dnnl::primitive_attr attr = onednn::attributes();
    attr.set_zero_points(DNNL_ARG_SRC, 0, {DNNL_RUNTIME_S32_VAL});
    Dims dims = weights.shape();
    if (unit.is("MatMulInteger")) {
      const Dims flat_x = {element_count(x) / x.back(), x.back()};
      const Dims flat_y = {flat_x[0], y.back()};
      const dnnl::matmul::desc d(onednn::plain(type, flat_x), onednn::any(onednn::Type::s8, dims),
                                 onednn::plain(onednn::Type::s32, flat_y));
      const dnnl::matmul::primitive_desc pd(d, attr, onednn::engine());
      return finish(unit, pd, dnnl::matmul(pd), dims, weights, Layout::plain);
    }
    const AttributeReader a = facts.attributes(*unit.node);
    WindowSizes w = window_sizes(a, Shape(dims.begin() + 2, dims.end()), x, y);
    for (auto& step : w.dilations) --step;
    const std::int64_t group = a.attr_int("group");
    if (group > 1) {
      dims[0] /= group;
      dims.insert(dims.begin(), group);
    }
    const Layout layout = Layout::channels_last;
    const dnnl::convolution_forward::desc d(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        onednn::desc_of(type, x, layout), onednn::any(onednn::Type::s8, dims),
        onednn::desc_of(onednn::Type::s32, y, layout), w.strides, w.dilations, w.before, w.after);
    const dnnl::convolution_forward::primitive_desc pd(d, attr, onednn::engine());
    return finish(unit, pd, dnnl::convolution_forward(pd), dims, weights, layout);
  });
}

constexpr KernelRow kRows[] = {{"native:dynamic_quantize", accepts_dynamic, make_dynamic},
                               {"onednn:integer_product", accepts_integer, make_integer}};

}  // namespace

std::span<const KernelRow> dynamic_rows() { return kRows; }

}  // namespace pare
