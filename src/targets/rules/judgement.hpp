#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// How a runtime computes a quantized layer.
enum class LayerForm : std::uint8_t {
  integer,       ///< codes times codes, summed as integers
  narrow_float,  ///< 8- or 4-bit floats times such floats
  packed,        ///< float inputs times weights that stay packed in memory
  floating       ///< decoded, then computed in float
};
/// "integer", "narrow float", "packed", "float".
std::string_view form_name(LayerForm form);

/// Something in a model that a rule of a runtime speaks of.
struct RuleFinding {
  std::string node;  ///< label, escaped; "" = the file as a whole
  std::string what;  ///< what the model does
  std::string rule;  ///< what the runtime asks for
};

struct LayerJudgement {
  std::string node;  ///< label, escaped
  std::string op;
  LayerForm form = LayerForm::floating;
  std::string reason;
};

/// What a runtime does with a model, by its published rules: nothing was run.
struct RuntimeJudgement {
  std::vector<RuleFinding> problems;  ///< the runtime refuses the model for each of them
  std::vector<RuleFinding> remarks;   ///< costs time or breaks a rule that loaders do not check
  std::vector<LayerJudgement> layers;

  [[nodiscard]] bool loads() const noexcept { return problems.empty(); }
  [[nodiscard]] std::size_t count(LayerForm form) const {
    return static_cast<std::size_t>(
        std::count_if(layers.begin(), layers.end(),
                      [form](const LayerJudgement& layer) { return layer.form == form; }));
  }
};

/// The rules of one runtime. File targets/rules/<name>.cpp exports `RuntimeRules rules_<name>()`.
struct RuntimeRules {
  std::string_view name;   ///< "tensorrt"
  std::string_view title;  ///< with the version whose rules these are: "TensorRT 11.1"
  /// `model` as read from an ONNX file (Model::opsets and ir_version are the file's), its types and
  /// shapes inferred with `ops`, which hold every operator of ai.onnx.
  RuntimeJudgement (*judge)(const Model& model, const OpRegistry& ops) = nullptr;
};

const std::vector<RuntimeRules>& all_runtime_rules();
/// Fault::usage, listing the names, when there is none of that name.
const RuntimeRules& runtime_rules(std::string_view name);

}  // namespace pare
