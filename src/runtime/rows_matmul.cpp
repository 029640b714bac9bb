#include <algorithm>
#include <array>

#include "base/threads.hpp"
#include "runtime/onednn.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

/// A product as the library wants it: both operands of the rank of the result.
struct MatSizes {
  Dims a, b, y;
  bool transposed_a = false;  // in memory: b of a Gemm is [N, K]
  bool transposed_b = false;
};

Dims padded(const Shape& s, std::size_t rank) {
  Dims d(rank - s.size(), 1);
  d.insert(d.end(), s.begin(), s.end());
  return d;
}

MatSizes mat_sizes(const Unit& unit, PlanFacts& facts) {
  MatSizes m;
  const Shape a = shape_of(*unit.input(0));
  const Shape b = shape_of(*unit.input(1));
  m.y = shape_of(*unit.output());
  m.a = padded(a, m.y.size());
  m.b = padded(b, m.y.size());
  if (unit.is("Gemm")) {
    const AttributeReader r = facts.attributes(*unit.node);
    m.transposed_a = r.attr_int("transA") != 0;
    m.transposed_b = r.attr_int("transB") != 0;
    if (m.transposed_a) std::swap(m.a[0], m.a[1]);
    if (m.transposed_b) std::swap(m.b[0], m.b[1]);
  }
  // Leading dimensions of the left operand join its rows when the right one has none.
  const bool flat = b.size() == 2 && m.y.size() > 2;
  if (flat) {
    const std::int64_t rows = element_count(m.y) / m.y.back();
    m.a = {rows, m.a.back()};
    m.b = {b[0], b[1]};
    m.y = {rows, m.y.back()};
  }
  return m;
}

Desc with_order(onednn::Type type, const Dims& dims, bool transposed) {
  if (!transposed) return onednn::plain(type, dims);
  return Desc(dims, type, Dims{1, dims[0]});
}

Verdict accepts_gemm(const Unit& unit, PlanFacts& facts) {
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_float("alpha") != 1.0F) return refuse("alpha is not 1");
  const Value* c = unit.node->input(2) != nullptr ? unit.input(2) : nullptr;
  if (c == nullptr) return accept();
  if (a.attr_float("beta") != 1.0F) return refuse("beta is not 1");
  if (facts.constant(c) == nullptr) return refuse("C is not constant");
  const Shape s = shape_of(*c);
  if (elements_of(*c) != 1 && (s.empty() || s.back() != elements_of(*c))) {
    return refuse("C is no row");
  }
  if (elements_of(*c) != 1 && elements_of(*c) != shape_of(*unit.output()).back()) {
    return refuse("C has another width");
  }
  return accept();
}

Verdict accepts_common(const Unit& unit, PlanFacts& facts) {
  const std::size_t rank = shape_of(*unit.output()).size();
  const Shape a = shape_of(*unit.input(0));
  const Shape b = shape_of(*unit.input(1));
  if (a.size() < 2 || b.size() < 2) return refuse("a vector operand");
  if (rank > 6) return refuse(cat("rank ", rank));
  if (unit.is("Gemm")) {
    Verdict v = accepts_gemm(unit, facts);
    if (v.kind != Verdict::Kind::accept) return v;
  }
  return accepts_posts(unit, facts);
}

bool is_mine(const Unit& unit) {
  return (unit.is("MatMul") || unit.is("Gemm")) && unit.dequantizes == nullptr;
}

Verdict accepts_float(const Unit& unit, PlanFacts& facts) {
  if (!is_mine(unit) || unit.quantized) return not_mine();
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  return accepts_common(unit, facts);
}

Verdict accepts_int8(const Unit& unit, PlanFacts& facts) {
  if (!is_mine(unit) || !unit.quantized || !unit.weights.valid()) return not_mine();
  if (!onednn::exact_int8()) return refuse("this CPU would clip 16-bit sums (no VNNI)");
  return accepts_common(unit, facts);
}

