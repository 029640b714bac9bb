#include "ops/_elementwise.hpp"
#include "ops/_rotary.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

/// Which of the three positions turns each pair.
std::vector<std::int64_t> streams(const OpCall& call, std::int64_t half) {
  const std::vector<std::int64_t> sizes = call.attr_ints("mrope_section");
  std::int64_t left = half;
  for (const std::int64_t n : sizes) {
    if (n < 0 || n > left) call.fail(cat("sections ", to_string(sizes), " of ", half, " pairs"));
    left -= n;
  }
  if (sizes.size() != 3 || left != 0) {
    call.fail(cat("sections ", to_string(sizes), " of ", half, " pairs"));
  }
  const std::int64_t layout = call.attr_int("mrope_layout");
  if (layout != 0 && layout != 1) call.fail(cat("mrope_layout is ", layout));
  std::vector<std::int64_t> out;
  for (std::int64_t k = 0; k < half; ++k) {
    if (layout == 0) {
      out.push_back(k < sizes[0] ? 0 : k < sizes[0] + sizes[1] ? 1 : 2);
    } else {
      const std::int64_t turn = k % 3;  // 0 also where the sections of the others have ended
      out.push_back(turn != 0 && k / 3 < sizes[static_cast<std::size_t>(turn)] ? turn : 0);
    }
  }
  return out;
}

/// A row of angles for every token, each from the position of its stream.
ops::RotaryCaches caches_of_tokens(const OpCall& call, const ops::RotaryCaches& all,
                                   const ops::RotarySizes& s) {
  ops::want_shape(call, call.input(1), {3, s.batch, s.length}, "position_ids");
  const std::vector<std::int64_t> stream = streams(call, all.half);
  const std::vector<std::int64_t> ids = call.input(1).to_ints();
  ops::RotaryCaches out;
  out.half = all.half;
  out.interleaved = all.interleaved;
  out.rows = static_cast<std::int64_t>(ids.size() / 3);
  for (std::int64_t token = 0; token < out.rows; ++token) {
    for (std::int64_t k = 0; k < all.half; ++k) {
      const std::int64_t id =
          ids[static_cast<std::size_t>(stream[static_cast<std::size_t>(k)] * out.rows + token)];
      if (id < 0 || id >= all.rows) call.fail(cat("position ", id, " with caches for ", all.rows));
      const auto at = static_cast<std::size_t>(id * all.half + k);
      out.cosines.push_back(all.cosines[at]);
      out.sines.push_back(all.sines[at]);
    }
  }
  return out;
}

void reference(OpCall& call) {
  if (call.attr_float("scale") != 1.0F) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": a scale other than 1"));
  }
  const ops::RotaryCaches all = ops::rotary_caches(call, 2, 3, call.attr_int("interleaved") != 0);
  ops::want_rank(call, call.input(2), 2, "cos_cache");
  const ops::RotarySizes s = ops::rotary_sizes(call, all.half);
  ops::rotate_heads(call, caches_of_tokens(call, all, s), s, {});
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 3); }

}  // namespace

/// RotaryEmbedding where a token has three positions (time, height, width), and each pair turns by
/// one of them: by sections of the pairs, or in turn (k mod 3) as long as the sections of height
/// and width reach, by time behind them. Shapes: input [B, T, heads * head] or [B, heads, T, head],
/// position_ids [3, B, T], caches [positions, R / 2], R = rotary_embedding_dim or the whole head.
/// Errors: Fault::corrupt for sizes that do not fit and positions outside. Source: ONNX Runtime,
/// ContribOperators.md, MRotaryEmbedding.
OpDefs op_m_rotary_embedding() {
  return OpDef("com.microsoft", "MRotaryEmbedding", 1)
      .input("input", kReal)
      .input("position_ids", {ElementKind::i64}, "M")
      .input("cos_cache", kReal)
      .input("sin_cache", kReal)
      .output("output", kReal)
      .attribute("interleaved", std::int64_t{0}, "pairs lie side by side")
      .attribute("is_packed_batching", std::int64_t{0}, "the batch is ragged; says nothing here")
      .attribute("mrope_layout", std::int64_t{0}, "0: sections; 1: in turn")
      .required_attribute("mrope_section", AttributeKind::integers, "pairs of time, height, width")
      .attribute("num_heads", std::int64_t{0}, "needed with rotary_embedding_dim")
      .attribute("rotary_embedding_dim", std::int64_t{0}, "values that turn; 0 = the whole head")
      .attribute("scale", 1.0F, "must be 1")
      .define(ops::same_as_input, reference, cost);
}

}  // namespace pare
