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
    const bool given = types[i].dtype.valid();
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

std::vector<Tensor> run_op(const std::string& op, const std::vector<Tensor>& inputs,
                           const Attributes& attributes, std::size_t outputs,
                           const std::string& domain) {
  OneNode one(op, inputs, attributes, outputs, domain);
  const auto broken = verify(one.graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  infer_shapes(one.graph, op_registry());
  std::vector<Tensor> made = interpret(one.graph, op_registry(), one.inputs);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const ValueType& said = one.node->output(i)->type();
    if (said.dtype.valid()) {
      EXPECT_EQ(said.dtype.name(), made[i].type().name()) << "output " << i;
    }
    if (!said.shape) continue;
    EXPECT_EQ(said.shape->size(), made[i].rank()) << "output " << i;
    if (said.shape->size() != made[i].rank()) continue;
    for (std::size_t k = 0; k < made[i].rank(); ++k) {
      const Dim& d = (*said.shape)[k];
      if (!d.is_number()) continue;
      EXPECT_EQ(d.number(), made[i].dim(k)) << "output " << i << " axis " << k;
    }
  }
  return made;
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
