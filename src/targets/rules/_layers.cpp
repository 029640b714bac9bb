#include "targets/rules/_layers.hpp"

#include <array>
#include <utility>

namespace pare::rules {
namespace {

using enum ElementKind;

/// Data inputs that make a node a quantized layer when DequantizeLinear makes one of them.
bool reads_dequantized(const Node& node, const FixedValues& fixed) {
  for (std::size_t i = 0; i < node.inputs().size(); ++i) {
    if (dequantizer_of(node, i) != nullptr && !fixed.has(node.input(i))) return true;
  }
  return false;
}

/// Walks back from computed weights: a table that codes choose from, or codes that were decoded.
WeightSource behind(const Value* weights, const FixedValues& fixed) {
  std::vector<const Value*> open = {weights};
  std::unordered_set<const Value*> seen;
  WeightSource found = WeightSource::plain;
  while (!open.empty()) {
    const Value* v = open.back();
    open.pop_back();
    if (v == nullptr || !fixed.has(v) || !seen.insert(v).second) continue;
    const Node* from = v->producer();
    if (from == nullptr) continue;
    if (is_dequantizer(*from)) {
      found = WeightSource::rearranged;
    } else if (from->is("Gather") && from->input(1) != nullptr &&
               from->input(1)->producer() != nullptr && from->input(1)->producer()->is("Cast")) {
      return WeightSource::looked_up;
    }
    open.insert(open.end(), from->inputs().begin(), from->inputs().end());
  }
  return found;
}

void add_nodes(const Graph& graph, std::vector<const Node*>& nodes) {
  for (const Node* node : graph.nodes()) {
    nodes.push_back(node);
    for (const Graph* body : node->subgraphs()) add_nodes(*body, nodes);
  }
}

}  // namespace

std::vector<const Node*> every_node(const Graph& graph) {
  std::vector<const Node*> nodes;
  add_nodes(graph, nodes);
  return nodes;
}

bool is_quantizer(const Node& node) {
  return node.is("QuantizeLinear") || node.is(kMicrosoft, "QuantizeLinear");
}

bool is_dequantizer(const Node& node) {
  return node.is("DequantizeLinear") || node.is(kMicrosoft, "DequantizeLinear");
}

bool is_product(const Node& node) {
  return node.is("Conv") || node.is("ConvTranspose") || node.is("MatMul") || node.is("Gemm");
}

const Node* dequantizer_of(const Node& node, std::size_t i) {
  const Value* v = node.input(i);
  if (v == nullptr || v->producer() == nullptr) return nullptr;
  return is_dequantizer(*v->producer()) ? v->producer() : nullptr;
}

const Node* sole_quantizer(const Node& node) {
  const Value* y = node.output(0);
  if (y == nullptr || y->readers() != 1 || y->uses().size() != 1) return nullptr;
  const Node* reader = y->uses()[0].node;
  return is_quantizer(*reader) ? reader : nullptr;
}

ElementKind code_type(const Node& node) {
  if (is_dequantizer(node)) {
    return node.input(0) != nullptr ? node.input(0)->dtype().kind() : undefined;
  }
  if (const Value* zero = node.input(2)) return zero->dtype().kind();
  const std::int64_t wanted = node.int_or("output_dtype", 0);
  if (wanted < 0 || wanted > static_cast<std::int64_t>(i2)) return undefined;
  return wanted != 0 ? static_cast<ElementKind>(wanted) : u8;
}

std::string onnx_name(ElementKind kind) {
  static constexpr auto kNames =
      std::to_array<std::pair<ElementKind, std::string_view>>({{u8, "UINT8"},
                                                               {i8, "INT8"},
                                                               {u16, "UINT16"},
                                                               {i16, "INT16"},
                                                               {i32, "INT32"},
                                                               {u4, "UINT4"},
                                                               {i4, "INT4"},
                                                               {u2, "UINT2"},
                                                               {i2, "INT2"},
                                                               {f8e4m3fn, "FLOAT8E4M3FN"},
                                                               {f8e4m3fnuz, "FLOAT8E4M3FNUZ"},
                                                               {f8e5m2, "FLOAT8E5M2"},
                                                               {f8e5m2fnuz, "FLOAT8E5M2FNUZ"},
                                                               {f4e2m1, "FLOAT4E2M1"},
                                                               {f8e8m0, "FLOAT8E8M0"}});
  for (const auto& [known, name] : kNames) {
    if (known == kind) return std::string(name);
  }
  return kind == undefined || kind == block ? "an unknown type"
                                            : std::string(dtype_of(kind).name());
}

bool is_byte(ElementKind kind) { return kind == u8 || kind == i8; }

bool is_float8(ElementKind kind) {
  return kind == f8e4m3fn || kind == f8e4m3fnuz || kind == f8e5m2 || kind == f8e5m2fnuz;
}

bool is_small_integer(ElementKind kind) {
  return kind == i4 || kind == u4 || kind == i2 || kind == u2;
}

Granularity granularity(const Node& node) {
  if (node.int_or("block_size", 0) > 0) return Granularity::block;
  const auto shape = node.input(1) != nullptr ? node.input(1)->known_shape() : std::nullopt;
  if (!shape) return Granularity::unknown;
  return element_count(*shape) == 1 ? Granularity::tensor : Granularity::channel;
}

std::optional<std::int64_t> scale_axis(const Node& node) {
  const std::int64_t axis = node.int_or("axis", 1);
  if (axis >= 0) return axis;
  const Value* x = node.input(0);
  if (x == nullptr || !x->type().shape) return std::nullopt;
  return axis + static_cast<std::int64_t>(x->type().shape->size());
}

bool is_symmetric(const Node& node) {
  const Value* zero = node.input(2);
  if (zero == nullptr) return true;
  if (!zero->is_constant()) return false;
  const std::vector<double> values = zero->constant().to_doubles();
  return std::all_of(values.begin(), values.end(), [](double z) { return z == 0; });
}

bool same_constant(const Value* a, const Value* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || !a->is_constant() || !b->is_constant()) return false;
  const Tensor& s = a->constant();
  const Tensor& t = b->constant();
  return s.type() == t.type() && s.size() == t.size() &&
         std::equal(s.bytes().begin(), s.bytes().end(), t.bytes().begin(), t.bytes().end());
}

