#include <array>
#include <optional>

#include "base/text.hpp"
#include "targets/rules/_onnx.hpp"

namespace pare {
namespace {

using enum ElementKind;
using rules::Granularity;
using rules::Layer;
using rules::WeightSource;

/// Of the parser's list of operators: those that it lacks.
const std::vector<std::string_view>& missing_operators() {
  static const std::vector<std::string_view> names = {"Bernoulli",
                                                      "ConcatFromSequence",
                                                      "Det",
                                                      "ImageDecoder",
                                                      "MaxRoiPool",
                                                      "MaxUnpool",
                                                      "Multinomial",
                                                      "NegativeLogLikelihoodLoss",
                                                      "Optional",
                                                      "OptionalGetElement",
                                                      "OptionalHasElement",
                                                      "RegexFullMatch",
                                                      "SequenceAt",
                                                      "SequenceConstruct",
                                                      "SequenceEmpty",
                                                      "SequenceErase",
                                                      "SequenceInsert",
                                                      "SequenceLength",
                                                      "SequenceMap",
                                                      "SoftmaxCrossEntropyLoss",
                                                      "SplitToSequence",
                                                      "StringConcat",
                                                      "StringNormalizer",
                                                      "StringSplit",
                                                      "TfIdfVectorizer"};
  return names;
}

/// Operators on codes: TensorRT takes Q and DQ around float ones instead.
const std::vector<std::string_view>& operator_forms() {
  static const std::vector<std::string_view> names = {
      "ConvInteger", "DynamicQuantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul"};
  return names;
}

bool known_type(ElementKind kind) {
  return kind == i8 || kind == i4 || kind == f8e4m3fn || kind == f4e2m1 || kind == f8e8m0;
}

/// An axis counted from the end: -1 is the last.
std::optional<std::int64_t> from_end(const Node& node, std::optional<std::int64_t> axis) {
  const Value* x = node.input(0);
  if (!axis || x == nullptr || !x->type().shape) return std::nullopt;
  return *axis - static_cast<std::int64_t>(x->type().shape->size());
}

class Judge {
 public:
  Judge(const Model& model, const OpRegistry& ops)
      : model_(model), ops_(ops), fixed_(*model.graph) {}

