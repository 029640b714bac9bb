#pragma once

// What the tests of both directions between operator sets share.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.hpp"
#include "formats/onnx/versions.hpp"
#include "ir/infer.hpp"
#include "ir/op.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare::onnx {

/// Graphs are compared as text without the types of what nodes make.
inline std::string plain(const Graph& graph) {
  return print_graph(graph, {.most_values = 64, .types = false});
}
inline std::string plain(std::string_view text) { return plain(*parse_graph(text)); }

inline Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), values);
}

/// Runs a graph in its newest form; it must satisfy the schemas of its operators.
inline std::vector<Tensor> run(const Graph& graph, std::vector<Tensor> inputs) {
  const auto broken = verify(graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front() << '\n' << plain(graph);
  return interpret(graph, op_registry(), std::move(inputs));
}

/// Each value within `tolerance`, absolute plus the same share of the wanted value; infinity and
/// NaN exactly.
inline void expect_values(const Tensor& got, const std::vector<double>& want, double tolerance) {
  const std::vector<double> values = got.to_doubles();
  ASSERT_EQ(values.size(), want.size()) << to_string(got.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!std::isfinite(want[i])) {
      EXPECT_TRUE(std::isnan(want[i]) ? std::isnan(values[i]) : values[i] == want[i])
          << "element " << i << " is " << values[i] << ", want " << want[i];
      continue;
    }
    EXPECT_LE(std::abs(values[i] - want[i]), tolerance * (1 + std::abs(want[i])))
        << "element " << i << " is " << values[i] << ", want " << want[i];
  }
}

/// The message of the Error that `body` throws, which must be Fault::unsupported.
template <class Body>
std::string unsupported(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unsupported);
    return error.message();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

inline std::unique_ptr<Graph> upgraded(std::string_view text, std::int64_t opset) {
  auto graph = parse_graph(text);
  upgrade(*graph, {{"", opset}});
  return graph;
}

/// Without the constants that became attributes.
inline std::string read_only(Graph& graph) {
  graph.remove_unused();
  return plain(graph);
}

/// With types and shapes, as graphs have them inside pare. (There constants are tensors: a Constant
/// node in a short form has nothing to infer.)
inline std::unique_ptr<Graph> inferred(std::string_view text) {
  auto graph = parse_graph(text);
  const auto nodes = graph->nodes();
  const auto short_form = [](const Node* node) { return node->is("Constant"); };
  if (std::none_of(nodes.begin(), nodes.end(), short_form)) infer_shapes(*graph, op_registry());
  return graph;
}

inline std::unique_ptr<Graph> downgraded(std::string_view text, std::int64_t opset) {
  auto graph = inferred(text);
  downgrade(*graph, opset);
  return graph;
}

inline std::int64_t least(std::string_view text) { return least_opset(*inferred(text)); }

inline std::string operators(const Graph& graph) {
  std::string all;
  for (const Node* node : graph.nodes()) all += cat(all.empty() ? "" : " ", node->op());
  return all;
}

/// Values for every input of the graph: numbers in [-1, 1), of integers 0 to 3.
inline std::vector<Tensor> sample_inputs(const Graph& graph) {
  Rng rng(7);
  std::vector<Tensor> all;
  for (const Value* input : graph.inputs()) {
    std::vector<double> values(static_cast<std::size_t>(element_count(*input->known_shape())));
    for (double& v : values) {
      v = 2 * static_cast<double>(rng.uniform()) - 1;
      if (!input->dtype().is_float()) v = std::floor(2 * v + 2);
      if (input->dtype() == ElementKind::boolean) v = v >= 2 ? 1 : 0;
    }
    all.push_back(Tensor::of<double>(*input->known_shape(), values).cast(input->dtype()));
  }
  return all;
}

inline bool all_known(const Graph& graph) {
  return unsupported_operators(graph, op_registry()).empty();
}

/// Written at `opset` and read again, a graph computes what it did: the operators' own reference
/// kernels are the oracle, which know nothing of versions.
inline void expect_same_numbers(std::string_view text, std::int64_t opset, double tolerance) {
  const auto before = parse_graph(text);
  const auto after = downgraded(text, opset);
  upgrade(*after, {{"", opset}});
  const auto inputs = sample_inputs(*before);
  const auto want = run(*before, inputs);
  const auto got = run(*after, inputs);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].type().name(), want[i].type().name());
    EXPECT_EQ(got[i].shape(), want[i].shape());
    expect_values(got[i], want[i].to_doubles(), tolerance);
  }
}

}  // namespace pare::onnx
