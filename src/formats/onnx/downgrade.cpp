#include "formats/onnx/downgrade.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.hpp"
#include "formats/onnx/element_types.hpp"
#include "formats/onnx/versions.hpp"

namespace pare::onnx {
namespace {

constexpr auto kForms = std::to_array<DowngradeRow>({
    {"Add", 7, down::limited_broadcast},
    {"And", 7, down::limited_broadcast},
    {"ArgMax", 11, down::axis_from_front},
    {"ArgMin", 11, down::axis_from_front},
    {"BatchNormalization", 7, down::batch_normalization_mode},
    {"Clip", 11, down::clip_bounds},
    {"Compress", 11, down::axis_from_front},
    {"Concat", 11, down::axis_from_front},
    {"Constant", 12, constant_as_tensor},
    {"DFT", 20, down::dft_axis},
    {"DequantizeLinear", 23, down::dequantized_type},
    {"DequantizeLinear", 13, down::quantized_per_tensor},
    {"Div", 7, down::limited_broadcast},
    {"Dropout", 12, down::dropout_inputs},
    {"Dropout", 7, down::dropout_mode},
    {"Equal", 7, down::limited_broadcast},
    {"Flatten", 11, down::axis_from_front},
    {"GRU", 7, down::recurrent_sequence},
    {"Gather", 11, down::gather_indices},
    {"Gemm", 11, down::gemm_bias},
    {"Gemm", 7, down::gemm_broadcast},
    {"Greater", 7, down::limited_broadcast},
    {"GridSample", 20, down::grid_sample_mode},
    {"GroupNormalization", 21, down::scales_per_group},
    {"Hardmax", 13, down::softmax_of_rows},
    {"Hardmax", 11, down::axis_from_front},
    {"LSTM", 7, down::recurrent_sequence},
    {"Less", 7, down::limited_broadcast},
    {"LogSoftmax", 13, down::softmax_of_rows},
    {"LogSoftmax", 11, down::axis_from_front},
    {"Max", 8, down::equal_shapes},
    {"MaxPool", 8, down::max_pool_indices},
    {"Mean", 8, down::equal_shapes},
    {"Min", 8, down::equal_shapes},
    {"Mul", 7, down::limited_broadcast},
    {"OneHot", 11, down::one_hot},
    {"Or", 7, down::limited_broadcast},
    {"PRelu", 7, down::slope_per_channel},
    {"Pad", 19, down::pad_wrap},
    {"Pad", 18, down::pad_axes},
    {"Pad", 11, down::pad_attributes},
    {"Pow", 12, down::pow_types},
    {"Pow", 7, down::limited_broadcast},
    {"QuantizeLinear", 21, down::quantized_type},
    {"QuantizeLinear", 13, down::quantized_per_tensor},
    {"RNN", 7, down::recurrent_sequence},
    {"ReduceL1", 18, down::axes_to_attribute},
    {"ReduceL1", 11, down::axes_from_front},
    {"ReduceL2", 18, down::axes_to_attribute},
    {"ReduceL2", 11, down::axes_from_front},
    {"ReduceLogSum", 18, down::axes_to_attribute},
    {"ReduceLogSum", 11, down::axes_from_front},
    {"ReduceLogSumExp", 18, down::axes_to_attribute},
    {"ReduceLogSumExp", 11, down::axes_from_front},
    {"ReduceMax", 18, down::axes_to_attribute},
    {"ReduceMax", 11, down::axes_from_front},
    {"ReduceMean", 18, down::axes_to_attribute},
    {"ReduceMean", 11, down::axes_from_front},
    {"ReduceMin", 18, down::axes_to_attribute},
    {"ReduceMin", 11, down::axes_from_front},
    {"ReduceProd", 18, down::axes_to_attribute},
    {"ReduceProd", 11, down::axes_from_front},
    {"ReduceSum", 13, down::axes_to_attribute},
    {"ReduceSum", 11, down::axes_from_front},
    {"ReduceSumSquare", 18, down::axes_to_attribute},
    {"ReduceSumSquare", 11, down::axes_from_front},
    {"Reshape", 14, down::reshape_zeros},
    {"Resize", 19, down::resize_symmetric},
    {"Resize", 18, down::resize_axes},
    {"Resize", 13, down::resize_empty_inputs},
    {"Resize", 11, down::resize_scales},
    {"Resize", 10, down::resize_to_upsample},
    {"RoiAlign", 16, down::roi_align_mode},
    {"ScatterElements", 18, down::scatter_reduction},
    {"ScatterElements", 11, down::scatter},
    {"ScatterND", 18, down::scatter_reduction},
    {"Slice", 11, down::slice_axes},
    {"Slice", 10, down::slice_attributes},
    {"Softmax", 13, down::softmax_of_rows},
    {"Softmax", 11, down::axis_from_front},
    {"Split", 18, down::split_count},
    {"Split", 13, down::split_sizes},
    {"Split", 11, down::axis_from_front},
    {"Squeeze", 13, down::axes_to_attribute},
    {"Squeeze", 11, down::axes_from_front},
    {"Sub", 7, down::limited_broadcast},
    {"Sum", 8, down::equal_shapes},
    {"TopK", 11, down::top_k_order},
    {"TopK", 10, down::top_k_count},
    {"Unsqueeze", 13, down::axes_to_attribute},
    {"Unsqueeze", 11, down::axes_from_front},
    {"Upsample", 9, down::upsample_attribute},
    {"Upsample", 7, down::upsample_sizes},
    {"Xor", 7, down::limited_broadcast},
});

constexpr auto kParts = std::to_array<DowngradeRow>({
    {"CastLike", 15, down::cast_like},
    {"Celu", 12, down::celu},
    {"Clip", 11, down::clip},
    {"Gelu", 20, down::gelu},
    {"GreaterOrEqual", 12, down::greater_or_equal},
    {"GroupNormalization", 21, down::group_normalization},
    {"HardSwish", 14, down::hard_swish},
    {"Hardmax", 13, down::softmax_of_axis},
    {"LayerNormalization", 17, down::layer_normalization},
    {"LessOrEqual", 12, down::less_or_equal},
    {"LogSoftmax", 13, down::softmax_of_axis},
    {"Mish", 18, down::mish},
    {"RMSNormalization", 23, down::rms_normalization},
    {"Shape", 15, down::shape_range},
    {"Softmax", 13, down::softmax_of_axis},
    {"SwiGLU", 28, down::swi_glu},
    {"Swish", 24, down::swish},
});

constexpr auto kNewAttributes = std::to_array<NewAttribute>({
    {"ArgMax", 12, "select_last_index"},
    {"ArgMin", 12, "select_last_index"},
    {"Attention", 25, "left_window_size", -1},
    {"Attention", 25, "right_window_size", -1},
    {"AveragePool", 7, "count_include_pad"},
    {"AveragePool", 10, "ceil_mode"},
    {"AveragePool", 19, "dilations", 1},
    {"BatchNormalization", 14, "training_mode"},
    {"Cast", 19, "saturate", 1},
    {"Cast", 24, "round_mode", 0, "up"},
    {"CastLike", 19, "saturate", 1},
    {"CastLike", 24, "round_mode", 0, "up"},
    {"DepthToSpace", 11, "mode", 0, "DCR"},
    {"DequantizeLinear", 21, "block_size"},
    {"GRU", 14, "layout"},
    {"GatherND", 12, "batch_dims"},
    {"LSTM", 14, "layout"},
    {"LpPool", 18, "ceil_mode"},
    {"LpPool", 18, "dilations", 1},
    {"MaxPool", 8, "storage_order"},
    {"MaxPool", 10, "ceil_mode"},
    {"MaxPool", 10, "dilations", 1},
    {"QuantizeLinear", 19, "saturate", 1},
    {"QuantizeLinear", 21, "block_size"},
    {"QuantizeLinear", 23, "precision"},
    {"RNN", 14, "layout"},
    {"Range", 27, "stash_type", 1},
    {"Resize", 18, "antialias"},
    {"Resize", 18, "keep_aspect_ratio_policy", 0, "stretch"},
    {"ScatterElements", 16, "reduction", 0, "none"},
    {"ScatterND", 16, "reduction", 0, "none"},
    {"Shape", 15, "end", std::numeric_limits<std::int64_t>::max()},
    {"Shape", 15, "start"},
});

bool has_value(const Attribute& attribute, const NewAttribute& row) {
  if (const auto* number = std::get_if<std::int64_t>(&attribute)) return *number == row.number;
  if (const auto* text = std::get_if<std::string>(&attribute)) return *text == row.text;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute)) {
    return std::all_of(list->begin(), list->end(), [&](auto v) { return v == row.number; });
  }
  return false;
}

