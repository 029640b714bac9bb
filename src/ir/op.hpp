#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "tensor/runtime_value.hpp"

namespace pare {

/// A set of element kinds, for schemas.
class TypeSet {
 public:
  constexpr TypeSet() noexcept = default;
  constexpr TypeSet(std::initializer_list<ElementKind> kinds) noexcept {
    for (const ElementKind k : kinds) bits_ |= std::uint64_t{1} << place(k);
  }
  [[nodiscard]] constexpr bool has(ElementKind k) const noexcept {
    return ((bits_ >> place(k)) & 1U) != 0;
  }
  friend constexpr TypeSet operator|(TypeSet a, TypeSet b) noexcept {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  /// Block formats, whatever they are, share the last bit.
  static constexpr unsigned place(ElementKind k) noexcept {
    return k == ElementKind::block ? 63U : static_cast<unsigned>(k);
  }
  std::uint64_t bits_ = 0;
};

namespace types {
using enum ElementKind;
inline constexpr TypeSet kFloat = {f16, f32, f64, bf16};
inline constexpr TypeSet kInt = {i8, i16, i32, i64, u8, u16, u32, u64};
inline constexpr TypeSet kIndex = {i32, i64};
inline constexpr TypeSet kBool = {boolean};
inline constexpr TypeSet kNumeric = kFloat | kInt;
inline constexpr TypeSet kFloat8 = {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz};
inline constexpr TypeSet kNarrow = kFloat8 | TypeSet{f8e8m0, f4e2m1, i4, u4, i2, u2};
inline constexpr TypeSet kString = {string};
inline constexpr TypeSet kComplex = {c64, c128};
inline constexpr TypeSet kAll = kNumeric | kBool | kString | kComplex | kNarrow;
}  // namespace types

/// A set of kinds of values: tensors, sequences, optionals, maps.
class KindSet {
 public:
  constexpr KindSet(std::initializer_list<ValueType::Kind> kinds) noexcept {
    for (const ValueType::Kind k : kinds) bits_ |= 1U << static_cast<unsigned>(k);
  }
  [[nodiscard]] constexpr bool has(ValueType::Kind k) const noexcept {
    return ((bits_ >> static_cast<unsigned>(k)) & 1U) != 0;
  }

 private:
  unsigned bits_ = 0;
};

namespace kinds {
inline constexpr KindSet kTensor = {ValueType::Kind::tensor};
inline constexpr KindSet kSequence = {ValueType::Kind::sequence};
inline constexpr KindSet kOptional = {ValueType::Kind::optional};
inline constexpr KindSet kMap = {ValueType::Kind::map};
inline constexpr KindSet kAny = {ValueType::Kind::tensor, ValueType::Kind::sequence,
                                 ValueType::Kind::optional, ValueType::Kind::map};
}  // namespace kinds

/// One formal input or output. Parameters with the same `type_name` have the same element type.
struct Param {
  std::string name;
  TypeSet allowed = types::kAll;  ///< of a sequence or optional: of what it holds
  std::string type_name = "T";
  bool optional = false;
  bool variadic = false;
  KindSet kinds = kinds::kTensor;
};

enum class AttributeKind : std::uint8_t {
  integer,
  real,
  text,
  tensor,
  graph,
  type,
  integers,
  reals,
  texts
};

/// Lists of tensors or graphs count as tensor and graph.
AttributeKind attribute_kind(const Attribute& a);

struct AttributeDef {
  std::string name;
  AttributeKind kind = AttributeKind::integer;
  std::optional<Attribute> otherwise;  ///< default
  bool required = false;
  std::string help;
};

/// Estimated work of one node. `macs` counts multiply-adds of matrix products and convolutions.
struct Cost {
  double macs = 0;
  double flops = 0;
  double bytes = 0;  ///< read and written once each
};

struct OpDef;

/// Attribute access with the schema's defaults. Missing required attributes and wrong kinds are
/// Fault::corrupt naming node and attribute.
class AttributeReader {
 public:
  AttributeReader(const Node& node, const OpDef& def) : node_(&node), def_(&def) {}
  [[nodiscard]] const Node& node() const noexcept { return *node_; }
  [[nodiscard]] const OpDef& def() const noexcept { return *def_; }
  [[nodiscard]] bool has_attr(std::string_view name) const;  ///< given or with default
  [[nodiscard]] std::int64_t attr_int(std::string_view name) const;
  [[nodiscard]] float attr_float(std::string_view name) const;
  [[nodiscard]] std::string attr_string(std::string_view name) const;
  [[nodiscard]] std::vector<std::int64_t> attr_ints(std::string_view name) const;  ///< {} if absent
  [[nodiscard]] std::vector<float> attr_floats(std::string_view name) const;       ///< {} if absent
  [[nodiscard]] std::vector<std::string> attr_strings(
      std::string_view name) const;                                      ///< {} if absent
  [[nodiscard]] const Tensor* attr_tensor(std::string_view name) const;  ///< nullptr if absent
  /// Axis attribute in [-rank, rank) made non-negative. Fault::corrupt outside.
  [[nodiscard]] std::int64_t attr_axis(std::string_view name, std::size_t rank) const;
  /// Throws Fault::corrupt with the node's label in front.
  [[noreturn]] void fail(const std::string& why) const;

