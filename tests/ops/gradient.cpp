#include <algorithm>
#include <cmath>

#include "ir/gradient.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

enum class Known : std::uint8_t { sizes, symbols, nothing };

const char* text(Known known) {
  return known == Known::sizes ? "known sizes" : known == Known::symbols ? "symbols" : "no ranks";
}

bool holds(const std::vector<std::size_t>& list, std::size_t i) {
  return std::find(list.begin(), list.end(), i) != list.end();
}

/// One operator at one point.
struct Point {
  const std::string& op;
  const Attributes& attributes;
  const GradientOptions& options;
  const OpDef& def;
  std::vector<Tensor> inputs;

  [[nodiscard]] bool asked(std::size_t i) const {
    return inputs[i].valid() && is_differentiable(inputs[i].type()) && !holds(options.frozen, i);
  }
};

/// Real inputs in element type `to`, where the schema allows it.
std::vector<Tensor> converted(const OpDef& def, const std::vector<Tensor>& inputs, ElementKind to) {
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Param& p = i < def.inputs.size() ? def.inputs[i] : def.inputs.back();
    const bool convert =
        inputs[i].valid() && inputs[i].kind() == ElementKind::f32 && p.allowed.has(to);
    out.push_back(convert ? inputs[i].cast(dtype_of(to)) : inputs[i]);
  }
  return out;
}

std::vector<Tensor> forward(const Point& at, const std::vector<Tensor>& inputs) {
  OneNode one(at.op, inputs, at.attributes, at.options.outputs, at.options.domain);
  return interpret(one.graph, op_registry(), one.inputs);
}

/// Weights of the outputs in the loss; an invalid tensor for outputs that do not count.
std::vector<Tensor> weights_of(const std::vector<Tensor>& y, const GradientOptions& options) {
  std::vector<Tensor> w;
  for (std::size_t k = 0; k < y.size(); ++k) {
    w.push_back(is_differentiable(y[k].type()) && !holds(options.unused, k)
                    ? noise(y[k].shape(), 100 + static_cast<unsigned>(k)).cast(y[k].type())
                    : Tensor());
  }
  return w;
}

double loss_of(const Point& at, const std::vector<Tensor>& inputs, const std::vector<Tensor>& w) {
  const std::vector<Tensor> y = forward(at, inputs);
  double loss = 0;
  for (std::size_t k = 0; k < y.size(); ++k) {
    if (!w[k].valid()) continue;
    const std::vector<double> a = y[k].to_doubles();
    const std::vector<double> b = w[k].to_doubles();
    for (std::size_t i = 0; i < a.size(); ++i) loss += a[i] * b[i];
  }
  return loss;
}

/// Whether everything between this input and the loss is float64.
bool is_wide(const Point& at, std::size_t input, const std::vector<Tensor>& w) {
  const auto narrow = [](const Tensor& t) { return t.valid() && t.kind() != ElementKind::f64; };
  return at.inputs[input].kind() == ElementKind::f64 && std::none_of(w.begin(), w.end(), narrow);
}

std::vector<double> central_differences(const Point& at, std::size_t input,
                                        const std::vector<Tensor>& w) {
  const double step = is_wide(at, input, w) ? 0x1p-17 : 0x1p-6;
  const std::vector<double> x = at.inputs[input].to_doubles();
  std::vector<double> out;
  std::vector<Tensor> moved = at.inputs;
  const auto loss_at = [&](std::size_t i, double value) {
    std::vector<double> v = x;
    v[i] = value;
    moved[input] = Tensor::of<double>(at.inputs[input].shape(), v).cast(at.inputs[input].type());
    return loss_of(at, moved, w);
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    out.push_back((loss_at(i, x[i] + step) - loss_at(i, x[i] - step)) / (2 * step));
  }
  return out;
}

