#include "ops/_body.hpp"
#include "ops/_sequence.hpp"

namespace pare {
namespace {

std::shared_ptr<Graph> body_of_map(const AttributeReader& a) {
  return ops::body_of(a, "body", a.node().inputs().size(), a.node().outputs().size());
}

void infer(ShapeContext& c) {
  if (!c.infer_body) return;
  std::vector<ValueType> types;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    const ValueType& type = c.input(i);
    types.push_back(type.kind == ValueType::Kind::sequence ? ops::held_type(type) : type);
  }
  const std::vector<ValueType> made = c.infer_body(*body_of_map(c), types);
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    c.set_output(i, ops::sequence_of(made.at(i)));
  }
}

void reference(OpCall& call) {
  const auto body = body_of_map(call);
  const std::size_t steps = call.value(0).elements().size();
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    const RuntimeValue& v = call.value(i);
    if (v.is_sequence() && v.elements().size() != steps) {
      call.fail(cat("one sequence has ", steps, " elements, another ", v.elements().size()));
    }
  }
  std::vector<std::vector<RuntimeValue>> results(call.output_count());
  for (std::size_t step = 0; step < steps; ++step) {
    std::vector<RuntimeValue> arguments;
    for (std::size_t i = 0; i < call.input_count(); ++i) {
      const RuntimeValue& v = call.value(i);
      arguments.push_back(v.is_sequence() ? v.elements()[step] : v);
    }
    std::vector<RuntimeValue> made = call.run_body(*body, std::move(arguments));
    for (std::size_t i = 0; i < results.size(); ++i) results[i].push_back(std::move(made.at(i)));
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    call.set_output(i, RuntimeValue::sequence(std::move(results[i])));
  }
}

}  // namespace

/// Runs a body for each element of the first sequence; other sequences, of equal length, go along
/// element by element, tensors as they are. Each output is the sequence of what the steps make.
/// Source: ONNX SequenceMap, version 17.
OpDefs op_sequence_map() {
  return OpDef("SequenceMap", 17)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .variadic_input("additional_inputs", types::kAll, "V")
      .of({ValueType::Kind::tensor, ValueType::Kind::sequence})
      .variadic_output("out_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .required_attribute("body", AttributeKind::graph, "run for each element")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