  RuntimeJudgement run() {
    rules::judge_file(model_, ops_, {.oldest_opset = 9, .newest_opset = 25, .newest_ir = 13}, j_);
    const std::vector<const Node*> nodes = rules::every_node(*model_.graph);
    rules::refuse_operators(nodes, "", missing_operators(), "the parser has no such operator", j_);
    rules::refuse_operators(nodes, "", operator_forms(),
                            "takes Q and DQ around float operators, not operators on codes", j_);
    for (const Node* node : nodes) {
      domain(*node);
      if (rules::is_quantizer(*node) || rules::is_dequantizer(*node)) quantization(*node);
    }
    for (const Layer& layer : rules::quantized_layers(*model_.graph, fixed_)) {
      const auto [form, reason] = judge(layer);
      j_.layers.push_back({layer.node->label(), layer.node->op(), form, reason});
      output(layer);
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

  void domain(const Node& node) {
    const std::string& domain = node.domain();
    if (domain.empty() || domain == "trt" || domain == "pare") return;
    problem(node, cat("operator ", escape_terminal(domain), "::", escape_terminal(node.op())),
            domain == rules::kMicrosoft ? "operators of com.microsoft are ONNX Runtime's"
                                        : "operators of other domains need a plug-in");
  }

  void quantization(const Node& node) {
    const ElementKind codes = rules::code_type(node);
    const bool on_weights = fixed_.has(node.input(0));
    const std::string what = cat(node.op(), " of ", rules::onnx_name(codes));
    if (codes == u8) {
      problem(node, what, "8-bit codes are signed: INT8 with zero point 0");
    } else if (codes == i32) {
      problem(node, what, "a bias stays float: DequantizeLinear takes INT8, INT4, FP8 and FP4");
    } else if (!known_type(codes)) {
      problem(node, what, "codes are INT8, INT4, FLOAT8E4M3FN or FLOAT4E2M1");
    } else if (!rules::is_symmetric(node)) {
      problem(node, cat(what, " with a zero point"), "zero points are 0");
    }
    scale(node);
    if (codes == i4) four_bits(node, what, on_weights);
    if (codes == f4e2m1) four_bit_floats(node, what, on_weights);
    if (!on_weights && rules::granularity(node) == Granularity::channel && codes != i32) {
      problem(node, cat(what, " with a scale per channel, of activations"),
              "activations have one scale per tensor");
    }
  }

  void scale(const Node& node) {
    const Value* s = node.input(1);
    if (s == nullptr || !s->is_constant()) return;
    const std::vector<double> values = s->constant().to_doubles();
    if (std::any_of(values.begin(), values.end(), [](double v) { return !(v > 0); })) {
      problem(node, cat(node.op(), " with a scale that is not positive"), "scales are positive");
    }
  }

  /// Weights alone, in blocks.
  void four_bits(const Node& node, const std::string& what, bool on_weights) {
    if (!on_weights) {
      problem(node, cat(what, ", of activations"), "INT4 is for weights");
      return;
    }
    if (rules::granularity(node) != Granularity::block) {
      problem(node, cat(what, " without blocks"), "INT4 has blocks of 64 or 128");
      return;
    }
    const std::int64_t size = node.int_or("block_size", 0);
    if (size != 64 && size != 128) {
      problem(node, cat(what, " in blocks of ", size), "INT4 has blocks of 64 or 128");
    }
    const auto axis = from_end(node, rules::scale_axis(node));
    if (axis && *axis < -2) {
      problem(node, cat(what, " in blocks along another axis"),
              "blocks lie along one of the last two axes");
    }
  }

  void four_bit_floats(const Node& node, const std::string& what, bool on_weights) {
    if (!on_weights && rules::is_quantizer(node)) {
      problem(node, cat(what, ", of activations"),
              "FP4 activations come from trt::TRT_FP4DynamicQuantize");
      return;
    }
    if (node.int_or("block_size", 0) != 16) {
      problem(node, cat(what, " in other blocks than 16"), "FP4 has blocks of 16");
    }
  }

  Verdict judge(const Layer& layer) const {
    const Node& node = *layer.node;
    if (rules::takes_codes(node)) return {LayerForm::floating, "this operator is refused"};
    if (!layer.product) {
      return {LayerForm::floating, "decided when the engine is built: Q and DQ may move past it"};
    }
    if (layer.source == WeightSource::looked_up) {
      return {LayerForm::floating, "weights from a table (Gather) are decoded"};
    }
    if (layer.w == nullptr && layer.source != WeightSource::rearranged) {
      return {LayerForm::floating, "its weights are float"};
    }
    if (layer.w == nullptr) {
      return {LayerForm::floating, "nodes stand between DequantizeLinear and the product"};
    }
    return product(layer);
  }

  Verdict product(const Layer& layer) const {
    const Node& node = *layer.node;
    const ElementKind w = rules::code_type(*layer.w);
    if (layer.x == nullptr) return weights_only(node, w);
    const ElementKind x = rules::code_type(*layer.x);
    if (x != w) {
      return {LayerForm::floating,
              cat("its input is ", rules::onnx_name(x), ", its weights are ", rules::onnx_name(w))};
    }
    if (rules::granularity(*layer.w) == Granularity::channel) {
      const auto want = rules::output_channel_axis(node);
      if (rules::scale_axis(*layer.w) != want) {
        return {LayerForm::floating, "the scales of its weights are not per output channel"};
      }
    }
    if (w == i8) return {LayerForm::integer, "INT8 input and weights"};
    if (w == f8e4m3fn) return {LayerForm::narrow_float, "FP8 input and weights"};
    if (w == f4e2m1) return {LayerForm::narrow_float, "FP4 input and weights"};
    return {LayerForm::floating, cat("no kernel for ", rules::onnx_name(w))};
  }

  static Verdict weights_only(const Node& node, ElementKind w) {
    const bool product = node.is("MatMul") || node.is("Gemm");
    if (product && (w == i4 || w == f4e2m1)) {
      return {LayerForm::packed, cat(rules::onnx_name(w), " weights of a matrix product")};
    }
    return {LayerForm::floating,
            cat("its input is float; weights alone are for INT4 and FP4 in matrix products")};
  }

  /// Add and Relu behind a convolution are fused with it unless codes stand between.
  void output(const Layer& layer) {
    if (!layer.product || layer.output == nullptr || layer.output->output() == nullptr) return;
    for (const Use& q : layer.output->output()->uses()) {
      if (!rules::is_dequantizer(*q.node) || q.node->output() == nullptr) continue;
      for (const Use& reader : q.node->output()->uses()) {
        if (!reader.node->is("Add") && !reader.node->is("Relu")) continue;
        j_.remarks.push_back({layer.node->label(), cat("QuantizeLinear before ", reader.node->op()),
                              "codes between a layer and the Add or Relu behind it keep them from "
                              "being fused"});
        return;
      }
    }
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

/// TensorRT with its ONNX parser, networks strongly typed. Sources: onnx-tensorrt's list of
/// operators and its import of Q and DQ, TensorRT's guide to quantized types and its opset guide.
RuntimeRules rules_tensorrt() { return {"tensorrt", "TensorRT 11", judge}; }

}  // namespace pare
