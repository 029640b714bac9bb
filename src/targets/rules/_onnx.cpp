#include "targets/rules/_onnx.hpp"

#include <array>
#include <map>

#include "base/text.hpp"

namespace pare::rules {
namespace {

using enum ElementKind;

/// Versions from which on ONNX has an element type. Source: onnx.proto and the operator changelog.
struct TypeRule {
  ElementKind kind;
  std::int64_t opset;
  std::int64_t ir;
};
constexpr auto kTypes = std::to_array<TypeRule>({{f8e4m3fn, 19, 9},
                                                 {f8e4m3fnuz, 19, 9},
                                                 {f8e5m2, 19, 9},
                                                 {f8e5m2fnuz, 19, 9},
                                                 {i4, 21, 10},
                                                 {u4, 21, 10},
                                                 {f4e2m1, 23, 11},
                                                 {f8e8m0, 24, 12},
                                                 {i2, 25, 13},
                                                 {u2, 25, 13}});

/// Operators that came late and that reading an older file never brings in.
struct OperatorRule {
  std::string_view op;
  std::int64_t opset;
};
constexpr auto kOperators = std::to_array<OperatorRule>({{"AffineGrid", 20},
                                                         {"Attention", 23},
                                                         {"BitCast", 26},
                                                         {"ConvInteger", 10},
                                                         {"CumProd", 26},
                                                         {"DequantizeLinear", 10},
                                                         {"Gelu", 20},
                                                         {"MatMulInteger", 10},
                                                         {"Mish", 18},
                                                         {"QLinearConv", 10},
                                                         {"QLinearMatMul", 10},
                                                         {"QuantizeLinear", 10},
                                                         {"RMSNormalization", 23},
                                                         {"RotaryEmbedding", 23},
                                                         {"Swish", 24},
                                                         {"TensorScatter", 24},
                                                         {"DynamicQuantizeLinear", 11}});

class FileJudge {
 public:
  FileJudge(const Model& model, const OpRegistry& ops, RuntimeJudgement& j)
      : model_(model), ops_(ops), j_(j) {
    const auto found = model.opsets.find("");
    opset_ = found != model.opsets.end() ? found->second : 0;
  }

  void versions(const Versions& v) {
    if (opset_ != 0 && v.newest_opset != 0 && opset_ > v.newest_opset) {
      problem("", cat("operator set ", opset_), cat("reads operator sets up to ", v.newest_opset));
    }
    if (opset_ != 0 && opset_ < v.oldest_opset) {
      problem("", cat("operator set ", opset_), cat("reads operator sets from ", v.oldest_opset));
    }
    if (v.newest_ir != 0 && model_.ir_version > v.newest_ir) {
      problem("", cat("IR version ", model_.ir_version),
              cat("reads IR versions up to ", v.newest_ir));
    }
  }

  void node(const Node& node) {
    if (node.domain() == "pare") {
      problem(node.label(), cat("operator pare::", node.op()), "only pare has operators of pare");
    }
    if (!node.domain().empty()) return;
    if (ops_.find(node) == nullptr) {
      problem(node.label(), cat("operator ", escape_terminal(node.op())),
              "ONNX has no such operator");
    }
    for (const OperatorRule& rule : kOperators) {
      if (rule.op == node.op()) needs(node, rule.opset, std::string(rule.op));
    }
    for (const std::vector<Value*>* values : {&node.inputs(), &node.outputs()}) {
      for (const Value* v : *values) {
        if (v != nullptr) type(node, v->dtype().kind());
      }
    }
    if (is_quantizer(node) || is_dequantizer(node)) quantization(node);
  }

 private:
  void problem(const std::string& node, std::string what, std::string rule) {
    j_.problems.push_back({node, std::move(what), std::move(rule)});
  }

  void needs(const Node& node, std::int64_t opset, const std::string& what) {
    if (opset_ == 0 || opset_ >= opset) return;
    problem(node.label(), cat(what, " in operator set ", opset_),
            cat("ONNX: ", what, " needs operator set ", opset));
  }

  /// One remark for the IR version of each type, one problem for each node that uses it too early.
  void type(const Node& node, ElementKind kind) {
    for (const TypeRule& rule : kTypes) {
      if (rule.kind != kind) continue;
      if (said_[{&node, kind}]++ == 0) needs(node, rule.opset, onnx_name(kind));
      if (model_.ir_version < rule.ir && said_[{nullptr, kind}]++ == 0) {
        j_.remarks.push_back({node.label(),
                              cat(onnx_name(kind), " in a file of IR version ", model_.ir_version),
                              cat("ONNX: ", onnx_name(kind), " needs IR version ", rule.ir,
                                  ", which loaders rarely check")});
      }
    }
  }

  void quantization(const Node& node) {
    const ElementKind codes = code_type(node);
    if (codes == i16 || codes == u16) {
      needs(node, 21, cat(node.op(), " of ", onnx_name(codes)));
    }
    const Granularity g = granularity(node);
    if (g == Granularity::channel) needs(node, 13, cat(node.op(), " with a scale per channel"));
    if (g == Granularity::block) needs(node, 21, cat(node.op(), " with a scale per block"));
    const DType scale = node.input(1) != nullptr ? node.input(1)->dtype() : DType();
    if (scale == f16 || scale == bf16) {
      needs(node, 19, cat(node.op(), " with a scale in ", scale.name()));
    }
    if (node.attribute("output_dtype") != nullptr) {
      needs(node, node.is("QuantizeLinear") ? 21 : 23, cat(node.op(), " with output_dtype"));
    }
  }

  const Model& model_;
  const OpRegistry& ops_;
  RuntimeJudgement& j_;
  std::int64_t opset_ = 0;
  std::map<std::pair<const Node*, ElementKind>, int> said_;
};

}  // namespace

void judge_file(const Model& model, const OpRegistry& ops, const Versions& versions,
                RuntimeJudgement& j) {
  FileJudge judge(model, ops, j);
  judge.versions(versions);
  for (const Node* node : every_node(*model.graph)) judge.node(*node);
}

void refuse_operators(const std::vector<const Node*>& nodes, std::string_view domain,
                      const std::vector<std::string_view>& names, std::string_view rule,
                      RuntimeJudgement& j) {
  for (const Node* node : nodes) {
    if (node->domain() != domain) continue;
    if (std::find(names.begin(), names.end(), node->op()) == names.end()) continue;
    const std::string name = domain.empty() ? node->op() : cat(domain, "::", node->op());
    j.problems.push_back({node->label(), cat("operator ", name), std::string(rule)});
  }
}

}  // namespace pare::rules