 private:
  [[nodiscard]] const Attribute* find(std::string_view name) const;
  const Node* node_;
  const OpDef* def_;
};

/// What is known about a value while shapes are inferred: its type, and for small integer tensors
/// (shape arithmetic) its elements as expressions; true is 1.
struct ValueFacts {
  ValueType type;
  std::optional<std::vector<Dim>> elements;  ///< row-major; rank 0 or 1 only
};

/// Given to an operator's `infer`. Everything asked for may be unknown.
class ShapeContext : public AttributeReader {
 public:
  ShapeContext(const Node& node, const OpDef& def, std::vector<const ValueFacts*> inputs,
               std::vector<const Tensor*> constants);

  [[nodiscard]] std::size_t input_count() const noexcept { return inputs_.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const noexcept {
    return i < inputs_.size() && inputs_[i] != nullptr;
  }
  [[nodiscard]] const ValueType& input(std::size_t i) const;
  [[nodiscard]] DType input_dtype(std::size_t i) const { return input(i).dtype; }
  /// Shape when the rank is known.
  [[nodiscard]] const SymShape* input_shape(std::size_t i) const;
  /// Constant data when input i is a constant.
  [[nodiscard]] const Tensor* input_constant(std::size_t i) const;
  /// Elements of a small integer tensor, symbolic ones included; nullopt when unknown.
  [[nodiscard]] std::optional<std::vector<Dim>> input_elements(std::size_t i) const;
  /// As input_elements, all numbers.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> input_ints(std::size_t i) const;

  [[nodiscard]] std::size_t output_count() const { return node().outputs().size(); }
  void set_output(std::size_t i, ValueType type);
  /// Facts of output i: set by infer, and complete when a cost function runs.
  [[nodiscard]] const ValueFacts& output(std::size_t i) const { return results_.at(i); }
  void set_output(std::size_t i, DType type, std::optional<SymShape> shape);
  void set_output_elements(std::size_t i, std::vector<Dim> elements);
  [[nodiscard]] std::vector<ValueFacts>& results() noexcept { return results_; }

  /// Infers a body with the given types of its inputs; set by the driver.
  std::function<std::vector<ValueType>(Graph&, const std::vector<ValueType>&)> infer_body;

 private:
  std::vector<const ValueFacts*> inputs_;
  std::vector<const Tensor*> constants_;
  std::vector<ValueFacts> results_;
};

/// Given to an operator's reference kernel. Inputs are validated by the kernel itself, also in
/// release builds: shapes and indices in a model are untrusted.
class OpCall : public AttributeReader {
 public:
  OpCall(const Node& node, const OpDef& def, std::vector<RuntimeValue> inputs);

  [[nodiscard]] std::size_t input_count() const noexcept { return inputs_.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const noexcept {
    return i < inputs_.size() && inputs_[i].valid();
  }
  /// Fault::corrupt when input i was not given or is no tensor.
  [[nodiscard]] const Tensor& input(std::size_t i) const;
  /// Input i of any kind; nothing when it was not given.
  [[nodiscard]] const RuntimeValue& value(std::size_t i) const;
  [[nodiscard]] std::size_t output_count() const { return node().outputs().size(); }
  [[nodiscard]] bool wants_output(std::size_t i) const { return node().output(i) != nullptr; }
  /// Makes output i and returns it for writing.
  Tensor& make_output(std::size_t i, DType type, Shape shape);
  void set_output(std::size_t i, RuntimeValue value);
  [[nodiscard]] std::vector<RuntimeValue>& results() noexcept { return results_; }

  /// Runs a body with these inputs; set by the executor.
  std::function<std::vector<RuntimeValue>(const Graph&, std::vector<RuntimeValue>)> run_body;

 private:
  std::vector<RuntimeValue> inputs_;
  std::vector<RuntimeValue> results_;
};

class GradientContext;

/// One operator at its newest version: schema, shapes, meaning, cost. Built with chained calls:
///   return OpDef("Softmax", 13).input("x", types::kFloat).output("y").attribute("axis", -1)
///       .define(infer, reference, cost);
struct OpDef {
  std::string domain;  ///< "" = ai.onnx
  std::string name;    ///< as in ONNX
  int since = 1;       ///< operator-set version whose meaning this is
  std::vector<Param> inputs;
  std::vector<Param> outputs;
  std::vector<AttributeDef> attributes;
  void (*infer)(ShapeContext&) = nullptr;
  void (*reference)(OpCall&) = nullptr;
  Cost (*cost)(const ShapeContext&) = nullptr;
  void (*gradient)(GradientContext&) = nullptr;  ///< nullptr: not differentiable
  bool deterministic = true;  ///< equal inputs give equal outputs: may be folded and merged

