#include <limits>

#include "kernels/depthwise/depthwise.hpp"
#include "kernels/view.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

/// One channel in, one out, in two dimensions, with constant weights.
Verdict accepts_shapes(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  if (x.size() != 4 || w.size() != 4) return not_mine();
  const AttributeReader a = facts.attributes(*unit.node);
  if (x[1] == 1 || a.attr_int("group") != x[1] || w[0] != x[1] || w[1] != 1) return not_mine();
  if (unit.node->input(2) != nullptr &&
      (facts.constant(unit.input(2)) == nullptr || elements_of(*unit.input(2)) != w[0])) {
    return refuse("the bias is no constant for each channel");
  }
  if (elements_of(*unit.output()) == 0 || elements_of(*unit.input(0)) == 0) {
    return refuse("nothing to do");
  }
  const WindowSizes window = window_sizes(a, {w[2], w[3]}, x, shape_of(*unit.output()));
  for (std::size_t i = 0; i < 2; ++i) {
    if (window.before[i] < 0) return refuse("negative padding");
  }
  return accept();
}

DepthwiseSizes sizes_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const Shape y = shape_of(*unit.output());
  const WindowSizes window = window_sizes(facts.attributes(*unit.node), {w[2], w[3]}, x, y);
  DepthwiseSizes s;
  s.batch = x[0];
  s.channels = x[1];
  s.in_h = x[2];
  s.in_w = x[3];
  s.out_h = y[2];
  s.out_w = y[3];
  s.kernel_h = w[2];
  s.kernel_w = w[3];
  s.stride_h = window.strides[0];
  s.stride_w = window.strides[1];
  s.dilation_h = window.dilations[0];
  s.dilation_w = window.dilations[1];
  s.top = window.before[0];
  s.left = window.before[1];
  return s;
}

/// A constant per channel straight behind the sum, then at most one function of those that run in
/// registers.
Verdict read_posts(const Unit& unit, PlanFacts& facts, DepthwisePost& post) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  post = {false, -kInf, kInf};
  Verdict verdict = accepts_posts(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  int functions = 0;
  for (const Post& p : unit.posts) {
    if (p.kind != Post::Kind::activation) {
      if (facts.constant(unit.input(p.operand)) == nullptr) return refuse("a value is added");
      continue;  // a bias: nothing else is accepted
    }
    if (++functions > 1) return refuse("two functions follow");
    if (p.act.act == Act::relu) {
      post.low = 0;
    } else if (p.act.act == Act::clip) {
      post.low = p.act.alpha;
      post.high = p.act.beta;
    } else if (p.act.act == Act::hard_swish) {
      post.hard_swish = true;
    } else {
      return refuse(cat("no ", to_string(p.act.act), " in registers"));
    }
  }
  return accept();
}

Verdict accepts_float(const Unit& unit, PlanFacts& facts) {
  if (!is_convolution(unit) || unit.quantized) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return not_mine();
  const Verdict verdict = accepts_shapes(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  DepthwisePost post;
  return read_posts(unit, facts, post);
}

Prepared make_float(const Unit& unit, PlanFacts& facts) {
  const DepthwiseSizes sizes = sizes_of(unit, facts);
  const ProductPlan plan = plan_product(unit, facts, sizes.channels);
  DepthwisePost post;
  (void)read_posts(unit, facts, post);
  const auto conv = std::make_shared<Depthwise>(sizes, plan.weights.data<float>(), plan.bias, post);
  Prepared made;
  made.inputs = {{unit.input(0), Layout::channels_last}};
  made.outputs = {Layout::channels_last};
  made.weight_bytes = conv->bytes();
  made.note = conv->isa();
  made.kernel = std::make_unique<FunctionKernel>([conv](const KernelArgs& args) {
    conv->run(view<float>(args.in[0]), view<float>(args.out[0]));
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:depthwise", accepts_float, make_float}};

}  // namespace

std::span<const KernelRow> depthwise_rows() { return kRows; }

}  // namespace pare
