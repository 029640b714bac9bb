#include "formats/onnx/known_types.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pare::onnx {
namespace {

enum class Rule : std::uint8_t {
  same,        ///< element type and rank of input 0
  broadcast,   ///< element type of input 0, largest rank of all inputs
  compare,     ///< bool, largest rank of all inputs
  logic,       ///< bool, rank of input 0
  select,      ///< element type of input 1, largest rank of all inputs
  matrix,      ///< element type of input 0, rank 2
  moved,       ///< element type of input 0, rank counted by moved_rank
  converted,   ///< element type of attribute `to`, rank of input 0
  scaled,      ///< element type of input 1, rank of input 0
  shape,       ///< int64 vector
  same_index,  ///< int64, rank counted by moved_rank
};

struct Row {
  std::string_view op;
  Rule rule;
};

constexpr auto kRows = std::to_array<Row>({
    {"Abs", Rule::same},
    {"Acos", Rule::same},
    {"Acosh", Rule::same},
    {"Add", Rule::broadcast},
    {"And", Rule::compare},
    {"ArgMax", Rule::same_index},
    {"ArgMin", Rule::same_index},
    {"Asin", Rule::same},
    {"Asinh", Rule::same},
    {"Atan", Rule::same},
    {"Atanh", Rule::same},
    {"AveragePool", Rule::same},
    {"BatchNormalization", Rule::same},
    {"Cast", Rule::converted},
    {"CastLike", Rule::scaled},
    {"Ceil", Rule::same},
    {"Celu", Rule::same},
    {"Clip", Rule::same},
    {"Concat", Rule::same},
    {"Conv", Rule::same},
    {"ConvTranspose", Rule::same},
    {"Cos", Rule::same},
    {"Cosh", Rule::same},
    {"CumSum", Rule::same},
    {"DepthToSpace", Rule::same},
    {"DequantizeLinear", Rule::scaled},
    {"Div", Rule::broadcast},
    {"Dropout", Rule::same},
    {"Elu", Rule::same},
    {"Equal", Rule::compare},
    {"Erf", Rule::same},
    {"Exp", Rule::same},
    {"Flatten", Rule::matrix},
    {"Floor", Rule::same},
    {"Gather", Rule::moved},
    {"Gelu", Rule::same},
    {"Gemm", Rule::matrix},
    {"GlobalAveragePool", Rule::same},
    {"GlobalLpPool", Rule::same},
    {"GlobalMaxPool", Rule::same},
    {"Greater", Rule::compare},
    {"GreaterOrEqual", Rule::compare},
    {"GroupNormalization", Rule::same},
    {"HardSigmoid", Rule::same},
    {"HardSwish", Rule::same},
    {"Hardmax", Rule::same},
    {"Identity", Rule::same},
    {"InstanceNormalization", Rule::same},
    {"IsInf", Rule::logic},
    {"IsNaN", Rule::logic},
    {"LRN", Rule::same},
    {"LayerNormalization", Rule::same},
    {"LeakyRelu", Rule::same},
    {"Less", Rule::compare},
    {"LessOrEqual", Rule::compare},
    {"Log", Rule::same},
    {"LogSoftmax", Rule::same},
    {"LpNormalization", Rule::same},
    {"LpPool", Rule::same},
    {"MatMul", Rule::broadcast},
    {"Max", Rule::broadcast},
    {"MaxPool", Rule::same},
    {"Mean", Rule::broadcast},
    {"MeanVarianceNormalization", Rule::same},
    {"Min", Rule::broadcast},
    {"Mish", Rule::same},
    {"Mod", Rule::broadcast},
    {"Mul", Rule::broadcast},
    {"Neg", Rule::same},
    {"Not", Rule::logic},
    {"Or", Rule::compare},
    {"PRelu", Rule::same},
    {"Pad", Rule::same},
    {"Pow", Rule::broadcast},
    {"RMSNormalization", Rule::same},
    {"Reciprocal", Rule::same},
    {"ReduceL1", Rule::moved},
    {"ReduceL2", Rule::moved},
    {"ReduceLogSum", Rule::moved},
    {"ReduceLogSumExp", Rule::moved},
    {"ReduceMax", Rule::moved},
    {"ReduceMean", Rule::moved},
    {"ReduceMin", Rule::moved},
    {"ReduceProd", Rule::moved},
    {"ReduceSum", Rule::moved},
    {"ReduceSumSquare", Rule::moved},
    {"Relu", Rule::same},
    {"Reshape", Rule::moved},
    {"Resize", Rule::same},
    {"ReverseSequence", Rule::same},
    {"Round", Rule::same},
    {"ScatterElements", Rule::same},
    {"ScatterND", Rule::same},
    {"Selu", Rule::same},
    {"Shape", Rule::shape},
    {"Shrink", Rule::same},
    {"Sigmoid", Rule::same},
    {"Sign", Rule::same},
    {"Sin", Rule::same},
    {"Sinh", Rule::same},
    {"Slice", Rule::same},
    {"Softmax", Rule::same},
    {"Softplus", Rule::same},
    {"Softsign", Rule::same},
    {"SpaceToDepth", Rule::same},
    {"Split", Rule::same},
    {"Sqrt", Rule::same},
    {"Squeeze", Rule::moved},
    {"Sub", Rule::broadcast},
    {"Sum", Rule::broadcast},
    {"Swish", Rule::same},
    {"Tan", Rule::same},
    {"Tanh", Rule::same},
    {"ThresholdedRelu", Rule::same},
    {"Tile", Rule::same},
    {"TopK", Rule::same},
    {"Transpose", Rule::same},
    {"Trilu", Rule::same},
    {"Unsqueeze", Rule::moved},
    {"Where", Rule::select},
    {"Xor", Rule::compare},
});

const Row* find_row(std::string_view op) {
  const auto* it =
      std::lower_bound(kRows.begin(), kRows.end(), op,
                       [](const Row& row, std::string_view name) { return row.op < name; });
  return it != kRows.end() && it->op == op ? it : nullptr;
}

std::optional<std::size_t> count_of(const Value* value) {
  if (value == nullptr) return std::nullopt;
  const auto shape = value->known_shape();
  if (!shape || shape->size() != 1) return std::nullopt;
  return static_cast<std::size_t>(shape->front());
}

}  // namespace

