#pragma once

#include "targets/rules/_layers.hpp"

namespace pare::rules {

/// Versions that a runtime reads; 0 = no limit known.
struct Versions {
  std::int64_t oldest_opset = 0;
  std::int64_t newest_opset = 0;
  std::int64_t newest_ir = 0;
};

/// What ONNX itself asks of a file, whatever runtime reads it: operator sets for element types,
/// forms of scales and operators, IR versions (remarks: loaders do not check them), operators that
/// ONNX lacks, and those of pare's own, which no other runtime has.
void judge_file(const Model& model, const OpRegistry& ops, const Versions& versions,
                RuntimeJudgement& j);

/// One entry for each of `nodes` whose operator is in `names`.
void refuse_operators(const std::vector<const Node*>& nodes, std::string_view domain,
                      const std::vector<std::string_view>& names, std::string_view rule,
                      RuntimeJudgement& j);

}  // namespace pare::rules