std::optional<std::int64_t> output_channel_axis(const Node& product) {
  if (product.is("Conv")) return 0;
  if (product.is("ConvTranspose")) return 1;
  if (product.is("Gemm")) return product.int_or("transB", 0) != 0 ? 0 : 1;
  const Value* w = product.input(1);
  if (w == nullptr || !w->type().shape || w->type().shape->empty()) return std::nullopt;
  return static_cast<std::int64_t>(w->type().shape->size()) - 1;
}

void FixedValues::walk(const Graph& graph) {
  for (const Node* node : graph.nodes()) {
    const std::vector<Graph*> bodies = node->subgraphs();
    for (const Graph* body : bodies) walk(*body);
    const std::vector<Value*>& in = node->inputs();
    const bool fixed =
        bodies.empty() && !in.empty() && node->op().rfind("Random", 0) != 0 &&
        !node->is("Bernoulli") && !node->is("Multinomial") &&
        std::all_of(in.begin(), in.end(), [&](const Value* v) { return v == nullptr || has(v); });
    if (!fixed) continue;
    for (const Value* v : node->outputs()) {
      if (v != nullptr) computed_.insert(v);
    }
  }
}

bool takes_codes(const Node& node) {
  static constexpr auto kStandard = std::to_array<std::string_view>(
      {"ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul"});
  static constexpr auto kContrib =
      std::to_array<std::string_view>({"DynamicQuantizeLSTM",
                                       "DynamicQuantizeMatMul",
                                       "GatherBlockQuantized",
                                       "MatMulBnb4",
                                       "MatMulIntegerToFloat",
                                       "MatMulNBits",
                                       "QAttention",
                                       "QEmbedLayerNormalization",
                                       "QGemm",
                                       "QMoE",
                                       "QLinearAdd",
                                       "QLinearAveragePool",
                                       "QLinearConcat",
                                       "QLinearConv",
                                       "QLinearGlobalAveragePool",
                                       "QLinearLeakyRelu",
                                       "QLinearMatMul",
                                       "QLinearMul",
                                       "QLinearReduceMean",
                                       "QLinearSigmoid",
                                       "QLinearSoftmax",
                                       "QLinearWhere",
                                       "MatMulBlockQuantizedFp4Weight",
                                       "MatMulBlockQuantizedFp8Weight"});
  const auto listed = [&](const auto& names) {
    return std::find(names.begin(), names.end(), node.op()) != names.end();
  };
  if (node.domain().empty()) return listed(kStandard);
  return node.domain() == kMicrosoft && listed(kContrib);
}

std::vector<Layer> quantized_layers(const Graph& graph, const FixedValues& fixed) {
  std::vector<Layer> layers;
  for (const Node* node : every_node(graph)) {
    if (is_quantizer(*node) || is_dequantizer(*node) || fixed.has(node->output(0))) continue;
    Layer layer;
    layer.node = node;
    layer.product = is_product(*node);
    layer.x = dequantizer_of(*node, 0);
    layer.output = sole_quantizer(*node);
    if (layer.product) {
      const Value* weights = node->input(1);
      const Node* direct = dequantizer_of(*node, 1);
      if (direct != nullptr) {
        layer.w = direct;
        layer.source = fixed.has(weights) ? WeightSource::dequantized : WeightSource::computed;
      } else if (fixed.has(weights)) {
        layer.source = behind(weights, fixed);
      }
    }
    const bool coded =
        layer.source != WeightSource::computed && layer.source != WeightSource::plain;
    if (coded || takes_codes(*node) || reads_dequantized(*node, fixed)) layers.push_back(layer);
  }
  return layers;
}

}  // namespace pare::rules
