#include "ops/op_test.hpp"

#include <cmath>
#include <utility>

namespace pare {

OneNode::OneNode(const std::string& op, const std::vector<Tensor>& tensors,
                 const Attributes& attributes, std::size_t outputs, const std::string& domain) {
  std::vector<ValueType> types;
  for (const Tensor& t : tensors) {
    if (!t.valid()) {
      types.emplace_back();
      continue;
    }
    types.emplace_back(t.type(), to_symbolic(t.shape()));
    inputs.push_back(t);
  }
  build(op, types, attributes, outputs, domain);
}

OneNode::OneNode(const std::string& op, const std::vector<ValueType>& types,
                 const Attributes& attributes, std::size_t outputs, const std::string& domain) {
  build(op, types, attributes, outputs, domain);
}

void OneNode::build(const std::string& op, const std::vector<ValueType>& types,
                    const Attributes& attributes, std::size_t outputs, const std::string& domain) {
  std::vector<Value*> values;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool given = types[i].dtype.valid() || types[i].kind != ValueType::Kind::tensor;
    values.push_back(given ? graph.add_input(cat("in", i), types[i]) : nullptr);
  }
  NodeSpec spec;
  spec.op = op;
  spec.domain = domain;
  spec.inputs = values;
  spec.attributes = attributes;
  spec.output_names.assign(outputs, "");
  node = graph.add_node(std::move(spec));
  for (Value* v : node->outputs()) graph.add_output(v);
}

namespace {

ValueType type_of(const RuntimeValue& v) {
  if (v.is_tensor()) return ValueType(v.tensor().type(), to_symbolic(v.tensor().shape()));
  ValueType out;
  if (v.is_map()) {
    out.kind = ValueType::Kind::map;
    out.key = v.keys().type();
    out.dtype = v.values().type();
    out.element = std::make_shared<const ValueType>(ValueType(out.dtype, SymShape{}));
  } else if (v.is_sequence()) {
    out.kind = ValueType::Kind::sequence;
    ValueType element(dtype_of(ElementKind::f32));
    if (!v.elements().empty()) element = type_of(v.elements()[0]);
    element.shape.reset();
    out.element = std::make_shared<const ValueType>(element);
  }
  return out;
}

/// What infer said must hold for what the kernel made.
void expect_inferred(const ValueType& said, const RuntimeValue& made, const std::string& where) {
  if (said.kind == ValueType::Kind::optional) {
    if (made.valid()) expect_inferred(*said.element, made, where + " held");
    return;
  }
  if (said.kind == ValueType::Kind::sequence) {
    ASSERT_TRUE(made.is_sequence()) << where;
    for (const RuntimeValue& v : made.elements()) {
      expect_inferred(*said.element, v, where + " element");
    }
    return;
  }
  if (said.kind == ValueType::Kind::map) {
    ASSERT_TRUE(made.is_map()) << where;
    return;
  }
  ASSERT_TRUE(made.is_tensor()) << where;
  const Tensor& t = made.tensor();
  if (said.dtype.valid()) {
    EXPECT_EQ(said.dtype.name(), t.type().name()) << where;
  }
  if (!said.shape) return;
  ASSERT_EQ(said.shape->size(), t.rank()) << where;
  for (std::size_t k = 0; k < t.rank(); ++k) {
    const Dim& d = (*said.shape)[k];
    if (!d.is_number()) continue;
    EXPECT_EQ(d.number(), t.dim(k)) << where << " axis " << k;
  }
}

}  // namespace

std::vector<RuntimeValue> run_op_values(const std::string& op,
                                        const std::vector<RuntimeValue>& inputs,
                                        const Attributes& attributes, std::size_t outputs,
                                        const std::string& domain) {
  std::vector<ValueType> types;
  std::vector<RuntimeValue> given;
  for (const RuntimeValue& v : inputs) {
    types.push_back(type_of(v));
    if (v.valid()) given.push_back(v);
  }
  OneNode one(op, types, attributes, outputs, domain);
  const auto broken = verify(one.graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  infer_shapes(one.graph, op_registry());
  std::vector<RuntimeValue> made = interpret_values(one.graph, op_registry(), given);
  for (std::size_t i = 0; i < made.size(); ++i) {
    expect_inferred(one.node->output(i)->type(), made[i], cat("output ", i));
  }
  return made;
}

std::vector<Tensor> run_op(const std::string& op, const std::vector<Tensor>& inputs,
                           const Attributes& attributes, std::size_t outputs,
                           const std::string& domain) {
  return tensors_of(run_op_values(op, values_of(inputs), attributes, outputs, domain));
}

ValueType typed(ElementKind kind, SymShape shape) {
  return ValueType(dtype_of(kind), std::move(shape));
}

ValueType infer_type(const std::string& op, const std::vector<ValueType>& inputs,
                     const Attributes& attributes, std::size_t output, const std::string& domain,
                     const std::vector<Tensor>& constants) {
  OneNode one(op, inputs, attributes, output + 1, domain);
  for (std::size_t i = 0; i < constants.size(); ++i) {
    if (constants[i].valid()) one.node->set_input(i, one.graph.add_constant(constants[i], "c"));
  }
  infer_shapes(one.graph, op_registry());
  return one.node->output(output)->type();
}

SymShape infer_op(const std::string& op, const std::vector<ValueType>& inputs,
                  const Attributes& attributes, std::size_t output, const std::string& domain,
                  const std::vector<Tensor>& constants) {
  const ValueType type = infer_type(op, inputs, attributes, output, domain, constants);
  EXPECT_TRUE(type.shape.has_value()) << "the rank is unknown";
  return type.shape.value_or(SymShape{});
}

void expect_close(const Tensor& got, const std::vector<float>& want, float tolerance) {
  ASSERT_TRUE(got.valid());
  const std::vector<double> values = got.to_doubles();
  ASSERT_EQ(values.size(), want.size()) << to_string(got.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto w = static_cast<double>(want[i]);
    if (!std::isfinite(w)) {
      EXPECT_TRUE(std::isnan(w) ? std::isnan(values[i]) : values[i] == w)
          << "element " << i << " is " << values[i] << ", want " << w;
      continue;
    }
    EXPECT_LE(std::abs(values[i] - w), static_cast<double>(tolerance) * (1 + std::abs(w)))
        << "element " << i << " is " << values[i] << ", want " << w;
  }
}

Tensor ramp(Shape shape, float start, float step) {
  Tensor t(ElementKind::f32, std::move(shape));
  const auto out = t.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = start + step * static_cast<float>(i);
  return t;
}

Tensor noise(Shape shape, unsigned seed) {
  Tensor t(ElementKind::f32, std::move(shape));
  std::uint32_t state = 0x9E3779B9U * (seed + 1);
  for (float& x : t.mutable_data<float>()) {
    state = state * 1664525U + 1013904223U;
    x = static_cast<float>(state >> 8) * 0x1.0p-23F - 1;
  }
  return t;
}

}  // namespace pare
