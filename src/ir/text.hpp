#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "ir/graph.hpp"

namespace pare {

/// Graphs as text that people can read and write:
///
///   input x: float32[N,3,8,8]
///   const w: float32[4,3,1,1] = rand(7)          # uniform in [-1, 1); rand(7, 0.5, 1.5): in there
///   const b: float32[4] = [1, 2, 3, 4]           # row-major; fill(0) repeats one value
///   y = Conv(x, w, b) {auto_pad = "VALID", strides = [2, 2]} @first
///   a, _, c = com.acme::Three(y, _, b)           # _ : omitted
///   z: float32[N] = If(c) {then_branch = graph {v = Relu(a) output v}, else_branch = graph {...}}
///   output z
///
/// Attributes: 1, 1.0, "text", [1, 2], [1.0], ["a"], ints[], floats[], texts[], tensor(int64[2],
/// [1, 2]), tensors[...], graph {...}, graphs[...], type(float32[N]). Names that are no plain words
/// stand in quotes. `name "net"` names a graph. Metadata of nodes is not printed.
struct PrintOptions {
  std::size_t most_values = static_cast<std::size_t>(-1);  ///< longer constants print as "..."
  bool types = true;                                       ///< types of what nodes make
};
std::string print_graph(const Graph& graph, const PrintOptions& options = {});

/// Reads what print_graph writes (without "..."). Fault::corrupt with line and column otherwise.
std::unique_ptr<Graph> parse_graph(std::string_view text);

}  // namespace pare
