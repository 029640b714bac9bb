#include "ops/_attention.hpp"
#include "ops/_body.hpp"
#include "ops/_cast.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kQ, kK, kV };

DType score_type(const AttributeReader& a, DType given) {
  if (a.has_attr("softmax_precision")) return ops::float_attribute(a, "softmax_precision");
  return dtype_of(given == ElementKind::f64 ? ElementKind::f64 : ElementKind::f32);
}

bool has_body(const AttributeReader& a, const char* name) {
  return a.node().attribute_as<std::shared_ptr<Graph>>(name) != nullptr;
}

const SymShape* shape_of(const ShapeContext& c, std::size_t input) {
  const SymShape* s = c.input_shape(input);
  if (s != nullptr && s->size() != 4) c.fail(cat("input ", input, " has shape ", to_string(*s)));
  return s;
}

void infer(ShapeContext& c) {
  const SymShape* q = shape_of(c, kQ);
  const SymShape* k = shape_of(c, kK);
  const SymShape* v = shape_of(c, kV);
  if (q != nullptr && k != nullptr) ops::want_equal(c, (*k)[3], (*q)[3], "the size of a key");
  if (k != nullptr && v != nullptr) ops::want_equal(c, (*v)[2], (*k)[2], "the number of values");
  SymShape y(4);
  SymShape scores(4);
  if (q != nullptr) {
    for (std::size_t i = 0; i < 3; ++i) y[i] = scores[i] = (*q)[i];
  }
  if (k != nullptr) scores[3] = (*k)[2];
  if (v != nullptr) y[3] = (*v)[3];
  c.set_output(0, c.input_dtype(kQ), y);
  for (const char* name : {"score_mod", "prob_mod"}) {
    if (!c.infer_body || !has_body(c, name)) continue;
    const auto body = ops::body_of(c, name, 1, 1);
    (void)c.infer_body(*body, {ValueType(score_type(c, c.input_dtype(kQ)), scores)});
  }
}

/// The values through body `name`, when there is one.
Tensor changed(OpCall& call, const char* name, const Tensor& x) {
  if (!has_body(call, name)) return x;
  const auto body = ops::body_of(call, name, 1, 1);
  const std::vector<Tensor> made = tensors_of(call.run_body(*body, {x}));
  if (made.size() != 1 || made[0].type() != x.type()) call.fail(cat(name, " makes another type"));
  ops::want_shape(call, made[0], x.shape(), name);
  return made[0];
}

void reference(OpCall& call) {
  const DType type = call.input(kQ).type();
  const ops::Heads q = ops::heads_of(call, call.input(kQ));
  const ops::Heads k = ops::heads_of(call, call.input(kK));
  const ops::Heads v = ops::heads_of(call, call.input(kV));
  if (v.batch != k.batch || v.heads != k.heads || v.length != k.length) {
    call.fail(
        cat("keys ", to_string(k.shape()), " and values ", to_string(v.shape()), " do not fit"));
  }
  const DType inner = score_type(call, type);
  const Shape shape = {q.batch, q.heads, q.length, k.length};
  std::vector<double> p =
      ops::attention_scores(call, q, k, ops::score_scale(call, q.size, /*zero_is_absent=*/false));
  p = changed(call, "score_mod", ops::from_doubles(p, shape, inner)).to_doubles();
  ops::softmax_of_scores(p, k.length);
  p = changed(call, "prob_mod", ops::from_doubles(p, shape, inner)).to_doubles();
  const ops::Heads y = ops::weighted_values(call, p, v, q.heads, q.length);
  call.set_output(0, ops::from_doubles(y.values, y.shape(), type));
}

Cost cost(const ShapeContext& c) {
  const SymShape* k = c.input_shape(kK);
  return ops::attention_cost(c, ops::value_count(c.input(kQ)),
                             k != nullptr && k->size() == 4 ? (*k)[2] : Dim());
}

}  // namespace

/// Y = prob_mod(softmax(score_mod(scale Q K'))) V per head; heads of Q share those of K and V. The
/// two bodies get and make [B, N, S, L] of the type that softmax_precision names. A query whose
/// scores are all -infinity gives zeros. Shapes: Q [B, N, S, H], K [B, M, L, H], V [B, M, L, Hv] ->
/// Y [B, N, S, Hv]. Errors: Fault::corrupt for sizes that do not fit and for a body that changes
/// type or shape. Source: ONNX ai.onnx.preview FlexAttention, version 1.
OpDefs op_flex_attention() {
  return OpDef("ai.onnx.preview", "FlexAttention", 1)
      .input("Q", types::kFloat, "T1")
      .input("K", types::kFloat, "T1")
      .input("V", types::kFloat, "T1")
      .output("Y", types::kFloat, "T1")
      .optional_attribute("prob_mod", AttributeKind::graph, "changes the weights of the values")
      .optional_attribute("scale", AttributeKind::real, "of the scores; 1 / sqrt(size of a head)")
      .optional_attribute("score_mod", AttributeKind::graph, "changes the scores")
      .optional_attribute("softmax_precision", AttributeKind::integer,
                          "TensorProto.DataType of scores; float, or double for double")
      .define(infer, reference, cost);
}

}  // namespace pare
