#include <algorithm>

#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr std::int64_t kMostProducts = 300'000;
constexpr std::int64_t kMostTerms = 500;  // of codes: their sum is below 2^24

/// Sizes of one convolution; images and windows have `n` dimensions.
struct Conv {
  std::int64_t batch = 2, group = 1, in = 2, out = 3;  // in, out: channels of one group
  Ints image, kernel, strides, dilations, before, after;
  std::string auto_pad = "NOTSET";

  explicit Conv(std::size_t n)
      : image(n, 5), kernel(n, 3), strides(n, 1), dilations(n, 1), before(n, 1), after(n, 1) {}
  [[nodiscard]] std::size_t rank() const { return image.size(); }
  [[nodiscard]] Shape x() const {
    Shape s = {batch, group * in};
    s.insert(s.end(), image.begin(), image.end());
    return s;
  }
  [[nodiscard]] Shape w() const {
    Shape s = {group * out, in};
    s.insert(s.end(), kernel.begin(), kernel.end());
    return s;
  }
  [[nodiscard]] Attributes attributes() const {
    Attributes a = {{"strides", strides}, {"dilations", dilations}, {"group", group}};
    if (auto_pad != "NOTSET") {
      a["auto_pad"] = auto_pad;
    } else {
      Ints pads = before;
      pads.insert(pads.end(), after.begin(), after.end());
      a["pads"] = pads;
    }
    return a;
  }
  /// Size of the result along dimension i.
  [[nodiscard]] std::int64_t result(std::size_t i) const {
    const std::int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      return (image[i] + strides[i] - 1) / strides[i];
    }
    const std::int64_t pad = auto_pad == "VALID" ? 0 : before[i] + after[i];
    return image[i] + pad < extent ? 0 : (image[i] + pad - extent) / strides[i] + 1;
  }
  [[nodiscard]] Shape y() const {
    Shape s = {batch, group * out};
    for (std::size_t i = 0; i < rank(); ++i) s.push_back(result(i));
    return s;
  }
  /// Something comes out, and the reference kernel has not to work for long.
  [[nodiscard]] bool is_good() const {
    std::int64_t results = batch * group * out;
    std::int64_t terms = in;
    for (std::size_t i = 0; i < rank(); ++i) {
      if (result(i) <= 0) return false;
      results *= result(i);
      terms *= kernel[i];
    }
    return terms <= kMostTerms && results * terms <= kMostProducts;
  }
};

Conv random_conv(Differential& d) {
  for (;;) {
    Conv c(static_cast<std::size_t>(d.below(3)) + 1);
    c.batch = d.pick<std::int64_t>({1, 2, 3});
    c.group = d.pick<std::int64_t>({1, 1, 2, 3, 7, 17, 32});
    c.in = d.pick<std::int64_t>({1, 1, 3, 7, 16, 17});
    c.out = d.pick<std::int64_t>({1, 1, 3, 7, 16, 17});
    for (std::size_t i = 0; i < c.rank(); ++i) {
      c.image[i] = d.pick<std::int64_t>({1, 3, 5, 7, 16, 17});
      c.kernel[i] = d.pick<std::int64_t>({1, 2, 3, 3, 5, 7});
      c.strides[i] = d.pick<std::int64_t>({1, 1, 2, 3, 5});
      c.dilations[i] = d.pick<std::int64_t>({1, 1, 2, 3});
      c.before[i] = d.below(4);
      c.after[i] = d.below(4);
    }
    c.auto_pad = d.pick<const char*>({"NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"});
    if (c.is_good()) return c;
  }
}

/// Every size at every place, one at a time.
std::vector<Conv> conv_corners() {
  std::vector<Conv> all;
  for (std::size_t n = 1; n <= 3; ++n) {
    for (const std::int64_t size : kSizes) {
      const auto add = [&](auto change) {
        Conv c(n);
        change(c);
        if (c.is_good()) all.push_back(c);
      };
      add([&](Conv& c) { c.batch = size; });
      add([&](Conv& c) { c.image[n - 1] = size; });
      add([&](Conv& c) { c.image[0] = size; });
      if (size == 0) continue;
      add([&](Conv& c) { c.in = size; });
      add([&](Conv& c) { c.out = size; });
      add([&](Conv& c) { c.strides[n - 1] = size; });
      add([&](Conv& c) {
        c.group = size;
        c.in = 1;
        c.out = 1;
        c.image[0] = 3;
      });
      add([&](Conv& c) {
        c.kernel[n - 1] = size;
        c.image[n - 1] = size + 2;
      });
      add([&](Conv& c) {
        c.dilations[n - 1] = size;
        c.image[n - 1] = 2 * size + 3;
      });
    }
  }
  return all;
}

