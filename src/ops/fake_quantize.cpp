#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "ops/_gradient.hpp"
#include "ops/_quantize.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

enum class Scaling : std::uint8_t { given, tensor, token };

struct Setup {
  DType format;
  Scaling scaling = Scaling::given;
};

Setup read_setup(const AttributeReader& a) {
  Setup s;
  const std::string name = a.attr_string("format");
  s.format = dtype_by_name(name);
  if (!s.format.valid()) a.fail(cat("no number format is called '", escape_terminal(name), "'"));
  if (s.format.info().decode == nullptr || s.format.info().encode == nullptr) {
    a.fail(cat("the format ", name, " holds no numbers"));
  }
  const std::string scaling = a.attr_string("scaling");
  if (scaling == "tensor") {
    s.scaling = Scaling::tensor;
  } else if (scaling == "token") {
    s.scaling = Scaling::token;
  } else if (scaling != "given") {
    a.fail("scaling is not given, tensor or token");
  }
  if (s.scaling != Scaling::given && s.format.info().own_scale) {
    a.fail(cat("the format ", name, " has scales of its own"));
  }
  return s;
}

void infer(ShapeContext& c) {
  (void)read_setup(c);
  c.set_output(0, c.input_dtype(0), c.input(0).shape);
}

/// Values as the format gives them back. The last block of a row is padded with zeros.
void round_trip(DType format, std::vector<float>& row, std::vector<std::byte>& codes) {
  const DtypeInfo& info = format.info();
  const std::size_t blocks = (row.size() + info.values - 1) / info.values;
  codes.assign(blocks * info.bytes, std::byte{0});
  info.encode(row, codes);
  info.decode(codes, row);
}

/// The greatest |x| of a row becomes the format's; a row of zeros stays one.
float dynamic_scale(const std::vector<float>& row, DType format) {
  float most = 0;
  for (const float x : row) {
    if (std::isfinite(x)) most = std::max(most, std::fabs(x));
  }
  return most > 0 ? most / static_cast<float>(std::min(-format.info().min, format.info().max)) : 1;
}

void reference(OpCall& call) {
  const Setup s = read_setup(call);
  const Tensor& x = call.input(0);
  std::vector<float> v = x.to_floats();
  const bool scaled = call.has_input(1);
  if (scaled && s.scaling != Scaling::given) call.fail("a scale, though it is found at run time");
  const Tensor one = Tensor::scalar(1.0F);
  const Tensor& scale = scaled ? call.input(1) : one;
  const ops::ScaleLayout layout =
      ops::scale_layout(call, x.shape(), scale.shape(), call.attr_int("axis"), 0);
  const std::vector<float> scales = scale.to_floats();
  const auto scale_of = [&](std::int64_t i) { return scales[static_cast<std::size_t>(layout(i))]; };
  std::vector<float> row;
  std::vector<std::byte> codes;
  const auto pass = [&](const auto& at, std::int64_t size) {
    row.resize(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) row[i] = v[at(i)] / scale_of(at(i));
    const float own = s.scaling == Scaling::given ? 1 : dynamic_scale(row, s.format);
    for (float& r : row) r /= own;
    round_trip(s.format, row, codes);
    for (std::int64_t i = 0; i < size; ++i) v[at(i)] = row[i] * own * scale_of(at(i));
  };
  if (x.rank() == 0 || s.scaling == Scaling::tensor) {
    pass([](std::int64_t i) { return static_cast<std::size_t>(i); }, x.size());
  } else {
    const auto lane_axis = static_cast<std::size_t>(call.attr_axis("block_axis", x.rank()));
    ops::for_each_lane(x.shape(), lane_axis, [&](const ops::Lane& lane) {
      pass([&](std::int64_t i) { return static_cast<std::size_t>(lane[i]); }, lane.size);
    });
  }
  call.set_output(0, Tensor::of<float>(x.shape(), v).cast(x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 4); }

/// Straight through: what the format can hold passes, what it clips does not (arXiv:1308.3432).
void gradient(GradientContext& g) {
  if (g.wants(1)) g.refuse("no gradient with respect to the scale");
  const DtypeInfo& info = read_setup(g).format.info();
  const bool clips = !info.own_scale && g.attr_string("scaling") == "given";
  if (!clips) {
    g.set_dx(0, g.dy(0));
    return;
  }
  Value* x = g.x(0);
  if (g.x(1) != nullptr) {
    Value* scale = g.x(1);
    const auto rank = static_cast<std::int64_t>(g.rank(x));
    if (g.rank(scale) == 1 && rank > 1) {
      const std::int64_t axis = g.attr_axis("axis", static_cast<std::size_t>(rank));
      std::vector<std::int64_t> spread(static_cast<std::size_t>(rank - axis), 1);
      spread[0] = -1;
      scale = g.reshape(scale, spread);
    }
    x = g.div(x, g.cast_like(scale, x));
  }
  Value* outside = g.op("Or", {g.less(x, info.min), g.greater(x, info.max)});
  g.set_dx(0, g.zero_where(outside, g.dy(0)));
}

}  // namespace

/// x rounded to what a number format can hold, and kept as floats: how a network would do with
/// values of that format where no kernel computes in it. Formats without scales of their own take
/// x / scale; the scale is one for all or one per index of `axis`, or (scaling tensor, token) found
/// at run time so that the greatest |x| of all, or of each row along `block_axis`, is the greatest
/// number of the format. Block formats take rows along `block_axis`, the last block padded with
/// zeros. Shapes: x any -> y as x. Errors: Fault::corrupt for an unknown format. An operator of
/// pare's own.
OpDefs op_fake_quantize() {
  return OpDef("pare", "FakeQuantize", 1)
      .input("x", types::kFloat)
      .optional_input("scale", {ElementKind::f32}, "S")
      .output("y", types::kFloat)
      .required_attribute("format", AttributeKind::text, "name of the number format")
      .attribute("axis", std::int64_t{1}, "dimension of the scales")
      .attribute("block_axis", std::int64_t{-1}, "dimension along which blocks lie")
      .attribute("scaling", std::string("given"), "given, tensor or token")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