/// Lowers nodes to an operator set, each as far as it goes.
class Downgrader {
 public:
  Downgrader(std::int64_t target, bool takes_apart) : target_(target), takes_apart_(takes_apart) {}

  void run(Graph& graph) {
    for (Node* node : graph.nodes()) {
      for (Graph* body : node->subgraphs()) run(*body);
      types_.learn(*node);
      if (node->domain().empty()) lower(*node);
    }
  }

  /// Least operator set that says every node in the form it has now.
  [[nodiscard]] std::int64_t reached() const noexcept { return reached_; }
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  void lower(Node& node) {
    if (introduced(node.op()) == 0) return;  // no operator of ai.onnx: nothing is known of it
    std::string op = node.op();
    std::vector<Node*> added;
    for (std::int64_t version = kNewestOpset; version > target_; --version) {
      if (Refusal refusal = step(node, version, added)) {
        problems_.push_back(cat(node.label(), " ", *refusal));
        reached_ = std::max(reached_, version);
        break;
      }
      if (node.op() == op) continue;
      op = node.op();
      version = kNewestOpset + 1;  // what it has become begins anew
    }
    for (Node* one : added) lower(*one);
  }

  /// From the form of `version` to that of the set before it.
  Refusal step(Node& node, std::int64_t version, std::vector<Node*>& added) {
    const std::string op = node.op();
    Refusal refusal = rewrite(kForms, node, version, added);
    if (!refusal && node.op() == op) refusal = drop_attributes(node, version);
    if (!refusal && node.op() == op && introduced(op) == version) {
      refusal = cat("appeared in operator set ", version);
    }
    const auto part = [&](const DowngradeRow& row) { return row.below == version && row.op == op; };
    if (refusal && takes_apart_ && std::any_of(kParts.begin(), kParts.end(), part)) {
      refusal = rewrite(kParts, node, version, added);
    }
    if (refusal || node.op() != op) return refusal;
    if (least_for_types(node, types_) == version) {
      return cat("takes its element types since operator set ", version);
    }
    return kDone;
  }