/// Two computed values, both of them codes.
Verdict accepts_codes(const Unit& unit, PlanFacts& facts) {
  if (!is_mine(unit) || !unit.quantized || unit.weights.valid()) return not_mine();
  if (!onednn::exact_int8()) return refuse("this CPU would clip 16-bit sums (no VNNI)");
  return accepts_common(unit, facts);
}

/// Products that gain more than rounding their inputs takes: constant weights, read by some rows.
Verdict accepts_bf16(const Unit& unit, PlanFacts& facts) {
  constexpr std::int64_t kLeastDepth = 64;
  if (!is_mine(unit) || unit.quantized || !facts.may_round(*unit.node)) return not_mine();
  if (!onednn::has_bf16()) return refuse("this CPU has no bfloat16 products");
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  const Shape w = shape_of(*unit.input(1));
  if (w.size() != 2 || w[0] < kLeastDepth || w[1] < kLeastDepth) return refuse("small weights");
  return accepts_float(unit, facts);
}

/// Rows [K, N] from [N, K].
Tensor transposed(const Tensor& w) {
  Tensor out(w.type(), {w.dim(1), w.dim(0)});
  const std::size_t size = w.type().info().bytes;
  const auto rows = static_cast<std::size_t>(w.dim(0));
  const auto cols = static_cast<std::size_t>(w.dim(1));
  const auto to = out.mutable_bytes();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      const auto from = w.bytes().subspan((r * cols + c) * size, size);
      std::copy(from.begin(), from.end(),
                to.begin() + static_cast<std::ptrdiff_t>((c * rows + r) * size));
    }
  }
  return out;
}

/// `bf16`: the left operand and the weights are rounded to bfloat16, sums are float32.
Prepared make_product(const Unit& unit, PlanFacts& facts, bool bf16) {
  const MatSizes m = mat_sizes(unit, facts);
  const bool constant = unit.quantized || facts.constant(unit.input(1)) != nullptr;
  const ProductPlan plan = plan_product(unit, facts, m.y.back(), m.y.size());
  return onednn::guarded([&] {
    const Desc given = with_order(plan.src_type, m.a, m.transposed_a);
    const Desc src = bf16 ? onednn::plain(onednn::Type::bf16, m.a) : given;
    const Desc moving = with_order(plan.weights_type, m.b, m.transposed_b);
    const Desc dst = onednn::plain(plan.dst_type, m.y);
    const onednn::Type weights_type = bf16 ? onednn::Type::bf16 : plan.weights_type;
    const Desc weights = constant ? onednn::any(weights_type, m.b) : moving;
    Dims bias_dims(m.y.size(), 1);
    bias_dims.back() = m.y.back();
    const Desc bias = plan.has_bias ? onednn::plain(onednn::Type::f32, bias_dims) : Desc();
    const dnnl::matmul::desc d = plan.has_bias ? dnnl::matmul::desc(src, weights, bias, dst)
                                               : dnnl::matmul::desc(src, weights, dst);
    const dnnl::matmul::primitive_desc pd(d, plan.attr, onednn::engine());
    Prepared made;
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::matmul(pd));
    made.inputs.push_back({unit.input(0), Layout::plain});
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    const std::size_t offset = bf16 ? onednn::add_scratch(made, src) : 0;
    kernel->bind_reordered(DNNL_ARG_SRC, given, src, 0, offset);
    kernel->bind_output(DNNL_ARG_DST, dst);
    kernel->bind_scratch(pd.scratchpad_desc());
    if (constant) {
      const Tensor w = m.transposed_b ? transposed(plan.weights) : plan.weights;
      kernel->bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(plan.weights_type, m.b,
                                                             w.bytes().data(), pd.weights_desc()));
      made.weight_bytes = pd.weights_desc().get_size();
    } else {
      made.inputs.push_back({unit.input(1), Layout::plain});
      kernel->bind_input(DNNL_ARG_WEIGHTS, moving, 1);
    }
    if (plan.has_bias) {
      kernel->bind_constant(DNNL_ARG_BIAS,
                            onednn::packed(onednn::Type::f32, bias_dims, plan.bias.data(), bias));
    }
    if (plan.sum != nullptr) {
      made.accumulates = static_cast<int>(made.inputs.size());
      made.inputs.push_back({plan.sum, Layout::plain});
    }
    made.outputs = {Layout::plain};
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

Prepared make_matmul(const Unit& unit, PlanFacts& facts) {
  return make_product(unit, facts, false);
}

Prepared make_bf16(const Unit& unit, PlanFacts& facts) { return make_product(unit, facts, true); }

/// Unsigned codes of the right operand less 128: the library has signed ones only there.
std::unique_ptr<Kernel> with_signed_codes(std::unique_ptr<onednn::PrimitiveKernel> inner,
                                          std::int64_t count, std::size_t offset) {
  std::shared_ptr<onednn::PrimitiveKernel> product = std::move(inner);
  return std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    constexpr std::int64_t kGrain = 65536;
    const std::byte* from = args.in[1];
    std::byte* to = args.scratch + offset;
    parallel_for(count, kGrain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = from[i] ^ std::byte{0x80};
    });
    std::array<std::byte*, 3> in{};  // there may be a residual
    std::copy(args.in.begin(), args.in.end(), in.begin());
    in[1] = to;
    product->run({std::span<std::byte* const>(in.data(), args.in.size()), args.out, args.scratch});
  });
}