/// What may follow a product and leaves multiples of powers of two.
Value* exact_posts(Differential& d, Builder& b, Value* y, Value* residual, const Shape& shape,
                   std::size_t channel_axis) {
  switch (d.below(9)) {
    case 0: return b.node("Relu", {y});
    case 1: return b.node("Clip", {y, b.scalar(-1), b.scalar(1.5F)});
    case 2: return b.node("LeakyRelu", {y}, {{"alpha", 0.25F}});
    case 3: return residual == nullptr ? y : b.node("Add", {y, residual});
    case 4: return residual == nullptr ? y : b.node("Relu", {b.node("Add", {residual, y})});
    case 5: {
      Shape s(shape.size() - channel_axis, 1);
      s[0] = shape[channel_axis];
      return b.node("Add", {y, d.constant(b, d.grid(s))});
    }
    case 6: return b.node("Add", {b.node("Relu", {y}), b.scalar(0.5F)});
    case 7: return b.node("PRelu", {y, b.scalar(0.5F)});
    default: return y;
  }
}

Value* smooth_post(Differential& d, Builder& b, Value* y) {
  const char* op = d.pick<const char*>({"Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "Elu",
                                        "Softplus", "Mish", "Gelu", "gate", "hard gate"});
  if (op == std::string("gate")) return b.node("Mul", {y, b.node("Sigmoid", {y})});
  if (op == std::string("hard gate")) {
    return b.node("Mul", {b.node("HardSigmoid", {y}, {{"alpha", 1.0F / 6}, {"beta", 0.5F}}), y});
  }
  return b.node(op, {y});
}

void conv_case(Differential& d, const Conv& c) {
  Builder b;
  std::vector<Tensor> inputs = {d.grid(c.x())};
  std::vector<Value*> operands = {b.input("x", c.x()), d.constant(b, d.grid(c.w()))};
  if (d.coin()) operands.push_back(d.constant(b, d.grid({c.group * c.out})));
  Value* residual = nullptr;
  if (d.coin()) {
    residual = b.input("r", c.y());
    inputs.push_back(d.grid(c.y()));
  }
  Value* y = b.node("Conv", operands, c.attributes());
  const bool smooth = d.below(3) == 0;
  y = smooth ? smooth_post(d, b, y) : exact_posts(d, b, y, residual, c.y(), 1);
  b.graph.add_output(y);
  const Tolerance sums = d.options.winograd ? kFiltered : kExact;
  d.check(b, inputs, smooth && !d.options.winograd ? kApproximate : sums);
}

void fused_conv_case(Differential& d, const Conv& c) {
  Builder b;
  const bool bias = d.coin();
  Value* z = d.coin() ? b.input("z", c.y()) : nullptr;
  Value* x = b.input("x", c.x());
  NodeSpec spec{.op = "FusedConv", .domain = "com.microsoft"};
  spec.inputs = {x, d.constant(b, d.grid(c.w())),
                 bias ? d.constant(b, d.grid({c.group * c.out})) : nullptr, z};
  spec.attributes = c.attributes();
  spec.attributes["activation"] = std::string(d.pick<const char*>({"Relu", "LeakyRelu", "Clip"}));
  if (std::get<std::string>(spec.attributes["activation"]) == "LeakyRelu") {
    spec.attributes["activation_params"] = std::vector<float>{0.5F};
  } else if (std::get<std::string>(spec.attributes["activation"]) == "Clip") {
    spec.attributes["activation_params"] = std::vector<float>{-1, 1};
  }
  b.graph.add_output(b.graph.add_node(std::move(spec))->output());
  std::vector<Tensor> inputs;
  if (z != nullptr) inputs.push_back(d.grid(c.y()));
  inputs.push_back(d.grid(c.x()));
  d.check(b, inputs, d.options.winograd ? kFiltered : kExact);
}

