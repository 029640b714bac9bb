#include <array>
#include <cmath>
#include <optional>

#include "base/text.hpp"
#include "targets/qdq.hpp"
#include "targets/rules/_onnx.hpp"
#include "targets/target.hpp"

namespace pare {
namespace {

using enum ElementKind;
using rules::Granularity;
using rules::Layer;
using rules::WeightSource;

/// Operators of com.microsoft that only builds for GPUs have.
const std::vector<std::string_view>& gpu_operators() {
  static const std::vector<std::string_view> names = {"BiasAdd",
                                                      "BiasSplitGelu",
                                                      "DecoderMaskedSelfAttention",
                                                      "GemmFloat8",
                                                      "GroupNorm",
                                                      "LongformerAttention",
                                                      "MatMulBlockQuantizedFp4Weight",
                                                      "MatMulBlockQuantizedFp8Weight",
                                                      "PackedAttention",
                                                      "PackedMultiHeadAttention",
                                                      "SkipGroupNorm"};
  return names;
}

/// Operators that only move data: on integers where input and output have the same scale.
bool moves_data(const Node& node) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"DepthToSpace", "Expand", "Flatten", "Gather", "GatherElements", "MaxPool", "ReduceMax",
       "ReduceMin", "Reshape", "Resize", "Slice", "Split", "Squeeze", "Tile", "Transpose",
       "Unsqueeze"});
  return node.domain().empty() &&
         std::find(kNames.begin(), kNames.end(), node.op()) != kNames.end();
}

bool takes_bias(const Node& node) { return !node.is("MatMul"); }

const Tensor* float_constant(const Value* value) {
  return value != nullptr && value->is_constant() && value->dtype() == f32 ? &value->constant()
                                                                           : nullptr;
}

bool is_one_float(const Value* value) {
  const Tensor* t = float_constant(value);
  return t != nullptr && t->size() == 1;
}

/// A constant float bias of a Conv or Gemm: the runtime turns it into codes when it loads.
bool quantizes_bias(const Layer& layer) {
  const Tensor* bias = float_constant(layer.node->input(2));
  return bias != nullptr && bias->rank() == 1 && is_one_float(layer.x->input(1)) &&
         float_constant(layer.w->input(1)) != nullptr;
}

/// An int32 bias must stand at the product of the two scales, or it would be added at another one.
std::optional<std::string> bias_problem(const Layer& layer) {
  const Value* bias = takes_bias(*layer.node) ? layer.node->input(2) : nullptr;
  if (bias == nullptr) return std::nullopt;
  const Node* dq = rules::dequantizer_of(*layer.node, 2);
  if (dq == nullptr && quantizes_bias(layer)) return std::nullopt;
  if (dq == nullptr) return "the bias is not an INT32 behind DequantizeLinear";
  if (rules::code_type(*dq) != i32) return "the bias has codes of another type than INT32";
  if (!rules::is_symmetric(*dq)) return "the bias has a zero point other than 0";
  const Tensor* x = float_constant(layer.x->input(1));
  const Tensor* w = float_constant(layer.w->input(1));
  const Tensor* b = float_constant(dq->input(1));
  if (x == nullptr || w == nullptr || b == nullptr) return "a scale is no float32 constant";
  if (x->size() != 1) return "the input has more than one scale";
  const std::vector<double> ws = w->to_doubles();
  const std::vector<double> bs = b->to_doubles();
  if (bs.size() != ws.size() && bs.size() != 1) return "the bias has other scales than the weights";
  for (std::size_t i = 0; i < ws.size(); ++i) {
    const double want = x->to_doubles()[0] * ws[i];
    const double got = bs[bs.size() == 1 ? 0 : i];
    // The tolerances of the runtime's own check.
    if (std::fabs(got - want) > 1e-6 + 1e-2 * std::fabs(want)) {
      return "the scale of the bias is not that of the input times that of the weights";
    }
  }
  return std::nullopt;
}

const Node* sole_reader(const Node& node) {
  const Value* y = node.output(0);
  return y != nullptr && y->readers() == 1 && y->uses().size() == 1 ? y->uses()[0].node : nullptr;
}

