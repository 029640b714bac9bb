#pragma once

// Runs one operator by its schema: a graph with one node, interpreted.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ir/infer.hpp"
#include "ir/op.hpp"
#include "ops/registry.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// Integer attributes: {{"axis", Int{1}}, {"pads", Ints{1, 1}}}.
using Int = std::int64_t;
using Ints = std::vector<std::int64_t>;

/// A node of `op` in a graph of its own. Inputs that are invalid tensors are omitted.
struct OneNode {
  Graph graph;
  Node* node = nullptr;
  std::vector<Tensor> inputs;  ///< those that are graph inputs

  OneNode(const std::string& op, const std::vector<Tensor>& tensors, const Attributes& attributes,
          std::size_t outputs, const std::string& domain);
  OneNode(const std::string& op, const std::vector<ValueType>& types, const Attributes& attributes,
          std::size_t outputs, const std::string& domain);

 private:
  void build(const std::string& op, const std::vector<ValueType>& types,
             const Attributes& attributes, std::size_t outputs, const std::string& domain);
};

/// Outputs of the reference kernel. The node must satisfy its schema, and what infer says about
/// types and shapes must agree with what the kernel makes.
std::vector<Tensor> run_op(const std::string& op, const std::vector<Tensor>& inputs,
                           const Attributes& attributes = {}, std::size_t outputs = 1,
                           const std::string& domain = "");

/// As run_op for values of any kind; "nothing" is an omitted input. Sequences are declared with the
/// element type of their first tensor (float32 when empty) and no shape.
std::vector<RuntimeValue> run_op_values(const std::string& op,
                                        const std::vector<RuntimeValue>& inputs,
                                        const Attributes& attributes = {}, std::size_t outputs = 1,
                                        const std::string& domain = "");

/// One input of infer_op: element type and symbolic shape.
ValueType typed(ElementKind kind, SymShape shape);

/// Inferred type of output `output`; `constants[i]`, when valid, replaces input i by a constant.
ValueType infer_type(const std::string& op, const std::vector<ValueType>& inputs,
                     const Attributes& attributes = {}, std::size_t output = 0,
                     const std::string& domain = "", const std::vector<Tensor>& constants = {});

/// As infer_type, only the shape; an unknown rank fails the test.
SymShape infer_op(const std::string& op, const std::vector<ValueType>& inputs,
                  const Attributes& attributes = {}, std::size_t output = 0,
                  const std::string& domain = "", const std::vector<Tensor>& constants = {});

/// Each value within `tolerance` (absolute, plus the same share of the wanted value). Infinity and
/// NaN must be met exactly.
void expect_close(const Tensor& got, const std::vector<float>& want, float tolerance);

/// The kind of failure `body` ends in; Fault::internal with a test failure when it does not fail.
template <class Body>
Fault fault_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::internal;
}

/// 1, 2, 3 ... times `step` plus `start`, as floats of that shape.
Tensor ramp(Shape shape, float start = 0, float step = 1);

/// Repeatable values in [-1, 1) without structure along any axis.
Tensor noise(Shape shape, unsigned seed = 1);

}  // namespace pare