/// Weights of any codes behind a DequantizeLinear: scales for one or all channels along `axis`.
Value* coded_weights(Differential& d, Builder& b, const Shape& shape, std::int64_t axis,
                     bool powers, std::vector<float>& scales) {
  const std::int64_t n = d.coin() ? shape[static_cast<std::size_t>(axis)] : 1;
  scales.clear();
  for (std::int64_t i = 0; i < n; ++i) {
    scales.push_back(powers ? d.pick({0.5F, 0.25F, 0.125F}) : 0.01F + d.rng.uniform() / 50);
  }
  const bool is_signed = d.coin();
  Tensor codes = d.values(shape, is_signed ? ElementKind::i8 : ElementKind::u8);
  const Shape one = n == 1 ? Shape() : Shape{n};
  Value* s = d.constant(b, Tensor::of<float>(one, scales));
  std::vector<Value*> inputs = {d.constant(b, codes), s};
  if (!is_signed) {
    const std::vector<std::uint8_t> zeros(static_cast<std::size_t>(n), 128);
    inputs.push_back(d.constant(b, Tensor::of<std::uint8_t>(one, zeros)));
  }
  return b.node("DequantizeLinear", inputs, {{"axis", axis}});
}

void int8_conv_case(Differential& d, const Conv& c) {
  Builder b;
  const bool powers = d.coin();
  const auto scale = [&] { return powers ? 0.5F : 0.02F + d.rng.uniform() / 20; };
  const auto kind = [&] { return d.coin() ? ElementKind::u8 : ElementKind::i8; };
  const auto zero = [&](ElementKind k) {
    return k == ElementKind::u8 ? d.below(256) : d.below(256) - 128;
  };
  const ElementKind in = kind();
  std::vector<Tensor> inputs = {d.values(c.x(), in)};
  const float x_scale = scale();
  Value* x = b.dequantize(b.input("x", c.x(), in), x_scale, zero(in), in);
  std::vector<float> scales;
  std::vector<Value*> operands = {x, coded_weights(d, b, c.w(), 0, powers, scales)};
  if (d.coin()) {
    for (float& s : scales) s *= x_scale;
    scales.resize(static_cast<std::size_t>(c.group * c.out), scales[0]);
    operands.push_back(b.int32_bias(scales));
  }
  Value* y = b.node("Conv", operands, c.attributes());
  Value* residual = nullptr;
  const bool out_codes = d.below(4) != 0;
  const ElementKind out = kind();
  if (d.coin()) {
    residual = b.input("r", c.y(), out_codes ? out : ElementKind::f32);
    inputs.push_back(d.values(c.y(), out_codes ? out : ElementKind::f32));
    if (out_codes) residual = b.dequantize(residual, scale(), zero(out), out);
  }
  switch (d.below(5)) {
    case 0: y = b.node("Relu", {y}); break;
    case 1: y = b.node("Clip", {y, b.scalar(0), b.scalar(6)}); break;
    case 2: y = residual == nullptr ? y : b.node("Add", {y, residual}); break;
    case 3: y = residual == nullptr ? y : b.node("Relu", {b.node("Add", {y, residual})}); break;
    default: break;
  }
  // Large results: codes of all sizes come out, saturated ones too.
  const std::int64_t out_zero = zero(out);
  const float out_scale = powers ? 64.0F : 1.0F + d.rng.uniform();
  if (out_codes) y = b.quantize(y, out_scale, out_zero, out);
  b.graph.add_output(y);
  // The library rounds behind the zero point: ties fall the other way when that is odd.
  const Tolerance inexact = out_codes ? kOneStep : kApproximate;
  d.check(b, inputs, powers && (!out_codes || out_zero % 2 == 0) ? kExact : inexact);
}

}  // namespace

void convolution_cases(Differential& d) {
  for (const Conv& c : conv_corners()) conv_case(d, c);
  for (int i = 0; i < 150; ++i) conv_case(d, random_conv(d));
  for (int i = 0; i < 40; ++i) fused_conv_case(d, random_conv(d));
}