Prepared make_codes(const Unit& unit, PlanFacts& facts) {
  const MatSizes m = mat_sizes(unit, facts);
  ProductPlan plan = plan_product(unit, facts, m.y.back(), m.y.size());
  const bool is_signed = unit.input(1)->dtype().kind() == ElementKind::i8;
  const std::int32_t zero = unit.in_quant.at(1).zero_point - (is_signed ? 0 : 128);
  if (zero != 0) plan.attr.set_zero_points(DNNL_ARG_WEIGHTS, 0, {zero});
  return onednn::guarded([&] {
    const Desc src = onednn::plain(plan.src_type, m.a);
    const Desc right = onednn::plain(onednn::Type::s8, m.b);
    const Desc dst = onednn::plain(plan.dst_type, m.y);
    Dims bias_dims(m.y.size(), 1);
    bias_dims.back() = m.y.back();
    const Desc bias = plan.has_bias ? onednn::plain(onednn::Type::f32, bias_dims) : Desc();
    const dnnl::matmul::desc d = plan.has_bias ? dnnl::matmul::desc(src, right, bias, dst)
                                               : dnnl::matmul::desc(src, right, dst);
    const dnnl::matmul::primitive_desc pd(d, plan.attr, onednn::engine());
    const std::string how = pd.impl_info_str();
    if (how.find("ref") != std::string::npos) {
      throw Error(Fault::unsupported, "the library has no fast kernel");
    }
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::matmul(pd));
    kernel->bind_input(DNNL_ARG_SRC, src, 0);
    kernel->bind_input(DNNL_ARG_WEIGHTS, right, 1);
    kernel->bind_output(DNNL_ARG_DST, dst);
    kernel->bind_scratch(pd.scratchpad_desc());
    if (plan.has_bias) {
      kernel->bind_constant(DNNL_ARG_BIAS,
                            onednn::packed(onednn::Type::f32, bias_dims, plan.bias.data(), bias));
    }
    Prepared made;
    made.inputs = {{unit.input(0), Layout::plain}, {unit.input(1), Layout::plain}};
    if (plan.sum != nullptr) {
      made.accumulates = 2;
      made.inputs.push_back({plan.sum, Layout::plain});
    }
    made.outputs = {Layout::plain};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.note = how;
    if (is_signed) {
      made.kernel = std::move(kernel);
    } else {
      const std::size_t offset = onednn::add_scratch(made, right);
      made.kernel = with_signed_codes(std::move(kernel), element_count(m.b), offset);
    }
    return made;
  });
}

constexpr KernelRow kRows[] = {{"onednn:matmul_int8", accepts_int8, make_matmul},
                               {"onednn:matmul_codes", accepts_codes, make_codes},
                               {"onednn:matmul_bf16", accepts_bf16, make_bf16},
                               {"onednn:matmul", accepts_float, make_matmul}};

}  // namespace

std::span<const KernelRow> matmul_rows() { return kRows; }

}  // namespace pare
