#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

/// What one application rotates: heads of `head` values whose first `turned` turn.
struct Sizes {
  std::int64_t batch = 0, length = 0, heads = 0, head = 0, turned = 0;
  bool head_first = false;  // [B, heads, T, head] instead of [B, T, heads * head]

  [[nodiscard]] std::int64_t start(std::int64_t b, std::int64_t t, std::int64_t h) const noexcept {
    return head_first ? ((b * heads + h) * length + t) * head
                      : ((b * length + t) * heads + h) * head;
  }
};

Sizes sizes_of(const OpCall& call) {
  const Shape& x = call.input(0).shape();
  const std::int64_t columns = call.input(2).dim(1);
  const std::int64_t said = call.attr_int("rotary_embedding_dim");
  const std::int64_t heads = call.attr_int("num_heads");
  if (said < 0 || heads < 0 || (said > 0 && heads == 0)) {
    call.fail(cat("num_heads is ", heads, ", rotary_embedding_dim ", said));
  }
  Sizes s;
  s.batch = x[0];
  s.head_first = x.size() == 4;
  s.length = x[s.head_first ? 2 : 1];
  s.turned = said > 0 ? said : 2 * columns;
  if (s.head_first) {
    s.heads = x[1];
    s.head = x[3];
  } else {
    s.head = said > 0 ? x[2] / heads : s.turned;
    s.heads = s.head > 0 ? x[2] / s.head : 0;
    if (s.heads * s.head != x[2]) call.fail(cat(x[2], " values do not divide into heads"));
  }
  if (s.turned != 2 * columns || s.turned > s.head || s.turned % 2 != 0) {
    call.fail(cat("heads of ", s.head, " values, ", s.turned, " of them turned, with caches ",
                  to_string(call.input(2).shape())));
  }
  return s;
}

std::vector<std::int64_t> positions(const OpCall& call, const Sizes& s) {
  const Tensor& t = call.input(1);
  const std::vector<std::int64_t> given = t.to_ints();
  const bool one = t.rank() <= 1 && t.size() == 1;  // position of the first token
  if (!one) ops::want_shape(call, t, {s.batch, s.length}, "position_ids");
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < s.batch * s.length; ++i) {
    const std::int64_t p = one ? given[0] + i % s.length : given[static_cast<std::size_t>(i)];
    if (p < 0 || p >= call.input(2).dim(0)) {
      call.fail(cat("position ", p, " with caches for ", call.input(2).dim(0)));
    }
    out.push_back(p);
  }
  return out;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() != 3 && x.rank() != 4) {
    call.fail(cat("input has shape ", to_string(x.shape()), ", wanted rank 3 or 4"));
  }
  ops::want_rank(call, call.input(2), 2, "cos_cache");
  ops::want_shape(call, call.input(3), call.input(2).shape(), "sin_cache");
  if (call.attr_float("scale") != 1.0F) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": a scale other than 1"));
  }
  const Sizes s = sizes_of(call);
  const bool interleaved = call.attr_int("interleaved") != 0;
  const std::vector<std::int64_t> place = positions(call, s);
  const std::vector<double> cosines = call.input(2).to_doubles();
  const std::vector<double> sines = call.input(3).to_doubles();
  const std::int64_t half = s.turned / 2;
  std::vector<double> y = x.to_doubles();
  for (std::int64_t i = 0; i < s.batch * s.length * s.heads; ++i) {
    const std::int64_t token = i / s.heads;
    double* v = y.data() + s.start(token / s.length, token % s.length, i % s.heads);
    for (std::int64_t k = 0; k < half; ++k) {
      const auto cache =
          static_cast<std::size_t>(place[static_cast<std::size_t>(token)] * half + k);
      double& re = v[interleaved ? 2 * k : k];
      double& im = v[interleaved ? 2 * k + 1 : half + k];
      const double turned_re = re * cosines[cache] - im * sines[cache];
      im = im * cosines[cache] + re * sines[cache];
      re = turned_re;
    }
  }
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 3); }

}  // namespace

/// Turns pairs of values of every head by the angle of the token's position: (re, im) becomes
/// (re cos - im sin, im cos + re sin); pairs are (k, k + half) or, interleaved, (2k, 2k + 1).
/// Shapes: input [B, T, heads * head] or [B, heads, T, head]; position_ids [1] (of the first token)
/// or [B, T]; caches [positions, R / 2], R = rotary_embedding_dim or the whole head; what is behind
/// R stays. Source: ONNX Runtime, ContribOperators.md, RotaryEmbedding.
OpDefs op_rotary_embedding() {
  constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};
  return OpDef("com.microsoft", "RotaryEmbedding", 1)
      .input("input", kReal)
      .input("position_ids", {ElementKind::i64}, "M")
      .input("cos_cache", kReal)
      .input("sin_cache", kReal)
      .output("output", kReal)
      .attribute("interleaved", std::int64_t{0}, "pairs lie side by side")
      .attribute("is_packed_batching", std::int64_t{0}, "the batch is ragged; says nothing here")
      .attribute("num_heads", std::int64_t{0}, "needed with rotary_embedding_dim")
      .attribute("rotary_embedding_dim", std::int64_t{0}, "values that turn; 0 = the whole head")
      .attribute("scale", 1.0F, "must be 1")
      .define(ops::same_as_input, reference, cost);
}

}  // namespace pare
