#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/select.hpp"

// Attention as exporters write it: MatMul, a factor, a mask, Softmax, MatMul, with the Transposes
// in front of and behind them.

namespace pare {
namespace {

using Strides = std::vector<std::int64_t>;

Strides dense_strides(const Shape& shape) {
  Strides strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

/// The order of a Transpose: dimension i of its output is dimension order[i] of its input.
std::vector<std::size_t> order_of(const Node& node, std::size_t rank) {
  std::vector<std::size_t> order(rank);
  const auto* given = node.attribute_as<std::vector<std::int64_t>>("perm");
  require(given == nullptr || given->size() == rank, "a Transpose of another rank was inferred");
  for (std::size_t i = 0; i < rank; ++i) {
    order[i] = given == nullptr ? rank - 1 - i : static_cast<std::size_t>((*given)[i]);
  }
  return order;
}

/// A value seen through Transposes and factors.
struct View {
  const Value* base = nullptr;
  Shape shape;  // as the reader sees it
  Strides strides;
  float factor = 1;
};

class AttentionFinder {
 public:
  AttentionFinder(const Node& last, PlanFacts& facts) : last_(last), facts_(facts) {}

  std::vector<Unit> find() {
    std::vector<Unit> units;
    if (last_.is("Transpose")) {
      const Node* product = mine(last_.input(0), "MatMul");
      if (product == nullptr || !match(*product)) return units;
      covers_.push_back(&last_);
    } else if (!last_.is("MatMul") || !match(last_)) {
      return units;
    }
    if (!describe()) return units;
    Unit unit = single_unit(*softmax_);
    unit.covers = covers_;
    unit.inputs = {q_.base, k_.base, v_.base};
    if (mask_ != nullptr) unit.inputs.push_back(mask_);
    if (marks_ != nullptr) unit.inputs.push_back(marks_);
    unit.outputs = {last_.output()};
    unit.attention = std::make_shared<AttentionShape>(shape_);
    units.push_back(std::move(unit));
    return units;
  }

 private:
  /// The producer of a value that nobody else reads, when it is that operator on float32.
  const Node* mine(const Value* v, std::string_view op) const {
    if (v == nullptr || v->producer() == nullptr || !v->producer()->is(op)) return nullptr;
    if (&v->producer()->graph() != &last_.graph() || !is_private(*v, facts_)) return nullptr;
    return v->producer();
  }

  static bool is_float(const Value* v) {
    return v != nullptr && v->dtype().valid() && v->dtype().kind() == ElementKind::f32 &&
           v->known_shape().has_value();
  }

  /// A Mul or Div by one constant number: the other operand, and the factor.
  const Value* scaled(const Node& node, float& factor) {
    const bool div = node.is("Div");
    if (!div && !node.is("Mul")) return nullptr;
    for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
      if (div && side == 0) continue;
      const Tensor* c = facts_.constant(node.input(side));
      const Value* other = node.input(1 - side);
      if (c == nullptr || c->size() != 1 || !is_float(other) || !is_float(node.output())) continue;
      if (shape_of(*other) != shape_of(*node.output())) continue;
      const float number = c->to_floats()[0];
      if (!std::isfinite(number) || number == 0) continue;
      factor *= div ? 1 / number : number;
      return other;
    }
    return nullptr;
  }

  /// Looks through Transposes, and through factors when `scales`.
  bool see(const Value* v, bool scales, View& view) {
    if (!is_float(v)) return false;
    view.shape = shape_of(*v);
    const std::size_t rank = view.shape.size();
    if (rank != 3 && rank != 4) return false;
    std::vector<std::size_t> order(rank);
    for (std::size_t i = 0; i < rank; ++i) order[i] = i;
    std::vector<const Node*> passed;
    for (const Node* node = v->producer(); node != nullptr; node = v->producer()) {
      if (&node->graph() != &last_.graph() || facts_.observed.count(v) != 0) break;
      if (node->is("Transpose")) {
        const std::vector<std::size_t> inner = order_of(*node, rank);
        for (std::size_t& o : order) o = inner[o];
        v = node->input(0);
      } else {
        const Value* other = scales && v->readers() == 1 ? scaled(*node, view.factor) : nullptr;
        if (other == nullptr) break;
        v = other;
      }
      passed.push_back(node);
      if (!is_float(v)) return false;
    }
    covers_.insert(covers_.end(), passed.rbegin(), passed.rend());
    view.base = v;
    const Strides dense = dense_strides(shape_of(*v));
    for (const std::size_t o : order) view.strides.push_back(dense[o]);
    return true;
  }

  /// From the product with the values up to that of queries and keys.
  bool match(const Node& product) {
    softmax_ = mine(product.input(0), "Softmax");
    if (softmax_ == nullptr || !is_float(softmax_->output())) return false;
    const auto rank = shape_of(*softmax_->output()).size();
    const auto axis = facts_.attributes(*softmax_).attr_axis("axis", rank);
    if (axis + 1 != static_cast<std::int64_t>(rank)) return false;
    std::vector<const Node*> behind;  // from the Softmax upwards
    const Node* scores = scores_of(softmax_->input(0), behind);
    if (scores == nullptr) return false;
    if (!see(scores->input(0), true, q_) || !see(scores->input(1), true, k_)) return false;
    if (!see(product.input(1), false, v_)) return false;
    covers_.push_back(scores);
    covers_.insert(covers_.end(), behind.rbegin(), behind.rend());
    covers_.push_back(softmax_);
    covers_.push_back(&product);
    product_ = &product;
    return true;
  }

  /// The product behind at most one sum with a mask, one choice by marks, and then factors.
  const Node* scores_of(const Value* v, std::vector<const Node*>& behind) {
    const std::size_t before = behind.size();
    if (const Node* product = factors_of(v, behind)) return product;
    behind.resize(before);
    factor_ = 1;
    if (mask_ == nullptr) {
      if (const Node* product = behind_mask(v, behind)) return product;
      mask_ = nullptr;
    }
    if (marks_ == nullptr) {
      if (const Node* product = behind_marks(v, behind)) return product;
      marks_ = nullptr;
    }
    behind.resize(before);
    return nullptr;
  }

  const Node* behind_mask(const Value* v, std::vector<const Node*>& behind) {
    const Node* add = mine(v, "Add");
    if (add == nullptr) return nullptr;
    const std::size_t before = behind.size();
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      const Value* inner = add->input(side);
      if (!is_float(add->input(1 - side)) || !is_float(inner)) continue;
      if (!same_shape(*inner, *add->output())) continue;
      behind.push_back(add);
      mask_ = add->input(1 - side);
      shape_.adds_last = marks_ == nullptr;
      if (const Node* product = scores_of(inner, behind)) return product;
      behind.resize(before);
    }
    return nullptr;
  }