/// A Relu between a layer and codes without numbers below zero does nothing: it is dropped.
bool is_dropped(const Node& relu) {
  const Node* q = rules::sole_quantizer(relu);
  if (!relu.is("Relu") || q == nullptr) return false;
  const ElementKind codes = rules::code_type(*q);
  if (!rules::is_byte(codes)) return q->input(2) != nullptr;
  if (q->input(2) == nullptr) return true;  // UINT8 with zero point 0
  if (!q->input(2)->is_constant() || q->input(2)->constant().size() != 1) return false;
  return q->input(2)->constant().to_doubles()[0] == (codes == u8 ? 0 : -128);
}

const Node* quantizer_behind(const Node& node) {
  if (const Node* q = rules::sole_quantizer(node)) return q;
  const Node* reader = sole_reader(node);
  return reader != nullptr && is_dropped(*reader) ? rules::sole_quantizer(*reader) : nullptr;
}

/// A float layer between DequantizeLinear and QuantizeLinear (through Relu and Clip) whose weights
/// the runtime quantizes when it loads, to one scale for all.
bool quantizes_weights(const Layer& layer) {
  const Node& node = *layer.node;
  const Value* bias = node.input(2);
  if (!layer.product || node.is("MatMul") || layer.x == nullptr ||
      layer.source != WeightSource::plain || !is_one_float(layer.x->input(1)) ||
      (bias != nullptr && !bias->is_constant())) {
    return false;
  }
  const Node* reader = sole_reader(node);
  while (reader != nullptr && (reader->is("Relu") || reader->is("Clip"))) {
    reader = sole_reader(*reader);
  }
  return reader != nullptr && rules::is_quantizer(*reader);
}

/// Why Conv, MatMul or Gemm with DequantizeLinear in front of both factors is not computed on
/// codes; nullopt when it is.
std::optional<std::string> integer_problem(const Layer& layer) {
  const Node& node = *layer.node;
  const ElementKind x = rules::code_type(*layer.x);
  const ElementKind w = rules::code_type(*layer.w);
  const Node* q = quantizer_behind(node);
  if (!rules::is_byte(x)) return cat("its input is ", rules::onnx_name(x), ", no 8-bit integer");
  if (!rules::is_byte(w)) return cat("its weights are ", rules::onnx_name(w), ", no 8-bit integer");
#if defined(__x86_64__)
  if (!node.is("Gemm") && x != u8) return "on x86 only UINT8 inputs are multiplied as codes";
#endif
  if (x == i8 && w != i8) return "INT8 inputs need INT8 weights";
  if (node.is("Conv") && q == nullptr) return "its output does not go to one QuantizeLinear";
  if (q != nullptr && rules::code_type(*q) != x) {
    return "its input and output have different types";
  }
  if (!node.is("Gemm")) return bias_problem(layer);
  if (layer.x->input(2) == nullptr || layer.w->input(2) == nullptr) {
    return "DequantizeLinear in front of Gemm needs explicit zero points";
  }
  const bool factors = node.float_or("alpha", 1) != 1 || node.float_or("beta", 1) != 1;
  if (factors && node.input(2) != nullptr) return "alpha and beta must be 1 with a bias";
  return bias_problem(layer);
}

bool of_graph_input(const Node& node) {
  return node.input(0) != nullptr && node.input(0)->is_graph_input();
}

bool has_type(const Node& node, ElementKind kind) {
  const auto is = [&](const Value* v) { return v != nullptr && v->dtype() == kind; };
  return std::any_of(node.inputs().begin(), node.inputs().end(), is) ||
         std::any_of(node.outputs().begin(), node.outputs().end(), is);
}

bool is_power_of_two(std::int64_t n) { return n > 0 && (n & (n - 1)) == 0; }

/// Why this Gemm would not become MatMulNBits, whatever its weights [K, N].
std::optional<std::string> gemm_problem(const Node& node, std::int64_t columns) {
  const Value* bias = node.input(2);
  if (node.int_or("transA", 0) != 0 || node.int_or("transB", 0) != 0) {
    return "a packed Gemm has no transposed factors";
  }
  if (node.float_or("alpha", 1) != 1 || (bias != nullptr && node.float_or("beta", 1) != 1)) {
    return "a packed Gemm has alpha and beta 1";
  }
  const auto shape = bias != nullptr ? bias->known_shape() : std::nullopt;
  if (bias != nullptr && (!shape || *shape != Shape{columns})) {
    return "the bias of a packed Gemm has one value per column";
  }
  return std::nullopt;
}

