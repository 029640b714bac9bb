#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ir/graph.hpp"

namespace pare::onnx {

/// Newest operator set of ai.onnx whose meaning graphs have inside pare.
inline constexpr std::int64_t kNewestOpset = 28;
/// Oldest operator set of ai.onnx that is read.
inline constexpr std::int64_t kOldestOpset = 6;

/// Oldest and newest operator set of ai.onnx.ml (classical machine learning) that is read.
inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
inline constexpr std::int64_t kOldestMlOpset = 1;
inline constexpr std::int64_t kNewestMlOpset = 5;

/// Rewrites every node of `graph` (bodies included) from the meaning it has in the imported
/// operator sets to the newest one: attributes that became inputs, old axis and broadcast rules,
/// renamed operators. `opsets` is what the file imports (domain -> version, "" = ai.onnx). Errors:
/// Fault::unsupported listing every node whose old form has no equal today.
void upgrade(Graph& graph, const std::map<std::string, std::int64_t>& opsets);

/// Writes pare's own operators as ONNX ones of the newest meaning, where there is such a form:
/// DequantizeTable as Cast, Gather and Mul. Errors: Fault::unsupported listing every node of these
/// that has none (an unknown shape).
void lower_own_operators(Graph& graph);

/// Least operator set of ai.onnx in which the graph (newest meaning) can be written, by its
/// operators, their forms and the element types they use. Never below kOldestOpset.
std::int64_t least_opset(const Graph& graph);

/// Least operator set of ai.onnx.ml in which the graph's operators of that domain can be written;
/// 0 when it has none.
std::int64_t least_ml_opset(const Graph& graph);

/// Rewrites `graph` from the newest meaning to that of operator set `opset`: the reverse of
/// upgrade(). Errors: Fault::unsupported listing every node that `opset` cannot say.
void downgrade(Graph& graph, std::int64_t opset);

}  // namespace pare::onnx
