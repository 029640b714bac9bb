#include "ops/_body.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

/// The body's inputs: step, condition, carried values. Outputs: condition, carried, scanned.
std::shared_ptr<Graph> loop_body(const AttributeReader& a, std::size_t carried) {
  return ops::body_of(a, "body", carried + 2, a.node().outputs().size() + 1);
}

std::size_t carried_count(const AttributeReader& a) {
  const std::size_t given = a.node().inputs().size();
  const std::size_t carried = given > 2 ? given - 2 : 0;
  if (carried > a.node().outputs().size()) {
    a.fail(cat(carried, " values are carried, ", a.node().outputs().size(), " outputs given"));
  }
  return carried;
}

void infer(ShapeContext& c) {
  if (!c.infer_body) return;
  const std::size_t carried = carried_count(c);
  const auto body = loop_body(c, carried);
  std::vector<ValueType> types = {ValueType(dtype_of(ElementKind::i64), SymShape{}),
                                  ValueType(dtype_of(ElementKind::boolean), SymShape{})};
  for (std::size_t i = 0; i < carried; ++i) types.push_back(c.input(i + 2));
  const std::vector<ValueType> made = ops::infer_steps(c, *body, types, 2, 1, carried);
  const auto trips = c.has_input(0) ? c.input_elements(0) : std::nullopt;
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    if (i < carried) {
      c.set_output(i, types[i + 2]);
      continue;
    }
    ValueType type(made[i + 1].dtype);
    if (made[i + 1].shape) {
      // The body may stop early: only a trip count of 0 is sure.
      const bool never = trips && trips->size() == 1 && trips->front().is(0);
      type.shape = SymShape{never ? Dim(0) : Dim::unknown()};
      type.shape->insert(type.shape->end(), made[i + 1].shape->begin(), made[i + 1].shape->end());
    }
    c.set_output(i, type);
  }
}

/// What a body says about going on; nothing has checked its type.
bool condition_of(const OpCall& call, const RuntimeValue& value) {
  const Tensor& t = value.tensor();
  if (t.kind() != ElementKind::boolean || t.size() != 1) {
    call.fail(cat("the condition of the body is ", t.type().name(), to_string(t.shape()),
                  ", wanted one bool"));
  }
  return t.item<bool>();
}

void reference(OpCall& call) {
  const std::size_t carried = carried_count(call);
  const auto body = loop_body(call, carried);
  const bool counted = call.has_input(0);
  const std::int64_t trips = counted ? call.input(0).item<std::int64_t>() : 0;
  bool go_on = !call.has_input(1) || call.input(1).item<bool>();
  std::vector<RuntimeValue> values;
  for (std::size_t i = 0; i < carried; ++i) values.push_back(call.value(i + 2));
  std::vector<std::vector<Tensor>> scanned(call.output_count() - carried);
  for (std::int64_t step = 0; go_on && (!counted || step < trips); ++step) {
    std::vector<RuntimeValue> arguments = {Tensor::scalar<std::int64_t>(step),
                                           Tensor::scalar<bool>(true)};
    arguments.insert(arguments.end(), values.begin(), values.end());
    const std::vector<RuntimeValue> made = call.run_body(*body, std::move(arguments));
    go_on = condition_of(call, made.at(0));
    for (std::size_t i = 0; i < carried; ++i) values[i] = made.at(i + 1);
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      scanned[i].push_back(made.at(carried + 1 + i).tensor());
    }
  }
  for (std::size_t i = 0; i < carried; ++i) call.set_output(i, values[i]);
  for (std::size_t i = 0; i < scanned.size(); ++i) {
    const ValueType& type = body->outputs()[carried + 1 + i]->type();
    call.set_output(carried + i, ops::stacked(call, scanned[i], 0, type));
  }
}

}  // namespace

/// Runs a body up to M times while its condition holds; carries values from step to step, and
/// stacks what each step makes besides. Source: ONNX Loop, version 25.
OpDefs op_loop() {
  return OpDef("Loop", 25)
      .optional_input("M", {ElementKind::i64}, "I")
      .optional_input("cond", types::kBool, "B")
      .variadic_input("v_initial", types::kAll, "V")
      .of(kinds::kAny)
      .variadic_output("v_final_and_scan_outputs", types::kAll, "V")
      .of(kinds::kAny)
      .required_attribute("body", AttributeKind::graph, "one step")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