void winograd_cases(Differential& d) {
  d.options.winograd = true;
  for (int i = 0; i < 120; ++i) {
    Conv c(2);
    c.batch = d.pick<std::int64_t>({1, 1, 3});
    c.in = d.pick<std::int64_t>({8, 16, 17, 35});
    c.out = d.pick<std::int64_t>({8, 16, 17, 35});
    for (std::size_t k = 0; k < 2; ++k) {
      c.image[k] = d.pick<std::int64_t>({4, 5, 7, 8, 12});
      c.before[k] = d.below(3);
      c.after[k] = d.below(3);
    }
    c.auto_pad = d.pick<const char*>({"NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"});
    if (c.result(0) < 1 || c.result(1) < 1) continue;
    if (i % 3 == 0) {
      fused_conv_case(d, c);
    } else {
      conv_case(d, c);
    }
  }
}

void int8_convolution_cases(Differential& d) {
  for (const Conv& c : conv_corners()) int8_conv_case(d, c);
  for (int i = 0; i < 150; ++i) int8_conv_case(d, random_conv(d));
}

void deconvolution_cases(Differential& d) {
  std::vector<Conv> all = conv_corners();
  for (int i = 0; i < 100; ++i) all.push_back(random_conv(d));
  for (const Conv& c : all) {
    if (c.auto_pad != "NOTSET") continue;
    Shape w = {c.group * c.in, c.out};
    w.insert(w.end(), c.kernel.begin(), c.kernel.end());
    Attributes a = c.attributes();
    Ints more(c.rank(), 0);
    Shape y = {c.batch, c.group * c.out};
    std::int64_t work = element_count(c.x()) * c.out;
    for (std::size_t i = 0; i < c.rank(); ++i) {
      more[i] = d.below(std::max(c.strides[i], c.dilations[i]));
      const std::int64_t extent = (c.kernel[i] - 1) * c.dilations[i] + 1;
      y.push_back((c.image[i] - 1) * c.strides[i] + extent + more[i] - c.before[i] - c.after[i]);
      work *= c.kernel[i];
    }
    if (d.coin()) {
      a["output_padding"] = more;
    } else {
      for (std::size_t i = 0; i < c.rank(); ++i) y[i + 2] -= more[i];
    }
    const bool bad = std::any_of(y.begin() + 2, y.end(), [](std::int64_t s) { return s < 1; });
    if (bad || work > kMostProducts || element_count(y) > kMostProducts) continue;
    Builder b;
    std::vector<Tensor> inputs = {d.grid(c.x())};
    std::vector<Value*> operands = {b.input("x", c.x()), d.constant(b, d.grid(w))};
    if (d.coin()) operands.push_back(d.constant(b, d.grid({c.group * c.out})));
    Value* residual = nullptr;
    if (d.coin()) {
      residual = b.input("r", y);
      inputs.push_back(d.grid(y));
    }
    Value* v = b.node("ConvTranspose", operands, a);
    b.graph.add_output(exact_posts(d, b, v, residual, y, 1));
    d.check(b, inputs, kExact);
  }
}