/// Why DequantizeLinear and this product do not become MatMulNBits; nullopt when they do.
std::optional<std::string> packing_problem(const Layer& layer) {
  const Node& node = *layer.node;
  const Node& dq = *layer.w;
  const ElementKind codes = rules::code_type(dq);
  if (!rules::is_byte(codes) && !rules::is_small_integer(codes)) {
    return cat("there is no packed kernel for ", rules::onnx_name(codes), " weights");
  }
  const Value* scale = dq.input(1);
  const Value* weights = dq.input(0);
  const auto shape = weights != nullptr ? weights->known_shape() : std::nullopt;
  if (!shape || !weights->is_constant() || scale == nullptr || !scale->is_constant() ||
      shape->size() != 2) {
    return "packed weights are constants of two dimensions";
  }
  if (node.is("Gemm")) {
    if (auto why_not = gemm_problem(node, (*shape)[1])) return why_not;
  }
  if (scale->dtype() != f32 && scale->dtype() != f16) return "the scale is neither f32 nor f16";
  if (dq.output()->readers() != 1) return "DequantizeLinear of the weights has another reader";
  const auto axis = rules::scale_axis(dq);
  switch (rules::granularity(dq)) {
    case Granularity::tensor: break;
    case Granularity::channel:
      if (axis != 1) return "packed weights have a scale per column";
      break;
    case Granularity::block: {
      const std::int64_t size = dq.int_or("block_size", 0);
      if (axis != 0) return "packed weights have blocks along axis 0";
      if (!is_power_of_two(size) || size < 16 || size > 256) {
        return cat("packed weights have blocks of a power of two from 16 to 256, not ", size);
      }
      break;
    }
    case Granularity::unknown: return "the scale has no known shape";
  }
  return std::nullopt;
}

class Judge {
 public:
  Judge(const Model& model, const OpRegistry& ops)
      : model_(model), ops_(ops), fixed_(*model.graph) {}

  RuntimeJudgement run() {
    const TargetDef& target = *choose_target("onnxruntime").target;
    rules::judge_file(model_, ops_, {.newest_opset = target.rules.newest_opset, .newest_ir = 13},
                      j_);
    const std::vector<const Node*> nodes = rules::every_node(*model_.graph);
    for (const Node* node : nodes) load(*node);
    rules::refuse_operators(nodes, rules::kMicrosoft, gpu_operators(),
                            "builds for the CPU have no such operator", j_);
    for (const Layer& layer : rules::quantized_layers(*model_.graph, fixed_)) {
      const auto [form, reason] = judge(layer, target);
      j_.layers.push_back({layer.node->label(), layer.node->op(), form, reason});
      grouped(layer, target);
      misread(layer);
    }
    return std::move(j_);
  }

 private:
  struct Verdict {
    LayerForm form = LayerForm::floating;
    std::string reason;
  };

  void problem(const Node& node, std::string what, std::string rule) {
    j_.problems.push_back({node.label(), std::move(what), std::move(rule)});
  }

  void load(const Node& node) {
    const std::string& domain = node.domain();
    const bool known =
        domain.empty() || domain == rules::kMicrosoft || domain == "ai.onnx.ml" || domain == "pare";
    if (!known) {
      problem(node, cat("operator ", escape_terminal(domain), "::", escape_terminal(node.op())),
              "other domains than ai.onnx, ai.onnx.ml and com.microsoft need a library of their "
              "operators");
    }
    if (node.is("Transpose") && node.attribute("perm") == nullptr) {
      const Node* dq = rules::dequantizer_of(node, 0);
      if (dq != nullptr && rules::granularity(*dq) == Granularity::channel) {
        problem(node, "Transpose without perm behind DequantizeLinear with a scale per channel",
                "ends the process that loads it (1.30.0); with perm written out it loads");
      }
    }
    const bool casts = node.is("Cast") || node.is("CastLike");
    const bool codes = rules::is_dequantizer(node) || rules::is_quantizer(node);
    if ((codes && rules::code_type(node) == f4e2m1) || (casts && has_type(node, f4e2m1))) {
      problem(node, cat(node.op(), " of FLOAT4E2M1"),
              "on the CPU it takes integers and FP8, not FLOAT4E2M1");
    }
    if (!codes) return;
    if (node.input(1) != nullptr && node.input(1)->dtype() == f8e8m0) {
      problem(node, cat(node.op(), " with a scale in FLOAT8E8M0"),
              "DequantizeLinear makes no floats at such a scale");
    }
    if (rules::is_quantizer(node)) limited(node);
  }

