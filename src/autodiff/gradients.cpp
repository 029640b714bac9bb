#include "autodiff/gradients.hpp"

#include "base/text.hpp"
#include "ir/backward.hpp"
#include "ir/gradient.hpp"
#include "ir/infer.hpp"

namespace pare {
namespace {

Way find_way(const Graph& graph, Value* loss, const std::vector<Value*>& wrt) {
  return way_between(graph.nodes(), wrt, {loss});
}

void refuse_if_lacking(const Way& way, const OpRegistry& ops) {
  const std::vector<std::string> lacking = without_gradient(way, ops);
  if (lacking.empty()) return;
  std::string names;
  for (const std::string& label : lacking) names += cat(names.empty() ? "" : ", ", label);
  throw Error(Fault::unsupported, cat("no gradient for ", names));
}

void want_real(const Value* v, const char* what) {
  if (v->type().kind == ValueType::Kind::tensor && is_differentiable(v->dtype())) return;
  throw Error(Fault::usage, cat(what, " '", escape_terminal(v->name()), "' is ", v->type().text(),
                                ", which has no gradient"));
}

Value* ones_like_loss(GraphBuilder& build, Value* loss) {
  const auto shape = loss->known_shape();
  if (shape && element_count(*shape) != 1) {
    throw Error(Fault::usage, cat("the loss '", escape_terminal(loss->name()), "' is ",
                                  loss->type().text(), ", wanted one element"));
  }
  return build.expand_like(build.number(1, loss), loss);
}

}  // namespace

std::vector<std::string> nodes_without_gradient(const Graph& graph, const OpRegistry& ops,
                                                Value* loss, const std::vector<Value*>& wrt) {
  return without_gradient(find_way(graph, loss, wrt), ops);
}

std::vector<Value*> gradients(Graph& graph, const OpRegistry& ops, Value* loss,
                              const std::vector<Value*>& wrt, Value* seed) {
  GraphBuilder::Facts facts = infer_shapes(graph, ops);
  want_real(loss, "the loss");
  for (const Value* v : wrt) want_real(v, "the value");
  const Way way = find_way(graph, loss, wrt);
  refuse_if_lacking(way, ops);
  GraphBuilder build(graph, ops, facts);
  Backward backward(build, ops);
  backward.flow_into(loss, seed != nullptr ? seed : ones_like_loss(build, loss));
  backward.run(way);
  std::vector<Value*> out;
  for (Value* v : wrt) {
    Value* total = backward.total(v);
    out.push_back(total != nullptr ? total : build.zeros_like(v));
  }
  return out;
}

}  // namespace pare