/// A graph with the node, gradients of its outputs as inputs, and those of its inputs as outputs.
struct Made {
  Graph graph;
  std::vector<Tensor> feeds;
  std::vector<std::size_t> nothing;  ///< asked about, but nothing flows
  std::vector<std::size_t> flows;    ///< inputs whose gradients are the outputs
};

ValueType type_of(const Tensor& t, Known known, const std::string& name) {
  if (known == Known::nothing) return ValueType(t.type());
  SymShape shape = to_symbolic(t.shape());
  for (std::size_t d = 0; known == Known::symbols && d < shape.size(); ++d) {
    shape[d] = Dim::symbol(cat(name, "_", d));
  }
  return ValueType(t.type(), shape);
}

void make(const Point& at, const std::vector<Tensor>& w, Known known, Made& made) {
  NodeSpec spec;
  spec.op = at.op;
  spec.domain = at.options.domain;
  spec.attributes = at.attributes;
  spec.name = "it";
  spec.output_names.assign(at.options.outputs, "");
  for (std::size_t i = 0; i < at.inputs.size(); ++i) {
    const Tensor& t = at.inputs[i];
    const Known asked =
        known == Known::symbols && holds(at.options.static_shapes, i) ? Known::sizes : known;
    if (!t.valid()) {
      spec.inputs.push_back(nullptr);
    } else if (holds(at.options.constant, i) ||
               (known == Known::sizes && !is_differentiable(t.type()))) {
      spec.inputs.push_back(made.graph.add_constant(t, "c"));
    } else {
      spec.inputs.push_back(made.graph.add_input(cat("x", i), type_of(t, asked, cat("x", i))));
      made.feeds.push_back(t);
    }
  }
  Node* node = made.graph.add_node(std::move(spec));
  std::vector<Value*> dy(w.size(), nullptr);
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (!w[k].valid()) continue;
    dy[k] = made.graph.add_input(cat("dy", k), type_of(w[k], known, cat("dy", k)));
    made.feeds.push_back(w[k]);
  }
  GraphBuilder::Facts facts = infer_shapes(made.graph, op_registry());
  // In a model the gradient of a value is made to have its type.
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (dy[k] == nullptr) continue;
    dy[k]->set_type(node->output(k)->type());
    facts[dy[k]] = ValueFacts{node->output(k)->type(), std::nullopt};
  }
  std::vector<bool> wants;
  for (std::size_t i = 0; i < at.inputs.size(); ++i) wants.push_back(at.asked(i));
  GradientContext context(*node, at.def, GraphBuilder(made.graph, op_registry(), facts), dy, wants);
  at.def.gradient(context);
  for (std::size_t i = 0; i < at.inputs.size(); ++i) {
    if (!wants[i]) continue;
    if (context.dx(i) != nullptr) made.graph.add_output(context.dx(i));
    (context.dx(i) != nullptr ? made.flows : made.nothing).push_back(i);
  }
}

void compare(std::size_t input, const std::vector<double>& got, const std::vector<double>& want,
             bool wide) {
  // float64: both sides round at about 2^-52 / step = 2^-35 times the terms of the loss, and the
  // third derivative adds step^2 / 6 = 2^-36 times its size. float32: 2^-24 / step = 2^-18 and
  // step^2 / 6 = 2^-14. The rest is room for losses with many terms and for steep functions.
  const double tolerance = wide ? 1e-7 : 2e-3;
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_LE(std::abs(got[i] - want[i]), tolerance * (1 + std::abs(want[i])))
        << "input " << input << " element " << i << ": gradient " << got[i]
        << ", central difference " << want[i];
  }
}

