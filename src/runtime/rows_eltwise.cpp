#include "base/threads.hpp"
#include "kernels/elementwise/elementwise.hpp"
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

/// Functions that are one loop over numbers. oneDNN 2.6 computes some of them too coarsely: its
/// soft_relu loses all relative precision where it is small, its log near 1. Its clip behind a
/// linear function takes a slow path that leaves zeros. Its relu and clip make numbers of NaN.
Verdict accepts_exact_function(const Unit& unit, PlanFacts& facts) {
  Activation f;
  Verdict verdict = accepts_function(unit, facts, f);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  return unary_loop(f) ? accept() : not_mine();
}

Prepared make_exact_function(const Unit& unit, PlanFacts& facts) {
  constexpr std::int64_t kGrain = 16384;
  Activation f;
  require(activation_of(*unit.node, facts, f), "no activation");
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.in_place = {0};
  const std::int64_t n = elements_of(*unit.output());
  made.kernel = std::make_unique<FunctionKernel>([n, loop = *unary_loop(f)](const KernelArgs& k) {
    const float* x = view<float>(k.in[0]);
    float* y = view<float>(k.out[0]);
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      loop(x + begin, y + begin, end - begin);
    });
  });
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
