#include "formats/onnx/order.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "formats/onnx/onnx.pb.h"

namespace pare::onnx {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<schema::NodeProto>;

using Visit = std::function<void(const std::string&)>;

void visit_reads(const schema::NodeProto& node, const Visit& visit);

/// What a body reads from outside.
void visit_captures(const schema::GraphProto& graph, const Visit& visit) {
  std::unordered_set<std::string_view> own;
  for (const auto& input : graph.input()) own.insert(input.name());
  for (const auto& constant : graph.initializer()) own.insert(constant.name());
  for (const auto& node : graph.node()) own.insert(node.output().begin(), node.output().end());
  const Visit from_outside = [&](const std::string& name) {
    if (own.count(name) == 0) visit(name);
  };
  for (const auto& node : graph.node()) visit_reads(node, from_outside);
  for (const auto& output : graph.output()) from_outside(output.name());
}

/// Calls `visit` with every name that the node or its bodies read. Depth is bounded by the
/// decoder's limit on nested messages.
void visit_reads(const schema::NodeProto& node, const Visit& visit) {
  for (const std::string& name : node.input()) visit(name);
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g()) visit_captures(attribute.g(), visit);
    for (const auto& graph : attribute.graphs()) visit_captures(graph, visit);
  }
}

}  // namespace

std::vector<int> execution_order(const Nodes& nodes) {
  std::unordered_map<std::string_view, int> makers;
  for (int i = 0; i < nodes.size(); ++i) {
    for (const std::string& name : nodes[i].output()) {
      if (!name.empty()) makers.emplace(name, i);
    }
  }
  std::vector<std::vector<int>> readers(static_cast<std::size_t>(nodes.size()));
  std::vector<int> waits(static_cast<std::size_t>(nodes.size()), 0);
  for (int i = 0; i < nodes.size(); ++i) {
    visit_reads(nodes[i], [&](const std::string& name) {
      const auto maker = makers.find(name);
      if (maker == makers.end() || maker->second == i) return;
      readers[static_cast<std::size_t>(maker->second)].push_back(i);
      ++waits[static_cast<std::size_t>(i)];
    });
  }
  std::set<int> ready;
  for (int i = 0; i < nodes.size(); ++i) {
    if (waits[static_cast<std::size_t>(i)] == 0) ready.insert(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int i = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(i);
    for (const int r : readers[static_cast<std::size_t>(i)]) {
      if (--waits[static_cast<std::size_t>(r)] == 0) ready.insert(r);
    }
  }
  for (int i = 0; i < nodes.size(); ++i) {
    if (waits[static_cast<std::size_t>(i)] > 0) {
      throw Error(Fault::corrupt, cat("nodes wait for each other in a circle: ",
                                      escape_terminal(nodes[i].op_type(), 80), " '",
                                      escape_terminal(nodes[i].name(), 120), "' is one of them"));
    }
  }
  return order;
}

}  // namespace pare::onnx
