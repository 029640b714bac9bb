#include "ir/gradient.hpp"

#include <utility>

namespace pare {

bool is_differentiable(DType type) { return type.valid() && types::kFloat.has(type.kind()); }

GradientContext::GradientContext(const Node& node, const OpDef& def, GraphBuilder builder,
                                 std::vector<Value*> dy, std::vector<bool> wants)
    : AttributeReader(node, def),
      GraphBuilder(std::move(builder)),
      dy_(std::move(dy)),
      wants_(std::move(wants)),
      dx_(node.inputs().size(), nullptr) {
  if (!node.name().empty()) name_nodes(cat(node.name(), "/gradient"));
}

void GradientContext::set_dx(std::size_t i, Value* gradient) {
  require(x(i) != nullptr, "set_dx: the input is omitted");
  dx_.at(i) = cast_like(gradient, x(i));
}

void GradientContext::refuse(const std::string& why) const {
  throw Error(Fault::unsupported, cat(node().label(), ": ", why));
}

void GradientContext::only_outputs_below(std::size_t first) const {
  for (std::size_t i = first; i < dy_.size(); ++i) {
    if (dy_[i] != nullptr) refuse(cat("has no gradient with respect to output ", i));
  }
}

std::optional<std::vector<std::int64_t>> GradientContext::constant_ints(std::size_t i) const {
  if (x(i) == nullptr) return std::vector<std::int64_t>{};
  if (!x(i)->is_constant()) return std::nullopt;
  return x(i)->constant().to_ints();
}

}  // namespace pare
