#include "compress/weights/fold_factors.hpp"

#include <algorithm>
#include <functional>

#include "passes/_linear.hpp"

namespace pare {
namespace {

/// Plans first, so that a refusal half way leaves the graph as it was.
class Folder {
 public:
  Folder(Graph& graph, std::span<const float> factors) : graph_(graph), factors_(factors) {}

  bool plan(const Value* v) {
    Node* p = v->producer();
    if (p == nullptr || &p->graph() != &graph_ || p->output() != v) return false;
    if (v->dtype() != ElementKind::f32 || !ends_in_channels(v)) return false;
    if (is_normalization(*p)) return plan_normalization(*p);
    if (passes::Linear::is_one(*p)) return plan_product(*p);
    if (p->is("Relu") || p->is("LeakyRelu") || p->is("Identity")) return plan_alone(p->input(0));
    if (p->is("Mul")) return plan_multiplication(*p);
    if (p->is("Div")) return plan_constant(*p, 1, true);
    if (p->is("Add")) {
      for (std::size_t i = 0; i < 2; ++i) {
        if (!plan_constant(*p, i, false)) continue;
        return plan_alone(p->input(1 - i));
      }
    }
    return false;
  }

  void commit() {
    for (const auto& edit : edits_) edit();
  }

 private:
  [[nodiscard]] std::int64_t channels() const { return static_cast<std::int64_t>(factors_.size()); }

  [[nodiscard]] bool ends_in_channels(const Value* v) const {
    const auto& shape = v->type().shape;
    return shape && !shape->empty() && shape->back() == Dim(channels());
  }

  static bool is_normalization(const Node& p) {
    return p.is("LayerNormalization") || p.is("RMSNormalization") ||
           p.is("SimplifiedLayerNormalization") ||
           p.is("com.microsoft", "SimplifiedLayerNormalization");
  }

  /// A value that only the node in front of it in the plan reads.
  bool plan_alone(const Value* v) { return v != nullptr && v->readers() == 1 && plan(v); }

  bool plan_normalization(Node& p) {
    const Value* bias = p.input(2);
    if (bias != nullptr && !is_channel_constant(bias, true)) return false;
    if (!is_channel_constant(p.input(1), true)) return false;
    edit_constant(p, 1, false);
    if (bias != nullptr) edit_constant(p, 2, false);
    return true;
  }

  bool plan_product(Node& p) {
    std::string why;
    auto linear = passes::Linear::of(p, why);
    if (!linear || !linear->last_axis() || linear->outputs() != channels()) return false;
    passes::ChannelAffine a;
    a.scale.assign(factors_.begin(), factors_.end());
    a.shift.assign(factors_.size(), 0.0);
    linear->scale_outputs(a);
    if (!linear->is_finite()) return false;
    edits_.emplace_back([l = *linear]() mutable { l.store(); });
    return true;
  }

  bool plan_multiplication(Node& p) {
    if (plan_constant(p, 0, false) || plan_constant(p, 1, false)) return true;
    if (p.input(0) == p.input(1)) return false;
    const std::size_t before = edits_.size();
    for (std::size_t i = 0; i < 2; ++i) {
      if (plan_alone(p.input(i))) return true;
      edits_.resize(before);
    }
    return false;
  }

  bool plan_constant(Node& p, std::size_t input, bool divides) {
    if (!is_channel_constant(p.input(input), false)) return false;
    edit_constant(p, input, divides);
    return true;
  }

  /// One number a channel along the last dimension, or (unless `all`) one for all.
  [[nodiscard]] bool is_channel_constant(const Value* c, bool all) const {
    if (c == nullptr || !c->is_constant() || c->dtype() != ElementKind::f32) return false;
    const Tensor& t = c->constant();
    if (t.size() == 1 && channels() > 1) return !all;
    return t.size() == channels() && t.rank() > 0 && t.dim(t.rank() - 1) == channels();
  }

  void edit_constant(Node& p, std::size_t input, bool divides) {
    const Tensor& old = p.input(input)->constant();
    std::vector<float> values = old.to_floats();
    Shape shape = old.shape();
    if (values.size() == 1) {
      values.assign(factors_.size(), values[0]);
      if (shape.empty()) shape = {1};
      shape.back() = channels();
    }
    for (std::size_t c = 0; c < values.size(); ++c) {
      values[c] = divides ? values[c] / factors_[c] : values[c] * factors_[c];
    }
    edits_.emplace_back([this, &p, input, shape, values] {
      const std::string hint = p.input(input)->name();
      p.set_input(input, graph_.add_constant(Tensor::of<float>(shape, values), hint));
    });
  }

  Graph& graph_;
  std::span<const float> factors_;
  std::vector<std::function<void()>> edits_;
};

}  // namespace

bool multiply_in_place(Graph& graph, Value* x, std::span<const float> factors,
                       const std::vector<Node*>& readers) {
  const bool read_by_others =
      x->is_graph_output() || std::any_of(x->uses().begin(), x->uses().end(), [&](const Use& use) {
        return use.input != 0 ||
               std::find(readers.begin(), readers.end(), use.node) == readers.end();
      });
  if (read_by_others) return false;
  Folder folder(graph, factors);
  if (!folder.plan(x)) return false;
  folder.commit();
  return true;
}

}  // namespace pare