void check(const Point& at, const std::vector<Tensor>& w,
           const std::vector<std::vector<double>>& want, Known known) {
  SCOPED_TRACE(text(known));
  Made made;
  try {
    make(at, w, known, made);
  } catch (const Error& error) {
    if (known != Known::nothing || error.fault() != Fault::unsupported) {
      ADD_FAILURE() << error.what();
    }
    return;
  }
  const auto broken = verify(made.graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  const std::vector<Tensor> dx = interpret(made.graph, op_registry(), made.feeds);
  for (std::size_t k = 0; k < dx.size(); ++k) {
    const std::size_t i = made.flows[k];
    EXPECT_EQ(dx[k].type().name(), at.inputs[i].type().name()) << "input " << i;
    ASSERT_EQ(dx[k].shape(), at.inputs[i].shape()) << "input " << i;
    if (known == Known::sizes) {
      EXPECT_EQ(made.graph.outputs()[k]->known_shape(), at.inputs[i].shape()) << "input " << i;
    }
    compare(i, dx[k].to_doubles(), want[i], is_wide(at, i, w));
  }
  for (const std::size_t i : made.nothing) {
    compare(i, std::vector<double>(want[i].size(), 0.0), want[i], is_wide(at, i, w));
  }
}

/// The nodes of a gradient must take every element type that the operator takes.
void check_type(const Point& wide, const std::vector<Tensor>& inputs, ElementKind kind) {
  SCOPED_TRACE(dtype_of(kind).name());
  const Point at{wide.op, wide.attributes, wide.options, wide.def,
                 converted(wide.def, inputs, kind)};
  Made made;
  make(at, weights_of(forward(at, at.inputs), at.options), Known::sizes, made);
  const auto broken = verify(made.graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  const std::vector<Tensor> dx = interpret(made.graph, op_registry(), made.feeds);
  for (std::size_t k = 0; k < dx.size(); ++k) {
    EXPECT_EQ(dx[k].type().name(), at.inputs[made.flows[k]].type().name());
    EXPECT_EQ(dx[k].shape(), at.inputs[made.flows[k]].shape());
  }
}

}  // namespace

void expect_gradient(const std::string& op, const std::vector<Tensor>& inputs,
                     const Attributes& attributes, const GradientOptions& options) {
  SCOPED_TRACE(op);
  const OpDef* def = op_registry().find(options.domain, op);
  ASSERT_NE(def, nullptr);
  ASSERT_NE(def->gradient, nullptr) << "not differentiable";
  const Point at{op, attributes, options, *def, converted(*def, inputs, ElementKind::f64)};
  const std::vector<Tensor> w = weights_of(forward(at, at.inputs), options);
  std::vector<std::vector<double>> want(inputs.size());
  bool any = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!at.asked(i)) continue;
    want[i] = central_differences(at, i, w);
    any = true;
  }
  ASSERT_TRUE(any) << "no input is asked about";
  for (const Known known : {Known::sizes, Known::symbols, Known::nothing}) {
    check(at, w, want, known);
  }
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) check_type(at, inputs, kind);
}

void expect_reduce_gradient(const std::string& op, const Tensor& x) {
  const Tensor none;
  for (const Int keep : {0, 1}) {
    const Attributes a = {{"keepdims", keep}};
    expect_gradient(op, {x}, a);
    expect_gradient(op, {x, ints({1})}, a);
    expect_gradient(op, {x, ints({-1, 0})}, a);
    expect_gradient(op, {x, none}, {{"keepdims", keep}, {"noop_with_empty_axes", Int{1}}});
  }
}

Tensor between(Shape shape, float low, float high, unsigned seed) {
  Tensor t = noise(std::move(shape), seed);
  for (float& x : t.mutable_data<float>()) x = low + (high - low) * (x + 1) / 2;
  return t;
}

std::vector<Attributes> pool_cases() {
  return {{{"kernel_shape", Ints{2, 3}}},
          {{"kernel_shape", Ints{3, 2}}, {"strides", Ints{2, 1}}, {"pads", Ints{1, 0, 2, 1}}},
          {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{3, 2}}},
          {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 3}}, {"ceil_mode", Int{1}}},
          {{"kernel_shape", Ints{3, 3}},
           {"strides", Ints{2, 2}},
           {"auto_pad", std::string("SAME_UPPER")}}};
}

}  // namespace pare
