#pragma once

#include <string>
#include <vector>

#include "compress/method.hpp"

namespace pare {

/// Which layers a method that rounds weights takes.
struct LayerChoice {
  std::int64_t least_elements = 64;
  const std::vector<std::string>& keep_float;  ///< names
  const std::vector<std::string>& only;        ///< names; empty = all
  bool keep_ends = false;                      ///< without the first and the last
};

/// Names of the layers of `graph` with a weight matrix that are chosen, in execution order; why
/// others are not becomes an event of `method`. `seen` becomes the number of layers with constant
/// weights. Errors: those of check_names.
std::vector<std::string> choose_layers(const Graph& graph, const LayerChoice& choice,
                                       const std::string& method, MethodContext& context,
                                       std::size_t& seen);

/// Fault::config for a name in the lists that no node of `graph` has.
void check_names(const Graph& graph, const LayerChoice& choice);

/// The node of that name. Fault::internal when there is none.
Node* node_named(const Graph& graph, const std::string& name);

}  // namespace pare