  /// Where(marks, scores, number) or Where(marks, number, scores).
  const Node* behind_marks(const Value* v, std::vector<const Node*>& behind) {
    const Node* where = mine(v, "Where");
    if (where == nullptr || !is_float(where->output())) return nullptr;
    const Value* marks = where->input(0);
    if (marks == nullptr || !marks->known_shape()) return nullptr;
    const std::size_t before = behind.size();
    for (const std::size_t side : {std::size_t{1}, std::size_t{2}}) {
      const Value* inner = where->input(side);
      const Tensor* number = facts_.constant(where->input(3 - side));
      if (number == nullptr || number->size() != 1 || !is_float(inner)) continue;
      if (!same_shape(*inner, *where->output())) continue;
      behind.push_back(where);
      marks_ = marks;
      shape_.shown = side == 1;
      shape_.fill = number->to_floats()[0];
      if (const Node* product = scores_of(inner, behind)) return product;
      behind.resize(before);
    }
    return nullptr;
  }

  const Node* factors_of(const Value* v, std::vector<const Node*>& behind) {
    for (int depth = 0; depth < 3; ++depth) {
      if (const Node* product = mine(v, "MatMul")) return product;
      const Node* node = v == nullptr ? nullptr : v->producer();
      if (node == nullptr || mine(v, node->op()) == nullptr) return nullptr;
      const Value* other = scaled(*node, factor_);
      if (other == nullptr) return nullptr;
      behind.push_back(node);
      v = other;
    }
    return nullptr;
  }

