#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// One change to a graph, and what it is for messages.
struct Change {
  std::string what;
  std::function<void(Graph&)> apply;
};

/// Changes of the constants and attributes of a graph with one node to what files from strangers
/// may hold: extreme numbers, wrong shapes and types, missing inputs.
class Changes {
 public:
  Changes(const Graph& graph, const OpRegistry& ops) : graph_(graph) {
    const std::vector<Value*> constants = graph.constants();
    for (std::size_t i = 0; i < constants.size(); ++i) of_constant(i, constants[i]->constant());
    const Node& node = *graph.nodes().back();
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
      add(cat("no input ", i), [i](Graph& g) { last(g).set_input(i, nullptr); });
    }
    for (const auto& [name, value] : node.attributes()) of_attribute(name, value);
    if (const OpDef* def = ops.find(node)) {
      for (const AttributeDef& a : def->attributes) {
        if (node.attribute(a.name) == nullptr) of_schema(a);
      }
    }
  }
  [[nodiscard]] const std::vector<Change>& all() const { return all_; }

 private:
  static constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  static std::vector<std::int64_t> integers(std::int64_t size) {
    return {kLeast,
            kLeast + 1,
            -(std::int64_t{1} << 40),
            -size - 1,
            -size,
            -2,
            -1,
            0,
            1,
            2,
            size,
            size + 1,
            std::int64_t{1} << 31,
            std::int64_t{1} << 40,
            std::int64_t{1} << 62,
            kMost};
  }
  static std::vector<float> reals() {
    return {0,
            -1,
            1e-40F,
            1e30F,
            -1e30F,
            3e9F,
            std::numeric_limits<float>::infinity(),
            -std::numeric_limits<float>::infinity(),
            std::numeric_limits<float>::quiet_NaN()};
  }
  static Node& last(Graph& g) { return *g.nodes().back(); }

  void add(std::string what, std::function<void(Graph&)> apply) {
    all_.push_back({std::move(what), std::move(apply)});
  }
  void set(std::size_t i, const std::string& what, const Tensor& t) {
    const std::string name = graph_.constants()[i]->name();
    add(cat(name, " ", what), [i, t](Graph& g) { g.constants()[i]->set_constant(t); });
  }

  void of_constant(std::size_t i, const Tensor& t) {
    Shape shape = t.shape();
    shape.insert(shape.begin(), 1);
    set(i, "of a higher rank", t.reshaped(shape));
    if (t.rank() > 0) {
      Shape empty = t.shape();
      empty[0] = 0;
      set(i, "empty", Tensor(t.type(), empty));
      Shape longer = t.shape();
      ++longer.back();
      set(i, "longer", Tensor(t.type(), longer));
      set(i, "flat", t.reshaped({t.size()}));
    }
    set(i, "scalar", Tensor(t.type(), {}));
    set(i, "no values", Tensor(t.type(), {0}));
    for (const ElementKind k : {ElementKind::f32, ElementKind::i64, ElementKind::i32,
                                ElementKind::u8, ElementKind::f16, ElementKind::boolean}) {
      if (t.kind() != k) set(i, cat("as ", dtype_of(k).name()), t.cast(dtype_of(k)));
    }
    if (t.type().is_float()) {
      for (const float x : reals()) numbers(i, t, Tensor::scalar(x));
    } else {
      const std::int64_t size = t.rank() == 0 ? 4 : t.dim(0);
      for (const std::int64_t x : integers(size)) numbers(i, t, Tensor::scalar(x));
    }
  }

  /// `x` for the first, the second and all elements.
  void numbers(std::size_t i, const Tensor& t, const Tensor& x) {
    const Tensor one = x.cast(t.type());
    const std::size_t bytes = one.bytes().size();
    for (std::int64_t which = -1; which < std::min<std::int64_t>(t.size(), 2); ++which) {
      Tensor changed = t.clone();
      for (std::int64_t e = 0; e < t.size(); ++e) {
        if (which >= 0 && e != which) continue;
        std::copy(one.bytes().begin(), one.bytes().end(),
                  changed.mutable_bytes().begin() + e * static_cast<std::int64_t>(bytes));
      }
      set(i, cat(which < 0 ? "all " : "", x.to_doubles()[0], " at ", which), changed);
    }
  }

  void attribute(const std::string& name, const std::string& what, const Attribute& value) {
    add(cat(name, " ", what), [name, value](Graph& g) { last(g).set_attribute(name, value); });
  }

  void of_attribute(const std::string& name, const Attribute& value) {
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
      attribute(name, "empty", std::vector<std::int64_t>());
      for (std::size_t e = 0; e < list->size(); ++e) {
        for (const std::int64_t x : integers(4)) {
          std::vector<std::int64_t> changed = *list;
          changed[e] = x;
          attribute(name, cat("with ", x, " at ", e), changed);
        }
      }
      std::vector<std::int64_t> longer = *list;
      longer.push_back(1);
      attribute(name, "longer", longer);
    } else if (const auto* tensor = std::get_if<Tensor>(&value)) {
      attribute(name, "empty", Tensor(tensor->type(), {0}));
    } else if (std::holds_alternative<std::int64_t>(value)) {
      for (const std::int64_t x : integers(4)) attribute(name, cat(x), x);
    } else if (std::holds_alternative<float>(value)) {
      for (const float x : reals()) attribute(name, cat(x), x);
    } else if (std::holds_alternative<std::string>(value)) {
      for (const char* x : {"", "x", ",,->", "...", "linear", "edge", "cubic", "SAME_UPPER"}) {
        attribute(name, x, std::string(x));
      }
    }
    attribute(name, "of another kind", std::vector<std::string>{"x"});
  }

  void of_schema(const AttributeDef& a) {
    switch (a.kind) {
      case AttributeKind::integer:
        for (const std::int64_t x : integers(4)) attribute(a.name, cat(x), x);
        return;
      case AttributeKind::integers:
        for (const std::int64_t x : integers(4)) {
          for (const std::size_t n : {1U, 2U, 4U}) {
            attribute(a.name, cat(n, " times ", x), std::vector<std::int64_t>(n, x));
          }
        }
        return;
      case AttributeKind::real:
        for (const float x : reals()) attribute(a.name, cat(x), x);
        return;
      case AttributeKind::reals:
        for (const float x : reals()) attribute(a.name, cat(x), std::vector<float>(2, x));
        return;
      case AttributeKind::text: attribute(a.name, "x", std::string("x")); return;
      case AttributeKind::texts: attribute(a.name, "x", std::vector<std::string>{"x", ""}); return;
      default: return;
    }
  }

  const Graph& graph_;
  std::vector<Change> all_;
};

/// Makes inputs of constants that nodes of the graph itself read; returns what to feed. `all`: else
/// only float tensors, so that the rest is known while shapes are inferred and kernels are made.
inline std::vector<Tensor> make_inputs(Graph& graph, bool all) {
  std::vector<Tensor> given;
  for (Value* c : graph.constants()) {
    const Tensor t = c->constant();
    if (c->readers() == 0 || (!all && (!t.type().is_float() || t.rank() < 2))) continue;
    Value* input =
        graph.add_input(graph.unique_name("in"), ValueType(t.type(), to_symbolic(t.shape())));
    graph.replace(c, input);
    given.push_back(t);
  }
  return given;
}

}  // namespace pare
