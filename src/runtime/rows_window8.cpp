#include <algorithm>
#include <limits>

#include "kernels/view.hpp"
#include "kernels/window8/window8.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

bool all_are(const std::vector<std::int64_t>& list, std::int64_t value) {
  return std::all_of(list.begin(), list.end(), [=](std::int64_t v) { return v == value; });
}

/// Images of so few channels come plane by plane: bringing them into NHWC costs as much as half of
/// the first convolution.
bool reads_planes(std::int64_t channels) {
  constexpr std::int64_t kMostPlanes = 4;
  return channels <= kMostPlanes;
}

WindowSizes8 sizes_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const Shape y = shape_of(*unit.output());
  const WindowSizes window = window_sizes(facts.attributes(*unit.node), {w[2], w[3]}, x, y);
  return {x[0],
          x[1],
          x[2],
          x[3],
          w[0],
          y[2],
          y[3],
          w[2],
          w[3],
          window.strides[0],
          window.strides[1],
          window.before[0],
          window.before[1],
          reads_planes(x[1])};
}

bool is_one_clip(const Unit& unit, PlanFacts& facts) {
  std::size_t clips = 0;
  for (std::size_t i = 0; i < unit.posts.size(); ++i) {
    if (is_bias(unit, i, facts)) continue;
    const Post& p = unit.posts[i];
    if (p.kind != Post::Kind::activation) return false;
    if (p.act.act != Act::relu && p.act.act != Act::clip) return false;
    ++clips;
  }
  return clips <= 1;
}

/// Whether the row can compute the unit at all.
Verdict can_run(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Conv") || !unit.quantized) return not_mine();
  if (!unit.out_quant.on) return refuse("the result is float");
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const Shape y = shape_of(*unit.output());
  if (x.size() != 4 || w.size() != 4 || w[1] != x[1]) return refuse("not one group of images");
  if (element_count(x) == 0 || element_count(y) == 0) return refuse("nothing to do");
  const WindowSizes window = window_sizes(facts.attributes(*unit.node), {w[2], w[3]}, x, y);
  if (!all_are(window.dilations, 1)) return refuse("dilations");
  if (!reads_planes(x[1])) {
    const bool pointwise = all_are(window.kernel, 1) && all_are(window.strides, 1) &&
                           all_are(window.before, 0) && all_are(window.after, 0);
    if (!pointwise || x[1] % 4 != 0) return refuse("many channels, and not 1x1");
  }
  if (unit.node->input(2) != nullptr) {
    const Tensor* bias = facts.constant(unit.input(2));
    if (bias == nullptr || bias->size() != w[0]) return refuse("the bias is not constant");
  }
  if (!is_one_clip(unit, facts)) return refuse("what follows is not one clipping");
  return accept();
}

/// Where it is faster than oneDNN (one core of a Zen 5: 0.90 to 1.00 of its time up to 96 channels;
/// 1.2 to 1.5 where only one vector of results is there, unless the image need not be reordered).
Verdict accepts(const Unit& unit, PlanFacts& facts) {
  Verdict verdict = can_run(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (window_kernels().front()->isa == "base") return refuse("no VNNI");
  constexpr std::int64_t kFewChannels = 96;
  constexpr std::int64_t kOneVector = 16;
  const std::int64_t channels = shape_of(*unit.input(0))[1];
  if (reads_planes(channels)) return verdict;
  if (channels > kFewChannels) return refuse("many channels");
  if (shape_of(*unit.output())[1] <= kOneVector) return refuse("few results");
  return verdict;
}

void add_to(std::vector<float>& bias, const std::vector<float>& more) {
  for (std::size_t c = 0; c < bias.size(); ++c) bias[c] += more.size() == 1 ? more[0] : more.at(c);
}

/// The same float operations as plan_product() leaves to oneDNN.
WindowAffine affine_of(const Unit& unit, PlanFacts& facts) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Quant& x = unit.in_quant.at(0);
  WindowAffine a;
  a.x_signed = unit.input(0)->dtype().kind() == ElementKind::i8;
  a.y_signed = unit.output()->dtype().kind() == ElementKind::i8;
  a.x_zero = x.zero_point;
  a.y_zero = unit.out_quant.zero_point;
  a.low = -kInfinity;
  a.high = kInfinity;
  const float unit_scale = 1 / unit.out_quant.scale;
  a.bias.assign(static_cast<std::size_t>(shape_of(*unit.input(1))[0]), 0.0F);
  if (unit.node->input(2) != nullptr) {
    add_to(a.bias, facts.float_constant(unit.input(2)).to_floats());
  }
  for (std::size_t i = 0; i < unit.posts.size(); ++i) {
    const Post& p = unit.posts[i];
    if (is_bias(unit, i, facts)) {
      add_to(a.bias, facts.float_constant(unit.input(p.operand)).to_floats());
    } else {
      a.low = p.act.act == Act::relu ? 0.0F : p.act.alpha * unit_scale;
      a.high = p.act.act == Act::relu ? kInfinity : p.act.beta * unit_scale;
    }
  }
  for (std::size_t c = 0; c < a.bias.size(); ++c) {
    const float w = unit.weight_scales[unit.weight_scales.size() == 1 ? 0 : c];
    a.bias[c] /= x.scale * w;
    a.scale.push_back(x.scale * w * unit_scale);
  }
  return a;
}

Prepared make(const Unit& unit, PlanFacts& facts) {
  const WindowSizes8 sizes = sizes_of(unit, facts);
  const auto conv = std::make_shared<const WindowConv>(sizes, unit.weights.data<std::int8_t>(),
                                                       affine_of(unit, facts));
  Prepared made;
  made.inputs = {{unit.input(0), sizes.planes ? Layout::plain : Layout::channels_last}};
  made.outputs = {Layout::channels_last};
  made.scratch_bytes = conv->scratch_bytes();
  made.weight_bytes = conv->weight_bytes();
  made.note = conv->isa();
  made.kernel = std::make_unique<FunctionKernel>(
      [=](const KernelArgs& args) { conv->run(args.in[0], args.out[0], args.scratch); });
  return made;
}

constexpr KernelRow kRows[] = {{"native:window_int8", accepts, make}};

}  // namespace

std::span<const KernelRow> window8_rows() { return kRows; }

}  // namespace pare
