#include "ops/_random.hpp"

#include <atomic>
#include <bit>
#include <cmath>

namespace pare::ops {
namespace {

constexpr double kTwoPi = 6.28318530717958647692;
constexpr std::uint64_t kUnseeded = 0x9E3779B97F4A7C15ULL;

Rng make_rng(const AttributeReader& a) {
  static std::atomic<std::uint64_t> stream{0};
  if (!a.has_attr("seed")) return Rng(kUnseeded, ++stream);
  if (a.def().find_attribute("seed")->kind == AttributeKind::integer) {
    return Rng(static_cast<std::uint64_t>(a.attr_int("seed")));
  }
  return Rng(std::bit_cast<std::uint32_t>(a.attr_float("seed")));
}

/// As many bits as a number of the type below 1 has: its rounding never reaches 1.
int bits_of(DType type) {
  switch (type.kind()) {
    case ElementKind::f64: return 53;
    case ElementKind::f16: return 11;
    case ElementKind::bf16: return 8;
    default: return 24;
  }
}

DType wanted_type(const AttributeReader& a, DType otherwise) {
  return attr_dtype(a, "dtype", types::kFloat, otherwise);
}

double finite(const AttributeReader& a, const char* name) {
  const float value = a.attr_float(name);
  if (!std::isfinite(value)) a.fail(cat(name, " is ", value));
  return static_cast<double>(value);
}

Shape shape_attribute(const AttributeReader& a) {
  if (!a.has_attr("shape")) a.fail("attribute 'shape' is missing");
  Shape shape = a.attr_ints("shape");
  (void)element_count(shape);
  return shape;
}

/// An output for writing, by the attribute or as the input.
struct Target {
  Shape shape;
  DType type;
};

Target target_of(const OpCall& call) {
  if (call.def().inputs.empty()) return {shape_attribute(call), wanted_type(call, {})};
  const Tensor& x = call.input(0);
  const DType type = wanted_type(call, x.type());
  if (!types::kFloat.has(type.kind())) call.fail(cat("cannot draw ", type.name()));
  return {x.shape(), type};
}

}  // namespace

Draws::Draws(const AttributeReader& a) : rng_(make_rng(a)) {}

double Draws::uniform(int bits) noexcept {
  const std::uint64_t high = rng_.next();
  const std::uint64_t all = (high << 32U) | rng_.next();
  return std::ldexp(static_cast<double>(all >> static_cast<unsigned>(64 - bits)), -bits);
}

double Draws::normal() noexcept {
  const double u = 1 - uniform();
  const double v = uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(kTwoPi * v);
}

OpDef& random_attributes(OpDef& def, bool like) {
  def.optional_attribute("seed", AttributeKind::real, "the same numbers at every run");
  if (like) {
    return def.optional_attribute("dtype", AttributeKind::integer,
                                  "TensorProto.DataType of the result; as the input");
  }
  return def.attribute("dtype", std::int64_t{1}, "TensorProto.DataType of the result")
      .required_attribute("shape", AttributeKind::integers, "sizes of the result");
}

void random_infer(ShapeContext& c) {
  c.set_output(0, wanted_type(c, {}), to_symbolic(shape_attribute(c)));
}

void random_like_infer(ShapeContext& c) {
  c.set_output(0, wanted_type(c, c.input_dtype(0)), c.input(0).shape);
}

void uniform_reference(OpCall& call) {
  const Target to = target_of(call);
  const double low = finite(call, "low");
  const double high = finite(call, "high");
  const int bits = bits_of(to.type);
  std::vector<double> y(static_cast<std::size_t>(element_count(to.shape)));
  Draws draws(call);
  for (double& v : y) v = low + draws.uniform(bits) * (high - low);
  call.set_output(0, from_doubles(y, to.shape, to.type));
}

void normal_reference(OpCall& call) {
  const Target to = target_of(call);
  const double mean = finite(call, "mean");
  const double scale = finite(call, "scale");
  std::vector<double> y(static_cast<std::size_t>(element_count(to.shape)));
  Draws draws(call);
  for (double& v : y) v = mean + scale * draws.normal();
  call.set_output(0, from_doubles(y, to.shape, to.type));
}

Cost random_cost(const ShapeContext& c) { return per_output(c, 20); }

}  // namespace pare::ops
