#include "runtime/nested.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pare {
namespace {

/// Values with that many elements make a plan worth its price.
constexpr std::int64_t kLarge = 16384;
constexpr std::size_t kMostSeen = 8;

/// Operators that cost far more than they move, and control flow, which holds anything.
bool is_heavy(const Node& node) {
  static constexpr std::array<std::string_view, 6> kParts = {"Conv",      "MatMul", "Gemm",
                                                             "Attention", "Einsum", "Resize"};
  static constexpr std::array<std::string_view, 3> kRecurrent = {"LSTM", "GRU", "RNN"};
  const std::string_view op = node.op();
  return !node.subgraphs().empty() || std::any_of(kParts.begin(), kParts.end(), [&](auto part) {
    return op.find(part) != std::string_view::npos;
  }) || std::find(kRecurrent.begin(), kRecurrent.end(), op) != kRecurrent.end();
}

}  // namespace

NestedGraph::NestedGraph(Extract part, const OpRegistry& ops, SessionOptions options)
    : part_(std::move(part)), ops_(ops), options_(std::move(options)) {
  for (const Node* node : part_.graph->nodes()) heavy_ = heavy_ || is_heavy(*node);
  // Values are observed where they are computed: by plans only.
  heavy_ = heavy_ || !options_.observe.empty();
}

bool NestedGraph::worth_a_plan(const std::vector<RuntimeValue>& inputs) {
  if (heavy_) return true;
  std::vector<Shape> shapes;
  for (const RuntimeValue& v : inputs) {
    if (!v.is_tensor()) return false;
    if (v.tensor().size() >= kLarge) return true;
    shapes.push_back(v.tensor().shape());
  }
  if (std::find(seen_.begin(), seen_.end(), shapes) != seen_.end()) return true;
  if (seen_.size() == kMostSeen) seen_.erase(seen_.begin());
  seen_.push_back(std::move(shapes));
  return false;
}

std::vector<RuntimeValue> NestedGraph::run(std::vector<RuntimeValue> inputs) {
  if (options_.reference_only || !worth_a_plan(inputs)) {
    return interpret_values(*part_.graph, ops_, std::move(inputs));
  }
  if (session_ == nullptr) {
    session_ = Session::create(*part_.graph, ops_, options_);
    session_->set_profiling(profiling_);
  }
  try {
    return session_->run_values(inputs);
  } catch (const Error& e) {
    // What the caller of a session did wrong, the model did wrong here.
    if (e.fault() == Fault::usage) throw Error(Fault::corrupt, e.message());
    throw;
  }
}

void NestedGraph::set_profiling(bool on) {
  profiling_ = on;
  if (session_ != nullptr) session_->set_profiling(on);
}

std::vector<StepInfo> NestedGraph::steps() const {
  return session_ == nullptr ? std::vector<StepInfo>() : session_->steps();
}

}  // namespace pare
