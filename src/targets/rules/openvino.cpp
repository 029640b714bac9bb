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

/// Of the frontend's list of operators: those of ai.onnx without a supported version.
const std::vector<std::string_view>& missing_operators() {
  static const std::vector<std::string_view> names = {
      "Bernoulli",          "DeformConv",       "Det",
      "ImageDecoder",       "LpPool",           "MaxUnpool",
      "MelWeightMatrix",    "Optional",         "OptionalGetElement",
      "OptionalHasElement", "RegexFullMatch",   "SequenceMap",
      "StringConcat",       "StringNormalizer", "StringSplit",
      "TfIdfVectorizer"};
  return names;
}

/// Operators of com.microsoft that the frontend translates.
bool translates(std::string_view op) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"Attention",
                                       "BiasAdd",
                                       "BiasGelu",
                                       "BifurcationDetector",
                                       "DequantizeLinear",
                                       "DynamicQuantizeMatMul",
                                       "EmbedLayerNormalization",
                                       "FastGelu",
                                       "FusedConv",
                                       "FusedGemm",
                                       "FusedMatMul",
                                       "GatherND",
                                       "Gelu",
                                       "GroupNorm",
                                       "GroupQueryAttention",
                                       "MatMulIntegerToFloat",
                                       "MatMulNBits",
                                       "Pad",
                                       "QLinearAdd",
                                       "QLinearAveragePool",
                                       "QLinearConcat",
                                       "QLinearLeakyRelu",
                                       "QLinearMul",
                                       "QLinearReduceMean",
                                       "QLinearSigmoid",
                                       "QLinearSoftmax",
                                       "QLinearWhere",
                                       "QuantizeLinear",
                                       "QuickGelu",
                                       "Range",
                                       "RotaryEmbedding",
                                       "SimplifiedLayerNormalization",
                                       "SkipLayerNormalization",
                                       "SkipSimplifiedLayerNormalization",
                                       "Trilu"});
  return std::find(kNames.begin(), kNames.end(), op) != kNames.end();
}

/// Element types that the frontend has no equal of.
bool lacks(ElementKind kind) {
  return kind == f8e4m3fnuz || kind == f8e5m2fnuz || kind == f8e8m0 || kind == f4e2m1 ||
         kind == i2 || kind == u2;
}

/// Operators that low-precision transformations move decoding past, besides products.
bool passes_codes(const Node& node) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"Add",           "AveragePool", "Clip",       "Concat",
       "DepthToSpace",  "Flatten",     "Gather",     "GlobalAveragePool",
       "GlobalMaxPool", "MaxPool",     "Mul",        "Pad",
       "PRelu",         "ReduceMax",   "ReduceMean", "ReduceMin",
       "ReduceSum",     "Relu",        "Reshape",    "Resize",
       "Slice",         "Split",       "Squeeze",    "Sub",
       "Transpose",     "Unsqueeze"});
  return node.domain().empty() &&
         std::find(kNames.begin(), kNames.end(), node.op()) != kNames.end();
}

class Judge {
 public:
  Judge(const Model& model, const OpRegistry& ops)
      : model_(model), ops_(ops), fixed_(*model.graph) {}

