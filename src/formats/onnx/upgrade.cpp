#include "formats/onnx/upgrade.hpp"

#include <array>

#include "base/text.hpp"
#include "formats/onnx/versions.hpp"

namespace pare::onnx {
namespace {

/// Of forms that are read whatever the file imports: nothing newer looks like them.
constexpr std::int64_t kAlways = kNewestOpset + 1;

constexpr auto kTable = std::to_array<UpgradeRow>({
    {"*", 7, up::drop_consumed_inputs},
    {"Add", 7, up::limited_broadcast},
    {"And", 7, up::limited_broadcast},
    {"BatchNormalization", 7, up::batch_normalization_mode},
    {"BatchNormalization", 9, up::batch_normalization_spatial},
    {"BatchNormalization", 14, up::batch_normalization_outputs},
    {"Cast", 9, up::cast_type},
    {"Clip", 11, up::clip_bounds},
    {"Constant", kAlways, constant_as_tensor},
    {"DFT", 20, up::dft_axis},
    {"Div", 7, up::limited_broadcast},
    {"Dropout", 7, up::dropout_mode},
    {"Dropout", 10, up::dropout_mask},
    {"Dropout", 12, up::dropout_inputs},
    {"Equal", 7, up::limited_broadcast},
    {"GRU", 7, up::recurrent_sequence},
    {"Gemm", 7, up::gemm_broadcast},
    {"Greater", 7, up::limited_broadcast},
    {"GridSample", 20, up::grid_sample_mode},
    {"GroupNormalization", 21, up::group_scales},
    {"Hardmax", 13, up::softmax_of_rows},
    {"LSTM", 7, up::recurrent_sequence},
    {"Less", 7, up::limited_broadcast},
    {"LogSoftmax", 13, up::softmax_of_rows},
    {"MeanVarianceNormalization", 9, up::mean_variance},
    {"Mul", 7, up::limited_broadcast},
    {"Or", 7, up::limited_broadcast},
    {"PRelu", 7, up::slope_per_channel},
    {"Pad", 11, up::pad_amounts},
    {"Pow", 7, up::limited_broadcast},
    {"RNN", 7, up::recurrent_sequence},
    {"ReduceL1", 18, up::axes_to_input},
    {"ReduceL2", 18, up::axes_to_input},
    {"ReduceLogSum", 18, up::axes_to_input},
    {"ReduceLogSumExp", 18, up::axes_to_input},
    {"ReduceMax", 18, up::axes_to_input},
    {"ReduceMean", 18, up::axes_to_input},
    {"ReduceMin", 18, up::axes_to_input},
    {"ReduceProd", 18, up::axes_to_input},
    {"ReduceSum", 13, up::axes_to_input},
    {"ReduceSumSquare", 18, up::axes_to_input},
    {"Reshape", kAlways, up::reshape_shape},
    {"Resize", 11, up::resize_scales},
    {"Resize", 13, up::resize_empty_inputs},
    {"RoiAlign", 16, up::roi_align_mode},
    {"Scan", 9, up::batched_scan},
    {"Scatter", kAlways, up::scatter},
    {"Slice", 10, up::slice_ranges},
    {"Softmax", 13, up::softmax_of_rows},
    {"Split", 13, up::split_sizes},
    {"Split", 18, up::split_count},
    {"Squeeze", 13, up::axes_to_input},
    {"Sub", 7, up::limited_broadcast},
    {"TopK", 10, up::top_k},
    {"Unsqueeze", 13, up::axes_to_input},
    {"Upsample", kAlways, up::upsample},
    {"Xor", 7, up::limited_broadcast},
});

/// The same for ai.onnx.ml.
constexpr auto kMlTable = std::to_array<UpgradeRow>({
    {"LabelEncoder", 2, up::label_classes},
});

class Upgrader {
 public:
  /// Versions of ai.onnx and ai.onnx.ml.
  Upgrader(std::int64_t version, std::int64_t ml_version)
      : version_(version), ml_version_(ml_version) {}

  void run(Graph& graph) {
    for (Node* node : graph.nodes()) {
      for (Graph* body : node->subgraphs()) run(*body);
      if (node->domain().empty()) rewrite(*node, kTable, version_);
      if (node->domain() == kMlDomain) rewrite(*node, kMlTable, ml_version_);
      types_.learn(*node);
    }
  }

  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  void rewrite(Node& node, std::span<const UpgradeRow> table, std::int64_t version) {
    Rewriter rewriter(node, types_);
    const std::string op = node.op();
    for (const UpgradeRow& row : table) {
      if ((row.op != op && row.op != "*") || version >= row.until) continue;
      if (const Refusal refusal = row.rewrite(rewriter)) {
        problems_.push_back(cat(node.label(), " ", *refusal));
        return;
      }
      if (node.op() != op) return;  // another operator, in its newest form
    }
  }

  std::int64_t version_;
  std::int64_t ml_version_;
  KnownTypes types_;
  std::vector<std::string> problems_;
};

}  // namespace

std::span<const UpgradeRow> upgrade_table() { return kTable; }

void upgrade(Graph& graph, const std::map<std::string, std::int64_t>& opsets) {
  auto it = opsets.find("");
  if (it == opsets.end()) it = opsets.find("ai.onnx");
  const auto ml = opsets.find(std::string(kMlDomain));
  if (it == opsets.end() && ml == opsets.end()) return;
  // What is not imported is not used.
  const std::int64_t version = it == opsets.end() ? kNewestOpset : it->second;
  if (version < kOldestOpset || version > kNewestOpset) {
    throw Error(Fault::unsupported, cat("the model imports operator set ", version,
                                        " of ai.onnx, want ", kOldestOpset, " to ", kNewestOpset));
  }
  Upgrader upgrader(version, ml == opsets.end() ? kNewestMlOpset : ml->second);
  change_forms(graph, [&] { upgrader.run(graph); });
  if (upgrader.problems().empty()) return;
  throw_unsupported(cat("nodes of operator set ", version, " that no newer operator equals"),
                    upgrader.problems());
}

}  // namespace pare::onnx
