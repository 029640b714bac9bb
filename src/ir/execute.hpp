#pragma once

#include <functional>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// Runs the body of a node: its inputs in order -> its outputs.
using BodyRunner =
    std::function<std::vector<RuntimeValue>(const Graph&, std::vector<RuntimeValue>)>;

/// As run_node, where bodies are run by `run_body`, which knows what they read from outside.
std::vector<RuntimeValue> run_node_with(const Node& node, const OpRegistry& ops,
                                        std::vector<RuntimeValue> inputs,
                                        const BodyRunner& run_body);

}  // namespace pare