  Refusal rewrite(std::span<const DowngradeRow> rows, Node& node, std::int64_t version,
                  std::vector<Node*>& added) {
    for (const DowngradeRow& row : rows) {
      if (row.below != version || !node.is(row.op)) continue;
      Rewriter rewriter(node, types_);
      Refusal refusal = row.rewrite(rewriter);
      added.insert(added.end(), rewriter.added().begin(), rewriter.added().end());
      return refusal;
    }
    return kDone;
  }

  static Refusal drop_attributes(Node& node, std::int64_t version) {
    for (const NewAttribute& row : kNewAttributes) {
      if (row.since != version || !node.is(row.op)) continue;
      const Attribute* attribute = node.attribute(row.name);
      if (attribute == nullptr) continue;
      if (!has_value(*attribute, row)) {
        return cat("has the attribute ", row.name, " of operator set ", version);
      }
      node.erase_attribute(row.name);
    }
    return kDone;
  }

  std::int64_t target_;
  bool takes_apart_;
  KnownTypes types_;
  std::int64_t reached_ = kOldestOpset;
  std::vector<std::string> problems_;
};

}  // namespace

std::span<const DowngradeRow> downgrade_forms() { return kForms; }
std::span<const DowngradeRow> downgrade_parts() { return kParts; }
std::span<const NewAttribute> new_attributes() { return kNewAttributes; }

std::int64_t least_opset(const Graph& graph) {
  const auto copy = graph.clone();
  Downgrader downgrader(kOldestOpset, /*takes_apart=*/false);
  downgrader.run(*copy);
  return downgrader.reached();
}

void downgrade(Graph& graph, std::int64_t opset) {
  if (opset < kOldestOpset || opset > kNewestOpset) {
    throw Error(Fault::usage, cat("operator set ", opset, " of ai.onnx, want ", kOldestOpset,
                                  " to ", kNewestOpset));
  }
  Downgrader downgrader(opset, /*takes_apart=*/true);
  change_forms(graph, [&] { downgrader.run(graph); });
  if (downgrader.problems().empty()) return;
  throw_unsupported(cat("nodes that operator set ", opset, " has no form for"),
                    downgrader.problems());
}

}  // namespace pare::onnx