namespace {

/// The weights are an input: while training they change.
void moving_conv_case(Differential& d, const Conv& c) {
  Builder b;
  const std::vector<Tensor> inputs = {d.grid(c.x()), d.grid(c.w())};
  std::vector<Value*> operands = {b.input("x", c.x()), b.input("w", c.w())};
  if (d.coin()) operands.push_back(d.constant(b, d.grid({c.group * c.out})));
  Value* y = b.node("Conv", operands, c.attributes());
  b.graph.add_output(exact_posts(d, b, y, nullptr, c.y(), 1));
  d.check(b, inputs, kExact);
}

void weight_gradient_case(Differential& d, const Conv& c) {
  Builder b;
  const std::vector<Tensor> inputs = {d.grid(c.x()), d.grid(c.y())};
  Value* dw =
      b.graph
          .add_node({.op = "ConvWeightGradient",
                     .inputs = {b.input("x", c.x()), b.input("dy", c.y()), d.ints(b, c.w())},
                     .attributes = c.attributes(),
                     .domain = "pare"})
          ->output();
  b.graph.add_output(dw);
  d.check(b, inputs, kExact);
}

/// What the gradient of a Conv with respect to its input is.
void moving_deconv_case(Differential& d, const Conv& c) {
  if (c.auto_pad != "NOTSET") return;
  Attributes a = c.attributes();
  Ints pads = c.before;
  Ints more(c.rank(), 0);
  for (std::size_t i = 0; i < c.rank(); ++i) {
    const std::int64_t extent = (c.kernel[i] - 1) * c.dilations[i] + 1;
    const std::int64_t over = (c.result(i) - 1) * c.strides[i] + extent - c.before[i] - c.image[i];
    pads.push_back(std::max<std::int64_t>(over, 0));
    more[i] = std::max<std::int64_t>(-over, 0);
  }
  a["pads"] = pads;
  a["output_padding"] = more;
  Builder b;
  const std::vector<Tensor> inputs = {d.grid(c.y()), d.grid(c.w())};
  b.graph.add_output(b.node("ConvTranspose", {b.input("dy", c.y()), b.input("w", c.w())}, a));
  d.check(b, inputs, kExact);
}

}  // namespace

void backward_cases(Differential& d) {
  std::vector<Conv> all = conv_corners();
  for (int i = 0; i < 100; ++i) all.push_back(random_conv(d));
  for (const Conv& c : all) {
    moving_conv_case(d, c);
    weight_gradient_case(d, c);
    moving_deconv_case(d, c);
  }
}

namespace {

void pool_case(Differential& d, const Conv& c, bool codes) {
  Builder b;
  const ElementKind kind =
      codes ? (d.coin() ? ElementKind::u8 : ElementKind::i8) : ElementKind::f32;
  Attributes a = c.attributes();
  a.erase("group");
  a["kernel_shape"] = c.kernel;
  a["ceil_mode"] = static_cast<std::int64_t>(d.coin());
  const char* op = d.pick<const char*>({"MaxPool", "AveragePool"});
  const bool max = op == std::string("MaxPool");
  if (!max) a["count_include_pad"] = static_cast<std::int64_t>(d.coin());
  Value* x = b.input("x", c.x(), kind);
  if (codes && !max) {  // means of codes run where the numbers stay the same
    const std::int64_t zero = d.coin() ? 0 : 7;
    Value* y = b.node(op, {b.dequantize(x, 0.5F, zero, kind)}, a);
    b.graph.add_output(b.quantize(y, 0.5F, zero, kind));
  } else {
    b.graph.add_output(b.node(op, {x}, a));
  }
  d.check(b, {d.values(c.x(), kind)}, max ? kExact : codes ? kOneStep : kRounded);
}

void whole_image_case(Differential& d, const Shape& x) {
  const auto rank = static_cast<std::int64_t>(x.size());
  const char* op = d.pick<const char*>({"GlobalMaxPool", "GlobalAveragePool", "ReduceMean"});
  Builder b;
  std::vector<Value*> operands = {b.input("x", x)};
  Attributes a;
  if (op == std::string("ReduceMean")) {
    Ints axes;
    for (std::int64_t i = 2; i < rank; ++i) axes.push_back(d.coin() ? i : i - rank);
    operands.push_back(d.ints(b, axes));
    a["keepdims"] = static_cast<std::int64_t>(d.coin());
  }
  b.graph.add_output(b.node(op, operands, a));
  d.check(b, {d.grid(x)}, kRounded);
}

}  // namespace

void pool_cases(Differential& d) {
  std::vector<Conv> all = conv_corners();
  for (int i = 0; i < 150; ++i) all.push_back(random_conv(d));
  for (Conv& c : all) {
    for (std::size_t i = 0; i < c.rank(); ++i) {  // a window must not lie in the padding alone
      const std::int64_t most = c.kernel[i] - 1;
      c.before[i] = std::min(c.before[i], most);
      c.after[i] = std::min(c.after[i], most);
    }
    if (!c.is_good()) continue;
    pool_case(d, c, false);
    pool_case(d, c, true);
    whole_image_case(d, c.x());
  }
}

}  // namespace pare