  OpDef(std::string op_name, int since_version) : name(std::move(op_name)), since(since_version) {}
  OpDef(std::string op_domain, std::string op_name, int since_version)
      : domain(std::move(op_domain)), name(std::move(op_name)), since(since_version) {}
  // Compiled once: hundreds of files define operators.
  OpDef(const OpDef& other);
  OpDef(OpDef&& other) noexcept;
  OpDef& operator=(const OpDef& other);
  OpDef& operator=(OpDef&& other) noexcept;
  ~OpDef();
  OpDef& input(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  OpDef& optional_input(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  OpDef& variadic_input(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  OpDef& output(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  OpDef& optional_output(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  OpDef& variadic_output(std::string n, TypeSet allowed = types::kAll, std::string type_name = "T");
  /// What kinds of values the parameter declared last may be; tensors alone unless this is called.
  OpDef& of(KindSet kinds);
  /// With default value; the kind follows from it. Use std::int64_t{1}, 1.0F, std::string("x"),
  /// std::vector<std::int64_t>{...}.
  OpDef& attribute(std::string n, Attribute otherwise, std::string help = {});
  /// Without default: absent means something of its own.
  OpDef& optional_attribute(std::string n, AttributeKind kind, std::string help = {});
  OpDef& required_attribute(std::string n, AttributeKind kind, std::string help = {});
  OpDef& random();
  OpDef& define(void (*infer_fn)(ShapeContext&), void (*reference_fn)(OpCall&),
                Cost (*cost_fn)(const ShapeContext&));
  OpDef& differentiable(void (*gradient_fn)(GradientContext&));
  [[nodiscard]] const AttributeDef* find_attribute(std::string_view n) const;
  /// "Conv" or "com.microsoft::QGemm".
  [[nodiscard]] std::string full_name() const;

 private:
  OpDef& add_param(bool output, Param param);
  bool last_is_output_ = false;
};

/// What an operator file exports: one definition, or a family of identical shape.
struct OpDefs : std::vector<OpDef> {
  OpDefs(OpDef one);  // NOLINT: one operator is a list of one
  OpDefs(std::initializer_list<OpDef> list);
  OpDefs(const OpDefs& other);
  OpDefs(OpDefs&& other) noexcept;
  OpDefs& operator=(const OpDefs& other);
  OpDefs& operator=(OpDefs&& other) noexcept;
  ~OpDefs();
};

/// All operators known to this program. The global one is op_registry() in ops/registry.hpp.
class OpRegistry {
 public:
  void add(OpDefs defs);
  [[nodiscard]] const OpDef* find(std::string_view domain, std::string_view name) const;
  [[nodiscard]] const OpDef* find(const Node& node) const { return find(node.domain(), node.op()); }
  /// Fault::unsupported when there is none.
  [[nodiscard]] const OpDef& at(const Node& node) const;
  [[nodiscard]] std::vector<const OpDef*> all() const;  ///< sorted by full name

 private:
  std::map<std::string, OpDef, std::less<>> defs_;  // by "domain::name"
};

/// Runs the reference kernel of `node` on `inputs` (invalid = omitted) and returns its
/// outputs. Adds the node's label to errors.
std::vector<RuntimeValue> run_node(const Node& node, const OpRegistry& ops,
                                   std::vector<RuntimeValue> inputs);
/// As run_node for nodes whose outputs are tensors. Fault::unsupported else.
std::vector<Tensor> run_reference(const Node& node, const OpRegistry& ops,
                                  std::vector<Tensor> inputs);

/// Runs a whole graph with reference kernels, subgraphs included: the meaning of the graph.
/// `inputs` in the order of graph.inputs().
std::vector<RuntimeValue> interpret_values(const Graph& graph, const OpRegistry& ops,
                                           std::vector<RuntimeValue> inputs);
/// As interpret_values for graphs whose outputs are tensors. Fault::unsupported else.
std::vector<Tensor> interpret(const Graph& graph, const OpRegistry& ops,
                              std::vector<Tensor> inputs);

}  // namespace pare
