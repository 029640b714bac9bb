#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_rotary.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

/// Rows of the caches, by batch and token.
std::vector<std::int64_t> positions(const OpCall& call, const Tensor& given,
                                    const ops::RotarySizes& s, std::int64_t rows) {
  const std::vector<std::int64_t> ids = given.to_ints();
  // com.microsoft: one position is that of the first token
  const bool one = !call.def().domain.empty() && given.rank() <= 1 && given.size() == 1;
  if (!one) ops::want_shape(call, given, {s.batch, s.length}, "position_ids");
  std::vector<std::int64_t> out;
  const std::int64_t tokens = call.input(0).empty() ? 0 : s.batch * s.length;
  for (std::int64_t i = 0; i < tokens; ++i) {
    const std::int64_t p = one ? i % s.length : ids[static_cast<std::size_t>(i)];
    if (one && ids[0] > rows) call.fail(cat("position ", ids[0], " with caches for ", rows));
    out.push_back(one ? p + ids[0] : p);
    if (out.back() < 0 || out.back() >= rows) {
      call.fail(cat("position ", out.back(), " with caches for ", rows));
    }
  }
  return out;
}

void reference(OpCall& call) {
  const ops::RotaryCaches caches =
      ops::rotary_caches(call, 1, 2, call.attr_int("interleaved") != 0);
  const ops::RotarySizes s = ops::rotary_sizes(call, caches.half);
  if (call.has_input(3)) {
    ops::want_rank(call, call.input(1), 2, "cos_cache");
    ops::rotate_heads(call, caches, s, positions(call, call.input(3), s, caches.rows));
  } else {
    ops::want_shape(call, call.input(1), {s.batch, s.length, caches.half}, "cos_cache");
    ops::rotate_heads(call, caches, s, {});
  }
}

void contrib_reference(OpCall& call) {
  if (call.attr_float("scale") != 1.0F) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": a scale other than 1"));
  }
  const ops::RotaryCaches caches =
      ops::rotary_caches(call, 2, 3, call.attr_int("interleaved") != 0);
  ops::want_rank(call, call.input(2), 2, "cos_cache");
  const ops::RotarySizes s = ops::rotary_sizes(call, caches.half);
  ops::rotate_heads(call, caches, s, positions(call, call.input(1), s, caches.rows));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 3); }

/// The rotation back. The caches carry no gradient.
void contrib_gradient(GradientContext& g) {
  if (g.wants(2) || g.wants(3)) g.refuse("no gradient with respect to the caches");
  g.set_dx(0, g.op("RotaryEmbedding", {g.dy(0), g.x(1), g.x(2), g.neg(g.x(3))},
                   g.node().attributes(), "com.microsoft"));
}

void gradient(GradientContext& g) {
  if (g.wants(1) || g.wants(2)) g.refuse("no gradient with respect to the caches");
  std::vector<Value*> inputs = {g.dy(0), g.x(1), g.neg(g.x(2))};
  if (g.x(3) != nullptr) inputs.push_back(g.x(3));
  g.set_dx(0, g.op("RotaryEmbedding", inputs, g.node().attributes()));
}

OpDef contrib() {
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
      .define(ops::same_as_input, contrib_reference, cost)
      .differentiable(contrib_gradient);
}

OpDef standard() {
  return OpDef("RotaryEmbedding", 23)
      .input("X", kReal)
      .input("cos_cache", kReal)
      .input("sin_cache", kReal)
      .optional_input("position_ids", {ElementKind::i64}, "M")
      .output("Y", kReal)
      .attribute("interleaved", std::int64_t{0}, "pairs lie side by side")
      .optional_attribute("num_heads", AttributeKind::integer, "needed for 3 dimensions")
      .attribute("rotary_embedding_dim", std::int64_t{0}, "values that turn; 0 = the whole head")
      .define(ops::same_as_input, reference, cost)
      .differentiable(gradient);
}

}  // namespace

/// Turns pairs of values of every head by the angle of the token's position: (re, im) becomes
/// (re cos - im sin, im cos + re sin); pairs are (k, k + half) or, interleaved, (2k, 2k + 1).
/// Shapes: input [B, T, heads * head] or [B, heads, T, head]; caches [positions, R / 2],
/// R = rotary_embedding_dim or the whole head, and position_ids [B, T] (com.microsoft: or [1], of
/// the first token); without position_ids, caches [B, T, R / 2]; what is behind R stays. Errors:
/// Fault::corrupt for sizes that do not fit and positions outside. Source: ONNX RotaryEmbedding,
/// version 23, and ONNX Runtime, ContribOperators.md, RotaryEmbedding.
OpDefs op_rotary_embedding() { return {standard(), contrib()}; }

}  // namespace pare
