#include "ir/builder.hpp"

#include <utility>

#include "base/text.hpp"
#include "ir/infer.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// Nodes that must say so: a list without axes would mean all of them.
Attributes reduce_attributes(bool keep) {
  return {{"keepdims", std::int64_t{keep ? 1 : 0}}, {"noop_with_empty_axes", std::int64_t{1}}};
}

/// Fault::corrupt for an axis outside.
std::size_t index_of(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) {
    throw Error(Fault::corrupt, cat("axis ", axis, " is outside rank ", rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

}  // namespace

std::vector<Value*> GraphBuilder::outputs_of(std::string name, std::vector<Value*> inputs,
                                             Attributes attributes, std::size_t outputs,
                                             std::string domain) {
  NodeSpec spec;
  spec.op = std::move(name);
  spec.inputs = std::move(inputs);
  spec.attributes = std::move(attributes);
  spec.domain = std::move(domain);
  spec.name = node_name_;
  spec.output_names.assign(outputs, "");
  Node* node = graph_->add_node(std::move(spec));
  infer_node(*node, *ops_, *facts_);
  return node->outputs();
}

Value* GraphBuilder::op(std::string name, std::vector<Value*> inputs, Attributes attributes,
                        std::string domain) {
  return outputs_of(std::move(name), std::move(inputs), std::move(attributes), 1, std::move(domain))
      .front();
}

Value* GraphBuilder::add(Value* a, double b) { return b == 0 ? a : add(a, number(b, a)); }

Value* GraphBuilder::mul(Value* a, double b) { return b == 1 ? a : mul(a, number(b, a)); }

Value* GraphBuilder::cast_like(Value* a, Value* like) {
  if (a->dtype() == like->dtype()) return a;
  return op("Cast", {a}, {{"to", static_cast<std::int64_t>(like->dtype().kind())}});
}

Value* GraphBuilder::number(double value, Value* like) {
  if (!like->dtype().valid()) {
    throw Error(Fault::unsupported,
                cat("the element type of '", escape_terminal(like->name()), "' is not known"));
  }
  return graph_->add_constant(Tensor::scalar<double>(value).cast(like->dtype()), "number");
}

Value* GraphBuilder::ints(const Ints& values) {
  return graph_->add_constant(
      Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values), "ints");
}

Value* GraphBuilder::sum(Value* a, const Ints& axes, bool keep) {
  return axes.empty() ? a : op("ReduceSum", {a, ints(axes)}, reduce_attributes(keep));
}

Value* GraphBuilder::mean(Value* a, const Ints& axes, bool keep) {
  return axes.empty() ? a : op("ReduceMean", {a, ints(axes)}, reduce_attributes(keep));
}

Value* GraphBuilder::sum_all(Value* a) {
  return op("ReduceSum", {a}, {{"keepdims", std::int64_t{0}}});
}

Value* GraphBuilder::count(Value* a, const Ints& axes) {
  Value* sizes = shape_of(a);
  if (sizes->is_constant()) {
    const Ints all = sizes->constant().to_ints();
    double n = 1;
    for (const std::int64_t axis : axes) n *= static_cast<double>(all[index_of(axis, all.size())]);
    for (std::size_t i = 0; axes.empty() && i < all.size(); ++i) n *= static_cast<double>(all[i]);
    return number(n, a);
  }
  if (!axes.empty()) sizes = op("Gather", {sizes, ints(axes)});
  return cast_like(op("ReduceProd", {sizes}, {{"keepdims", std::int64_t{0}}}), a);
}

Value* GraphBuilder::sum_to(Value* a, Value* like) {
  const auto& from = a->type().shape;
  const auto& to = like->type().shape;
  if (!from || !to || to->size() > from->size()) return sum_to_by_sizes(a, like);
  const std::size_t lead = from->size() - to->size();
  Ints leading;
  Ints broadcast;
  for (std::size_t i = 0; i < from->size(); ++i) {
    if (i < lead) {
      leading.push_back(static_cast<std::int64_t>(i));
      continue;
    }
    const Dim& mine = (*from)[i];
    const Dim& wanted = (*to)[i - lead];
    if (mine == wanted || mine.is(1)) continue;
    if (wanted.is(1)) {
      broadcast.push_back(static_cast<std::int64_t>(i));
    } else if (!wanted.is_number()) {
      return sum_to_by_sizes(a, like);  // 1 or the size of `a`: seen when it runs
    }
  }
  return sum(sum(a, broadcast), leading, /*keep=*/false);
}

Value* GraphBuilder::sum_to_by_sizes(Value* a, Value* like) {
  Value* from = op("Shape", {a});
  Value* to = shape_of(like);
  Value* more = sub(op("Shape", {from}), op("Shape", {to}));
  Value* ones = op("ConstantOfShape", {more}, {{"value", Tensor::of<std::int64_t>({1}, Ints{1})}});
  Value* aligned = op("Concat", {ones, to}, {{"axis", std::int64_t{0}}});
  Value* differs = op("Not", {equal(aligned, from)});
  Value* axes = flat(op("NonZero", {differs}));
  return reshape(op("ReduceSum", {a, axes}, reduce_attributes(true)), to);
}

Value* GraphBuilder::shape_of(Value* a) {
  if (const auto known = a->known_shape()) return ints(*known);
  return op("Shape", {a});
}

Value* GraphBuilder::size_of(Value* a, std::int64_t axis) {
  if (const auto& shape = a->type().shape) {
    const Dim& d = (*shape)[index_of(axis, shape->size())];
    if (d.is_number()) return ints({d.number()});
  }
  return op("Gather", {op("Shape", {a}), ints({axis})});
}

Value* GraphBuilder::reshape(Value* a, Value* shape) {
  if (shape->is_constant() && a->known_shape() == shape->constant().to_ints()) return a;
  // A size of 0 must not copy what stands there in `a`.
  return op("Reshape", {a, shape}, {{"allowzero", std::int64_t{1}}});
}

Value* GraphBuilder::reshape(Value* a, const Ints& shape) {
  return op("Reshape", {a, ints(shape)});
}

Value* GraphBuilder::expand_like(Value* a, Value* like) {
  const auto wanted = like->known_shape();
  if (wanted && a->known_shape() == wanted) return a;
  return op("Expand", {a, shape_of(like)});
}

Value* GraphBuilder::zeros_like(Value* a) { return expand_like(number(0, a), a); }

Value* GraphBuilder::unsqueeze(Value* a, const Ints& axes) {
  return axes.empty() ? a : op("Unsqueeze", {a, ints(axes)});
}

Value* GraphBuilder::transpose(Value* a, const Ints& order) {
  return op("Transpose", {a}, {{"perm", order}});
}

Value* GraphBuilder::transpose_last(Value* a) {
  const std::size_t n = rank(a);
  Ints order;
  for (std::size_t i = 0; i < n; ++i) order.push_back(static_cast<std::int64_t>(i));
  if (n >= 2) std::swap(order[n - 2], order[n - 1]);
  return transpose(a, order);
}

std::size_t GraphBuilder::rank(const Value* a) const {
  if (!a->type().shape) {
    throw Error(Fault::unsupported,
                cat("the rank of '", escape_terminal(a->name()), "' is not known"));
  }
  return a->type().shape->size();
}

}  // namespace pare