  /// Strides of a view by batch, head, row and column; a batch dimension of 1 is read by all.
  bool strides_of(const View& view, std::int64_t batch, std::int64_t heads, HeadStrides& out) {
    const std::size_t rank = view.shape.size();
    if (rank != rank_) return false;
    const auto lead = [&](std::size_t i, std::int64_t wanted, std::int64_t& stride) {
      stride = view.shape[i] == 1 ? 0 : view.strides[i];
      return view.shape[i] == 1 || view.shape[i] == wanted;
    };
    out.batch = 0;
    if (rank == 4 && !lead(0, batch, out.batch)) return false;
    if (!lead(rank - 3, heads, out.head)) return false;
    out.row = view.strides[rank - 2];
    out.column = view.strides[rank - 1];
    return true;
  }

  bool mask_strides(const Value& mask, HeadStrides& out) const {
    const Shape m = shape_of(mask);
    if (m.size() > 4) return false;
    const Strides dense = dense_strides(m);
    const std::array<std::int64_t, 4> wanted = {rank_ == 4 ? shape_.batch : 1, shape_.heads,
                                                shape_.queries, shape_.keys};
    std::array<std::int64_t, 4> strides{};
    for (std::size_t i = 0; i < m.size(); ++i) {
      const std::size_t to = i + 4 - m.size();
      if (m[i] != 1 && m[i] != wanted[to]) return false;
      strides[to] = m[i] == 1 ? 0 : dense[i];
    }
    out = {strides[0], strides[1], strides[2], strides[3]};
    return true;
  }

  bool describe() {
    const Shape y = shape_of(*product_->output());
    const Shape s = shape_of(*softmax_->output());
    rank_ = y.size();
    if (s.size() != rank_ || (rank_ != 3 && rank_ != 4)) return false;
    shape_.batch = rank_ == 4 ? y[0] : 1;
    shape_.heads = y[rank_ - 3];
    shape_.queries = y[rank_ - 2];
    shape_.value_size = y[rank_ - 1];
    shape_.keys = s[rank_ - 1];
    if (q_.shape.size() != rank_ || k_.shape.size() != rank_) return false;
    shape_.size = q_.shape[rank_ - 1];
    // The scores must not be broadcast to more heads by the values.
    if (Shape(s.begin(), s.end() - 2) != Shape(y.begin(), y.end() - 2)) return false;
    if (element_count(y) == 0 || element_count(s) == 0 || shape_.size == 0) return false;
    HeadStrides k;
    if (!strides_of(q_, shape_.batch, shape_.heads, shape_.q)) return false;
    if (!strides_of(k_, shape_.batch, shape_.heads, k)) return false;
    if (!strides_of(v_, shape_.batch, shape_.heads, shape_.v)) return false;
    shape_.k = {k.batch, k.head, k.column, k.row};  // its columns are the keys
    shape_.scale = factor_ * q_.factor * k_.factor;
    shape_.masked = mask_ != nullptr;
    shape_.marked = marks_ != nullptr;
    if (shape_.masked && !mask_strides(*mask_, shape_.mask)) return false;
    if (shape_.marked && !mask_strides(*marks_, shape_.marks)) return false;
    return result_strides();
  }

  bool result_strides() {
    const Shape out = shape_of(*last_.output());
    const Strides dense = dense_strides(out);
    Strides strides = dense;
    if (last_.is("Transpose")) {
      const std::vector<std::size_t> order = order_of(last_, rank_);
      for (std::size_t i = 0; i < rank_; ++i) strides[order[i]] = dense[i];
    }
    shape_.y = {rank_ == 4 ? strides[0] : 0, strides[rank_ - 3], strides[rank_ - 2],
                strides[rank_ - 1]};
    return true;
  }

  const Node& last_;
  PlanFacts& facts_;
  const Node* softmax_ = nullptr;
  const Node* product_ = nullptr;
  const Value* mask_ = nullptr;
  const Value* marks_ = nullptr;
  float factor_ = 1;
  View q_, k_, v_;
  std::size_t rank_ = 0;
  AttentionShape shape_;
  std::vector<const Node*> covers_;  // in execution order
};

}  // namespace

std::vector<Unit> attention_units(const Node& last, PlanFacts& facts) {
  return AttentionFinder(last, facts).find();
}

}  // namespace pare