  /// The optimiser drops a Clip that the range of the codes does already, and gives up where it
  /// does not know that range; it does not look at a Clip with bounds at an input of the model.
  void limited(const Node& quantizer) {
    const Value* x = quantizer.input(0);
    const Node* clip = x != nullptr ? x->producer() : nullptr;
    if (clip == nullptr || !clip->is("Clip") || sole_reader(*clip) == nullptr) return;
    const bool bounds = clip->input(1) != nullptr || clip->input(2) != nullptr;
    if (quantizer.input(2) == nullptr || (bounds && of_graph_input(*clip))) return;
    const ElementKind codes = rules::code_type(quantizer);
    if (rules::is_byte(codes) || codes == i16 || codes == u16) return;
    problem(quantizer, cat("Clip before QuantizeLinear to ", rules::onnx_name(codes)),
            "behind Clip the optimiser knows codes of 8 and 16 bits only");
  }

  Verdict judge(const Layer& layer, const TargetDef& target) {
    const Node& node = *layer.node;
    if (rules::takes_codes(node)) return coded(node);
    if (quantizes_weights(layer)) {
      j_.remarks.push_back({node.label(),
                            "float weights between DequantizeLinear and "
                            "QuantizeLinear",
                            "are quantized on loading, with one scale for all of them"});
      if (!node.is("ConvTranspose")) {
        return {LayerForm::integer, "its weights are quantized on loading"};
      }
    }
    if (!layer.product) return between(layer, target);
    if (layer.source == WeightSource::looked_up) {
      return {LayerForm::floating, "weights from a table (Gather) are decoded"};
    }
    if (layer.source == WeightSource::rearranged) {
      return {LayerForm::floating,
              "nodes between DequantizeLinear of the weights and the product block the fusion"};
    }
    return product(layer);
  }

  static Verdict coded(const Node& node) {
    const bool packed = node.op() == "MatMulNBits" || node.op() == "MatMulBnb4" ||
                        node.op() == "GatherBlockQuantized" || node.op() == "QMoE" ||
                        node.op().rfind("MatMulBlockQuantized", 0) == 0;
    return {packed ? LayerForm::packed : LayerForm::integer, "an operator that takes codes"};
  }

  Verdict between(const Layer& layer, const TargetDef& target) const {
    const Node& node = *layer.node;
    QdqRules picky;
    picky.rules = &target.rules;
    const Support support = judge_integer_form(node, picky);
    if (!support.accelerated) return {LayerForm::floating, support.reason};
    if (moves_data(node) && !same_codes(layer)) {
      return {LayerForm::floating, "its input and output have different scales or zero points"};
    }
    return {LayerForm::integer, support.reason};
  }

  Verdict product(const Layer& layer) const {
    const Node& node = *layer.node;
    if (layer.w == nullptr) return {LayerForm::floating, "its weights are float"};
    if (layer.x != nullptr) {
      if (node.is("ConvTranspose")) return {LayerForm::floating, "it has no integer kernel"};
      const std::optional<std::string> why_not = integer_problem(layer);
      return {why_not ? LayerForm::floating : LayerForm::integer,
              why_not.value_or("runs on 8-bit integers")};
    }
    if (!node.is("MatMul") && !node.is("Gemm")) {
      return {LayerForm::floating, "convolutions have no packed weights"};
    }
    const std::optional<std::string> why_not = packing_problem(layer);
    return {why_not ? LayerForm::floating : LayerForm::packed,
            why_not.value_or("becomes MatMulNBits on loading")};
  }

