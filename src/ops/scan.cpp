#include "ops/_axes.hpp"
#include "ops/_body.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

/// Counts and options. Body inputs: states, slices; outputs: states, parts of the results.
struct Setup {
  std::size_t states = 0, scanned = 0, results = 0;
  std::vector<std::int64_t> in_axes, out_axes, in_reverse, out_reverse;
  std::shared_ptr<Graph> body;
};

std::vector<std::int64_t> list_of(const AttributeReader& a, const char* name, std::size_t n) {
  std::vector<std::int64_t> v = a.attr_ints(name);
  if (v.empty()) v.assign(n, 0);
  if (v.size() != n) a.fail(cat(name, " has ", v.size(), " values, wanted ", n));
  return v;
}

Setup read_setup(const AttributeReader& a) {
  Setup s;
  const std::int64_t scanned = a.attr_int("num_scan_inputs");
  const std::size_t inputs = a.node().inputs().size();
  const std::size_t outputs = a.node().outputs().size();
  if (scanned < 1 || scanned > static_cast<std::int64_t>(inputs)) {
    a.fail(cat("num_scan_inputs is ", scanned, " of ", inputs, " inputs"));
  }
  s.scanned = static_cast<std::size_t>(scanned);
  s.states = inputs - s.scanned;
  if (s.states > outputs) a.fail(cat(s.states, " states, but ", outputs, " outputs"));
  s.results = outputs - s.states;
  s.in_axes = list_of(a, "scan_input_axes", s.scanned);
  s.in_reverse = list_of(a, "scan_input_directions", s.scanned);
  s.out_axes = list_of(a, "scan_output_axes", s.results);
  s.out_reverse = list_of(a, "scan_output_directions", s.results);
  s.body = ops::body_of(a, "body", inputs, outputs);
  return s;
}

void infer(ShapeContext& c) {
  if (!c.infer_body) return;
  const Setup s = read_setup(c);
  std::vector<ValueType> types;
  for (std::size_t i = 0; i < s.states; ++i) types.push_back(c.input(i));
  Dim steps = Dim::unknown();
  for (std::size_t i = 0; i < s.scanned; ++i) {
    ValueType type = c.input(s.states + i);
    if (type.shape) {
      const std::size_t axis = ops::normal_axis(s.in_axes[i], type.shape->size());
      const Dim& size = (*type.shape)[axis];
      if (steps.is_unknown()) steps = size;
      if (steps.is_number() && size.is_number() && !(steps == size)) {
        c.fail(cat("one input has ", steps.text(), " steps, another ", size.text()));
      }
      type.shape->erase(type.shape->begin() + static_cast<std::ptrdiff_t>(axis));
    }
    types.push_back(type);
  }
  const auto made = ops::infer_steps(c, *s.body, types, 0, 0, s.states);
  for (std::size_t i = 0; i < s.states; ++i) c.set_output(i, types[i]);
  for (std::size_t i = 0; i < s.results; ++i) {
    ValueType type = made[s.states + i];
    if (type.shape) {
      const std::size_t axis = ops::normal_axis(s.out_axes[i], type.shape->size() + 1);
      type.shape->insert(type.shape->begin() + static_cast<std::ptrdiff_t>(axis), steps);
    }
    c.set_output(s.states + i, type);
  }
}

std::int64_t step_count(const OpCall& call, const Setup& s) {
  std::int64_t steps = -1;
  for (std::size_t i = 0; i < s.scanned; ++i) {
    const Tensor& x = call.input(s.states + i);
    const std::int64_t size = x.dim(ops::normal_axis(s.in_axes[i], x.rank()));
    if (steps >= 0 && size != steps) {
      call.fail(cat("one input has ", steps, " steps, another ", size));
    }
    steps = size;
  }
  return steps;
}

void reference(OpCall& call) {
  const Setup s = read_setup(call);
  const std::int64_t steps = step_count(call, s);
  std::vector<Tensor> states;
  for (std::size_t i = 0; i < s.states; ++i) states.push_back(call.input(i));
  std::vector<std::vector<Tensor>> parts(s.results);
  for (std::int64_t t = 0; t < steps; ++t) {
    std::vector<RuntimeValue> arguments = values_of(states);
    for (std::size_t i = 0; i < s.scanned; ++i) {
      const Tensor& x = call.input(s.states + i);
      arguments.push_back(ops::slice_of(x, ops::normal_axis(s.in_axes[i], x.rank()),
                                        s.in_reverse[i] != 0 ? steps - 1 - t : t));
    }
    const std::vector<Tensor> made = tensors_of(call.run_body(*s.body, std::move(arguments)));
    for (std::size_t i = 0; i < s.states; ++i) states[i] = made.at(i);
    for (std::size_t i = 0; i < s.results; ++i) {
      parts[i].insert(s.out_reverse[i] != 0 ? parts[i].begin() : parts[i].end(),
                      made.at(s.states + i));
    }
  }
  for (std::size_t i = 0; i < s.states; ++i) call.set_output(i, states[i]);
  for (std::size_t i = 0; i < s.results; ++i) {
    const ValueType& type = s.body->outputs()[s.states + i]->type();
    call.set_output(s.states + i, ops::stacked(call, parts[i], s.out_axes[i], type));
  }
}

}  // namespace

/// Runs a body over the slices of its inputs; carries states from step to step, and stacks what
/// each step makes besides. Source: ONNX Scan, version 25.
OpDefs op_scan() {
  return OpDef("Scan", 25)
      .variadic_input("initial_state_and_scan_inputs", types::kAll, "V")
      .variadic_output("final_state_and_scan_outputs", types::kAll, "V")
      .required_attribute("body", AttributeKind::graph, "one step")
      .required_attribute("num_scan_inputs", AttributeKind::integer, "inputs that are cut")
      .optional_attribute("scan_input_axes", AttributeKind::integers, "dimensions cut; 0")
      .optional_attribute("scan_input_directions", AttributeKind::integers, "1: from the end")
      .optional_attribute("scan_output_axes", AttributeKind::integers, "dimensions made; 0")
      .optional_attribute("scan_output_directions", AttributeKind::integers, "1: from the end")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
