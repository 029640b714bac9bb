#include "ops/_elementwise.hpp"
#include "ops/_sequence.hpp"

namespace pare {
namespace {

std::shared_ptr<Graph> branch(const AttributeReader& a, std::string_view name) {
  const auto* graph = a.node().attribute_as<std::shared_ptr<Graph>>(name);
  if (graph == nullptr || *graph == nullptr) a.fail(cat("no ", name));
  return *graph;
}

/// Types of a branch's outputs; nullopt when it cannot run on these shapes. That is no error yet:
/// exporters write branches that are never taken.
std::optional<std::vector<ValueType>> types_of(ShapeContext& c, std::string_view name) {
  try {
    return c.infer_body(*branch(c, name), {});
  } catch (const Error& e) {
    if (e.fault() != Fault::corrupt) throw;
    return std::nullopt;
  }
}

void infer(ShapeContext& c) {
  if (!c.infer_body) return;
  auto yes = types_of(c, "then_branch");
  auto no = types_of(c, "else_branch");
  if (!yes && !no) c.fail("neither branch can run on these shapes");
  if (!yes) yes = no;
  if (!no) no = yes;
  const auto known = c.input_ints(0);  // from a comparison of sizes
  const bool one = known && known->size() == 1;
  for (std::size_t i = 0; i < c.output_count() && i < yes->size() && i < no->size(); ++i) {
    const ValueType& a = (*yes)[i];
    const ValueType& b = (*no)[i];
    c.set_output(i, !one ? ops::common_type(a, b) : (*known)[0] != 0 ? a : b);
  }
}

void reference(OpCall& call) {
  const bool yes = call.input(0).item<bool>();
  std::vector<RuntimeValue> results =
      call.run_body(*branch(call, yes ? "then_branch" : "else_branch"), {});
  for (std::size_t i = 0; i < results.size() && i < call.output_count(); ++i) {
    call.set_output(i, std::move(results[i]));
  }
}

}  // namespace

/// The outputs of one of two bodies. Source: ONNX If, version 25.
OpDefs op_if() {
  return OpDef("If", 25)
      .input("cond", types::kBool, "B")
      .variadic_output("outputs", types::kAll, "V")
      .of(kinds::kAny)
      .required_attribute("then_branch", AttributeKind::graph, "taken when cond is true")
      .required_attribute("else_branch", AttributeKind::graph, "taken when cond is false")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