  /// The optimiser looks at the form of a group, hardly at its types, and makes operators that know
  /// 8-bit integers only. Found by loading small models into version 1.30.0.
  void grouped(const Layer& layer, const TargetDef& target) {
    const std::string made = group_operator(layer, target);
    if (made.empty()) return;
    for (const Node* dq : {layer.x, layer.w}) {
      if (dq == nullptr) continue;
      const ElementKind codes = rules::code_type(*dq);
      const bool two_bits = codes == i2 || codes == u2;
      const bool four_bits = (codes == i4 || codes == u4) && lacks_four_bits(layer);
      if (!rules::is_float8(codes) && !two_bits && !four_bits) continue;
      problem(
          *layer.node, cat(rules::onnx_name(codes), " around ", layer.node->op()),
          cat("the optimiser makes ", made, " of it, which knows no ", rules::onnx_name(codes)));
      return;
    }
  }

  static bool lacks_four_bits(const Layer& layer) {
    const Node& node = *layer.node;
    return node.is("MaxPool") || node.is("ReduceMax") || node.is("ReduceMin") ||
           (layer.product && quantizes_weights(layer));
  }

  /// What the optimiser makes of the layer and the Q and DQ around it; "" = it leaves them.
  static std::string group_operator(const Layer& layer, const TargetDef& target) {
    const Node& node = *layer.node;
    if (layer.x == nullptr) return "";
    if (node.is("Conv")) {
      const bool groups =
          quantizes_weights(layer) || (layer.w != nullptr && quantizer_behind(node) != nullptr);
      return groups ? "QLinearConv" : "";
    }
    if (node.is("MatMul")) return layer.w != nullptr ? "QLinearMatMul" : "";
    if (node.is("Gemm")) {
      const bool groups =
          layer.w != nullptr && layer.x->input(2) != nullptr && layer.w->input(2) != nullptr;
      return groups ? "QGemm" : "";
    }
    const std::vector<std::string>& known = target.rules.int8_ops;
    const bool listed =
        node.domain().empty() && std::find(known.begin(), known.end(), node.op()) != known.end();
    if (!listed || layer.output == nullptr) return "";
    if (!moves_data(node)) return cat("QLinear", node.op());
    const bool stays = node.is("Reshape") || node.is("Transpose") || node.is("Expand");
    return stays || !same_codes(layer) ? "" : cat(node.op(), " on codes");
  }

  /// Scales along another axis than that of the output channels: the runtime looks at their number
  /// only, and where that fits it multiplies the wrong channels.
  void misread(const Layer& layer) {
    const Node& node = *layer.node;
    if (!layer.product || layer.x == nullptr || layer.w == nullptr || integer_problem(layer))
      return;
    if (rules::granularity(*layer.w) != Granularity::channel) return;
    const auto want = rules::output_channel_axis(node);
    const auto axis = rules::scale_axis(*layer.w);
    const Value* w = layer.w->input(0);
    const auto shape = w != nullptr ? w->known_shape() : std::nullopt;
    if (!want || !axis || *axis < 0 || !shape || axis == want) return;
    const auto at = [&](std::int64_t i) { return shape->at(static_cast<std::size_t>(i)); };
    if (static_cast<std::size_t>(std::max(*axis, *want)) >= shape->size() ||
        at(*axis) != at(*want)) {
      return;
    }
    problem(node, cat("scales of the weights along axis ", *axis),
            cat("takes them for scales along axis ", *want,
                ": it loads the model and computes something else"));
  }

  static bool same_codes(const Layer& layer) {
    return layer.x != nullptr && layer.output != nullptr &&
           rules::same_constant(layer.x->input(1), layer.output->input(1)) &&
           rules::same_constant(layer.x->input(2), layer.output->input(2));
  }

  const Model& model_;
  const OpRegistry& ops_;
  rules::FixedValues fixed_;
  RuntimeJudgement j_;
};

RuntimeJudgement judge(const Model& model, const OpRegistry& ops) {
  return Judge(model, ops).run();
}

}  // namespace

/// ONNX Runtime's CPU provider. Sources: its selectors of Q/DQ groups, its list of operators of
/// com.microsoft, and what version 1.30.0 does with small models (tests/targets/rules).
RuntimeRules rules_onnxruntime() { return {"onnxruntime", "ONNX Runtime 1.30 (CPU)", judge}; }

}  // namespace pare
