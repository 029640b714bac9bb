#include <algorithm>

#include "kernels/view.hpp"
#include "kernels/winograd/winograd.hpp"
#include "runtime/narrow.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

/// What follows the sum of a convolution, in the order of WinogradPosts.
struct Following {
  bool fits = true;
  WinogradPosts posts;
  std::vector<float> bias;
  const Value* residual = nullptr;
};

/// Bounds of relu and clip; false for other functions.
bool bounds_of(const Activation& f, float& low, float& high) {
  if (f.act == Act::relu) {
    low = 0;
    return true;
  }
  if (f.act != Act::clip) return false;
  low = f.alpha;
  high = f.beta;
  return true;
}

void add_bias(std::vector<float>& bias, const std::vector<float>& more) {
  for (std::size_t c = 0; c < bias.size(); ++c) bias[c] += more.size() == 1 ? more[0] : more.at(c);
}

Following following(const Unit& unit, PlanFacts& facts) {
  Following f;
  f.bias.assign(static_cast<std::size_t>(shape_of(*unit.output())[1]), 0.0F);
  if (unit.node->input(2) != nullptr) {
    add_bias(f.bias, facts.float_constant(unit.input(2)).to_floats());
  }
  bool clipped = false;
  for (std::size_t i = 0; i < unit.posts.size(); ++i) {
    const Post& p = unit.posts[i];
    if (p.kind == Post::Kind::activation) {
      const bool last = f.residual != nullptr;
      float& low = last ? f.posts.last_low : f.posts.first_low;
      float& high = last ? f.posts.last_high : f.posts.first_high;
      f.fits = f.fits && !clipped && bounds_of(p.act, low, high);
      clipped = true;
    } else if (is_bias(unit, i, facts)) {
      const Value* v = unit.input(p.operand);
      add_bias(f.bias, facts.float_constant(v).to_floats());
    } else {
      f.fits = f.fits && f.residual == nullptr;
      f.residual = unit.input(p.operand);
      clipped = false;
    }
  }
  return f;
}

WinogradSizes sizes_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  const WindowSizes window = window_sizes(facts.attributes(*unit.node), {3, 3}, x, y);
  const auto narrow = [](const Value* v) { return v->dtype().kind() == ElementKind::bf16; };
  return {x[0],
          x[2],
          x[3],
          x[1],
          y[1],
          y[2],
          y[3],
          window.before[0],
          window.before[1],
          narrow(unit.input(0)),
          narrow(unit.output())};
}

bool all_are(const std::vector<std::int64_t>& list, std::int64_t value) {
  return std::all_of(list.begin(), list.end(), [=](std::int64_t v) { return v == value; });
}

/// Whether the row can compute the unit at all.
Verdict can_run(const Unit& unit, PlanFacts& facts) {
  if (!is_convolution(unit) || unit.quantized) return not_mine();
  if (!facts.options.winograd) return refuse("switched off");
  for (const Value* v : {unit.input(0), unit.output()}) {
    const ElementKind kind = v->dtype().kind();
    const bool narrow = kind == ElementKind::bf16 && facts.may_round(*unit.node);
    if (kind != ElementKind::f32 && !narrow) return refuse("not float32");
  }
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const Shape y = shape_of(*unit.output());
  if (x.size() != 4 || w.size() != 4 || w[2] != 3 || w[3] != 3) return refuse("not 3x3");
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("group") != 1 || w[1] != x[1]) return refuse("groups");
  const WindowSizes window = window_sizes(a, {3, 3}, x, y);
  if (!all_are(window.strides, 1) || !all_are(window.dilations, 1)) {
    return refuse("strides or dilations");
  }
  if (element_count(x) == 0 || element_count(y) == 0) return refuse("nothing to do");
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  if (unit.node->input(2) != nullptr) {
    const Tensor* bias = facts.constant(unit.input(2));
    if (bias == nullptr) return refuse("the bias is not constant");
    if (bias->size() != w[0]) return refuse("odd bias");
  }
  Verdict verdict = accepts_posts(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (!following(unit, facts).fits) return refuse("what follows is not clipping and one sum");
  return verdict;
}

std::int64_t tiles_of(const WinogradSizes& s, std::int64_t side) {
  return s.batch * ((s.out_height + side - 1) / side) * ((s.out_width + side - 1) / side);
}

/// Tiles of 4x4 save more multiplications; those of 2x2 have four ninths of the weights and waste
/// less where images are small. Measured by bench/convolutions: with fewer than 12 tiles the time
/// of 4x4 is that of reading the weights.
int side_of(const WinogradSizes& s) {
  constexpr std::int64_t kMuchWeight = 1 << 18;  // floats at 36 points: a MiB
  const std::int64_t tiles = tiles_of(s, 4);
  if (std::max(s.out_height, s.out_width) <= 6 && tiles <= 4) return 2;
  return tiles < 12 && 36 * s.channels * s.outputs > kMuchWeight ? 2 : 4;
}

/// Where it is faster than the direct convolution (bench/convolutions: 8 to 8 channels at 32x32
/// take 0.82, 4 to 16 take 1.16 of its time; 4x4 images 0.76, 3x3 images 1.1).
bool is_worth(const WinogradSizes& s) {
  constexpr std::int64_t kFewChannels = 8;
  constexpr std::int64_t kSmallImage = 4;
  return s.channels >= kFewChannels && s.outputs >= kFewChannels &&
         std::min(s.out_height, s.out_width) >= kSmallImage;
}

Verdict accepts(const Unit& unit, PlanFacts& facts) {
  Verdict verdict = can_run(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  const WinogradSizes sizes = sizes_of(unit, facts);
  if (!is_worth(sizes)) return refuse("the direct convolution is faster");
  // Products of bfloat16 need half the time of float32 products, tiles of 4x4 a quarter of them.
  if (side_of(sizes) == 2 && is_bf16_convolution(unit, facts)) {
    return refuse("the direct convolution in bfloat16 is faster");
  }
  return verdict;
}

Prepared make(const Unit& unit, PlanFacts& facts) {
  const Following f = following(unit, facts);
  const WinogradSizes sizes = sizes_of(unit, facts);
  const int side = side_of(sizes);
  const Tensor weights = facts.float_constant(unit.input(1));
  const auto conv =
      std::make_shared<const WinogradConv>(sizes, side, weights.data<float>(), f.bias, f.posts);
  Prepared made;
  made.inputs = {{unit.input(0), Layout::channels_last}};
  made.outputs = {Layout::channels_last};
  const bool adds = f.residual != nullptr;
  if (adds) {
    made.inputs.push_back({f.residual, Layout::channels_last});
    made.in_place = {1};
  }
  made.scratch_bytes = conv->scratch_bytes();
  made.weight_bytes = conv->weight_bytes();
  made.note = cat(side, "x", side, " ", conv->isa());
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    conv->run(args.in[0], adds ? args.in[1] : nullptr, args.out[0], args.scratch);
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:winograd", accepts, make}};

}  // namespace

std::span<const KernelRow> winograd_rows() { return kRows; }

}  // namespace pare