std::optional<std::vector<std::int64_t>> constant_ints(const Value* value) {
  if (value == nullptr || !value->is_constant()) return std::nullopt;
  if (!value->constant().type().is_integer()) return std::nullopt;
  return value->constant().to_ints();
}

DType KnownTypes::dtype(const Value* value) const {
  if (value == nullptr) return {};
  if (value->dtype().valid()) return value->dtype();
  const auto it = found_.find(value);
  return it == found_.end() ? DType() : it->second.dtype;
}

std::optional<std::size_t> KnownTypes::rank(const Value* value) const {
  if (value == nullptr) return std::nullopt;
  if (value->type().shape) return value->type().shape->size();
  const auto it = found_.find(value);
  return it == found_.end() ? std::nullopt : it->second.rank;
}

std::optional<std::size_t> KnownTypes::largest_rank(const Node& node) const {
  std::size_t most = 0;
  for (const Value* input : node.inputs()) {
    if (input == nullptr) continue;
    const auto one = rank(input);
    if (!one) return std::nullopt;
    most = std::max(most, *one);
  }
  return most;
}

/// Rank after operators that add, drop or set dimensions.
std::optional<std::size_t> KnownTypes::moved_rank(const Node& node) const {
  const Value* second = node.input(1);
  if (node.is("Reshape")) return count_of(second);
  const auto x = rank(node.input(0));
  if (!x) return std::nullopt;
  if (node.is("Gather")) {
    const auto indices = rank(second);
    if (!indices || *x == 0) return std::nullopt;
    return *x - 1 + *indices;
  }
  if (node.is("Unsqueeze")) {
    const auto added = count_of(second);
    if (!added) return std::nullopt;
    return *x + *added;
  }
  const bool keeps = node.int_or("keepdims", 1) != 0;
  if (node.is("ArgMax") || node.is("ArgMin")) return keeps || *x == 0 ? *x : *x - 1;
  if (!node.is("Squeeze") && keeps) return *x;
  const auto dropped = count_of(second);
  if (dropped) return *dropped <= *x ? std::optional(*x - *dropped) : std::nullopt;
  const bool reduces_all =
      second == nullptr && !node.is("Squeeze") && node.int_or("noop_with_empty_axes", 0) == 0;
  return reduces_all ? std::optional<std::size_t>(0) : std::nullopt;
}

KnownTypes::Known KnownTypes::result(const Node& node) const {
  const Row* row = node.domain().empty() ? find_row(node.op()) : nullptr;
  if (row == nullptr) return {};
  const Known first = known(node.input(0));
  const DType boolean = dtype_of(ElementKind::boolean);
  const DType index = dtype_of(ElementKind::i64);
  switch (row->rule) {
    case Rule::same: return first;
    case Rule::broadcast: return {first.dtype, largest_rank(node)};
    case Rule::compare: return {boolean, largest_rank(node)};
    case Rule::logic: return {boolean, first.rank};
    case Rule::select: return {dtype(node.input(1)), largest_rank(node)};
    case Rule::matrix: return {first.dtype, 2};
    case Rule::moved: return {first.dtype, moved_rank(node)};
    case Rule::scaled: return {dtype(node.input(1)), first.rank};
    case Rule::shape: return {index, 1};
    case Rule::same_index: return {index, moved_rank(node)};
    case Rule::converted: {
      const std::int64_t to = node.int_or("to", 0);
      const bool named = to > 0 && to <= static_cast<std::int64_t>(ElementKind::i2);
      return {named ? dtype_of(static_cast<ElementKind>(to)) : DType(), first.rank};
    }
  }
  return {};
}

void KnownTypes::learn(const Node& node) {
  const Known made = result(node);
  const bool all = node.is("Split");
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.output(i) == nullptr) continue;
    found_[node.output(i)] = i == 0 || all ? made : Known{};
  }
}

}  // namespace pare::onnx