  RuntimeJudgement run() {
    rules::judge_file(model_, ops_, {}, j_);
    const std::vector<const Node*> nodes = rules::every_node(*model_.graph);
    rules::refuse_operators(nodes, "", missing_operators(), "the frontend has no such operator",
                            j_);
    for (const Node* node : nodes) {
      domain(*node);
      types(*node);
      if (rules::is_quantizer(*node)) quantizer(*node);
      if (rules::is_dequantizer(*node)) dequantizer(*node);
    }
    for (const Layer& layer : rules::quantized_layers(*model_.graph, fixed_)) {
      const auto [form, reason] = judge(layer);
      j_.layers.push_back({layer.node->label(), layer.node->op(), form, reason});
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
    const std::string name = cat(escape_terminal(domain), "::", escape_terminal(node.op()));
    if (domain.empty() || domain == "pare" || domain == "org.openvinotoolkit") return;
    if (domain == rules::kMicrosoft) {
      if (!translates(node.op())) {
        problem(node, cat("operator ", name),
                "the frontend translates some operators of com.microsoft, not this one");
      }
    } else if (domain != "ai.onnx.ml" || node.op() != "Normalizer") {
      problem(node, cat("operator ", name), "operators of other domains need an extension");
    }
  }

  void types(const Node& node) {
    std::vector<ElementKind> said;
    for (const std::vector<Value*>* values : {&node.inputs(), &node.outputs()}) {
      for (const Value* v : *values) {
        const ElementKind kind = v != nullptr ? v->dtype().kind() : undefined;
        if (!lacks(kind) || std::find(said.begin(), said.end(), kind) != said.end()) continue;
        said.push_back(kind);
        problem(node, rules::onnx_name(kind),
                "the frontend knows no 2-bit integers, 4-bit floats, E8M0 or FNUZ types");
      }
    }
  }

  void remark(const Node& node, std::string what, std::string rule) {
    j_.remarks.push_back({node.label(), std::move(what), std::move(rule)});
  }

  void quantizer(const Node& node) {
    const ElementKind codes = rules::code_type(node);
    if (!rules::is_float8(codes)) return;
    remark(node, cat("QuantizeLinear to ", rules::onnx_name(codes)),
           "releases of 2025 refuse it: they make integers of 4, 8 and 16 bits");
  }

  void dequantizer(const Node& node) {
    if (rules::granularity(node) != Granularity::block) return;
    const auto shape = node.input(0) != nullptr ? node.input(0)->known_shape() : std::nullopt;
    const auto axis = rules::scale_axis(node);
    const std::int64_t size = node.int_or("block_size", 0);
    if (!shape || !axis || *axis < 0 || static_cast<std::size_t>(*axis) >= shape->size()) {
      problem(node, "blocks in codes of unknown size", "blocks are for codes of known size");
      return;
    }
    const std::int64_t length = (*shape)[static_cast<std::size_t>(*axis)];
    if (length % size != 0) {
      problem(node, cat("blocks of ", size, " along ", length),
              "a dimension with blocks is a multiple of their size");
    } else if (*axis != 0 || shape->size() != 2) {
      remark(node, cat("blocks along axis ", *axis, " of ", shape->size(), " dimensions"),
             "releases of 2025 refuse it: they take blocks along axis 0 of matrices");
    }
  }

  Verdict judge(const Layer& layer) const {
    const Node& node = *layer.node;
    if (rules::takes_codes(node)) {
      const bool packed = node.op() == "MatMulNBits";
      return {packed ? LayerForm::packed : LayerForm::integer,
              packed ? "its weights stay codes" : "translated to Q and DQ around the operator"};
    }
    if (!layer.product) return between(layer);
    if (layer.source == WeightSource::looked_up) {
      return {LayerForm::floating, "weights from a table (Gather) are decoded"};
    }
    if (layer.w == nullptr) {
      return {LayerForm::floating, layer.source == WeightSource::rearranged
                                       ? "nodes stand between DequantizeLinear and the product"
                                       : "its weights are float"};
    }
    return product(layer);
  }

  static Verdict between(const Layer& layer) {
    const Node& node = *layer.node;
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
      const Node* dq = rules::dequantizer_of(node, i);
      if (dq != nullptr && !rules::is_byte(rules::code_type(*dq))) {
        return {LayerForm::floating,
                cat("no kernel for ", rules::onnx_name(rules::code_type(*dq)))};
      }
    }
    if (!passes_codes(node)) return {LayerForm::floating, "this operator stops the codes"};
    if (layer.output == nullptr) {
      return {LayerForm::floating, "its output does not go to one QuantizeLinear"};
    }
    return {LayerForm::integer, "decoding moves past it"};
  }

  static Verdict product(const Layer& layer) {
    const Node& node = *layer.node;
    const ElementKind w = rules::code_type(*layer.w);
    const ElementKind x = layer.x != nullptr ? rules::code_type(*layer.x) : undefined;
    const bool coded_input = rules::is_byte(x);
    if (coded_input && w == i8) {
      if (rules::granularity(*layer.x) != Granularity::tensor) {
        return {LayerForm::floating, "its input has more than one scale"};
      }
      if (rules::granularity(*layer.w) == Granularity::channel &&
          rules::scale_axis(*layer.w) != rules::output_channel_axis(node)) {
        return {LayerForm::floating, "the scales of its weights are not per output channel"};
      }
      if (rules::granularity(*layer.w) != Granularity::block) {
        return {LayerForm::integer, "8-bit input, INT8 weights"};
      }
    }
    const bool matrix = node.is("MatMul") || node.is("Gemm");
    if (matrix && layer.x == nullptr && (rules::is_byte(w) || w == i4 || w == u4)) {
      return {LayerForm::packed,
              cat(rules::onnx_name(w), " weights are decoded inside the kernel")};
    }
    if (!rules::is_byte(w)) {
      return {LayerForm::floating, cat("no kernel for ", rules::onnx_name(w), " weights here")};
    }
    if (layer.x == nullptr) return {LayerForm::floating, "convolutions have no packed weights"};
    return {LayerForm::floating,
            cat("no kernel for ", rules::onnx_name(x), " times ", rules::onnx_name(w))};
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

/// OpenVINO's ONNX frontend and its CPU plug-in. Sources: the frontend's list of operators and its
/// translation of Q and DQ, the guide to low-precision transformations.
RuntimeRules rules_openvino() { return {"openvino", "OpenVINO (CPU)", judge}; }

}  // namespace pare
