#pragma once

#include <cmath>
#include <type_traits>

#include "ir/op.hpp"
#include "ops/_broadcast.hpp"
#include "tensor/visit.hpp"

namespace pare::ops {

/// Output 0 has the type and shape of input 0.
void same_as_input(ShapeContext& c);
/// As same_as_input, but the values of small integer tensors go along too.
void same_values(ShapeContext& c);
/// Output 0: the broadcast shape of all inputs, the element type of the first.
void broadcast_infer(ShapeContext& c);
/// Output 0: the broadcast shape of all inputs, booleans.
void broadcast_bool_infer(ShapeContext& c);
/// `flops` operations per element of the output, every input and output once over memory.
Cost elementwise_cost(const ShapeContext& c, double flops = 1);
Cost one_flop(const ShapeContext& c);
Cost free_of_flops(const ShapeContext& c);

/// Element-wise function computed in double. Fn: double operator()(double) const.
template <class Fn>
void unary_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.make_output(0, x.type(), x.shape());
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    const Fn fn(call);
    for (std::size_t i = 0; i < in.size(); ++i) {
      out[i] = store_number<T>(fn(static_cast<double>(load_number(in[i]))));
    }
  });
}

/// As unary_reference in the element type itself: exact for 64-bit integers. Fn: T operator()(T).
template <class Fn>
void exact_unary_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.make_output(0, x.type(), x.shape());
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    const Fn fn;
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = store_number<T>(fn(load_number(in[i])));
  });
}

/// A function without attributes for unary_reference.
template <double (*F)(double)>
struct Plain {
  explicit Plain(const OpCall& /*call*/) {}
  double operator()(double x) const { return F(x); }
};

/// Two's complement arithmetic without undefined behaviour.
template <class T, class F>
[[nodiscard]] T wrapping(T a, T b, F f) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    using U = std::uint64_t;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}

/// Broadcasting binary function of one element type. Fn: T operator()(T, T) const, where f16 and
/// bf16 come as float.
template <class Fn>
void binary_reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  Tensor& y = call.make_output(0, a.type(), shape);
  const auto ia = broadcast_offsets(a.shape(), shape);
  const auto ib = broadcast_offsets(b.shape(), shape);
  visit_number(a.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto xa = a.data<T>();
    const auto xb = b.data<T>();
    const auto out = y.mutable_data<T>();
    const Fn fn(call);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = store_number<T>(fn(load_number(xa[static_cast<std::size_t>(ia[i])]),
                                  load_number(xb[static_cast<std::size_t>(ib[i])])));
    }
  });
}

/// As binary_reference with boolean results.
template <class Fn>
void compare_reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  const auto out = call.make_output(0, dtype_of(ElementKind::boolean), shape).mutable_data<bool>();
  const auto ia = broadcast_offsets(a.shape(), shape);
  const auto ib = broadcast_offsets(b.shape(), shape);
  const Fn fn;
  visit_number(a.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto xa = a.data<T>();
    const auto xb = b.data<T>();
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = fn(load_number(xa[static_cast<std::size_t>(ia[i])]),
                  load_number(xb[static_cast<std::size_t>(ib[i])]));
    }
  });
}

/// Folds a function over any number of broadcast inputs.
template <class Fn>
void variadic_reference(OpCall& call) {
  Shape shape = call.input(0).shape();
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    shape = broadcast_shapes(shape, call.input(i).shape());
  }
  const DType type = call.input(0).type();
  Tensor& y = call.make_output(0, type, shape);
  visit_number(type.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto out = y.mutable_data<T>();
    // (a vector of bool has no references to its elements)
    using Wide = std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, T, double>;
    std::vector<Wide> sum(out.size());
    const Fn fn(call);
    for (std::size_t k = 0; k < call.input_count(); ++k) {
      const auto offsets = broadcast_offsets(call.input(k).shape(), shape);
      const auto in = call.input(k).data<T>();
      for (std::size_t i = 0; i < sum.size(); ++i) {
        const auto x = static_cast<Wide>(load_number(in[static_cast<std::size_t>(offsets[i])]));
        sum[i] = k == 0 ? x : fn(sum[i], x);
      }
    }
    for (std::size_t i = 0; i < sum.size(); ++i) out[i] = store_number<T>(fn.finish(sum[i]));
  });
}

/// f(a, b); unknown where sizes do not fit 64 bits: values of tensors wrap instead.
template <class F>
Dim value_or_unknown(F f, const Dim& a, const Dim& b) {
  try {
    return f(a, b);
  } catch (const Error&) {
    return Dim::unknown();
  }
}

/// Values of small integer tensors through a binary function of dimensions, broadcast 1 to n; of
/// more than two inputs from left to right.
template <class F>
void propagate_all(ShapeContext& c, F f) {
  auto all = c.input_elements(0);
  for (std::size_t k = 1; k < c.input_count() && all; ++k) {
    const auto b = c.input_elements(k);
    if (!b || all->empty() || b->empty()) return;
    const std::size_t n = std::max(all->size(), b->size());
    if ((all->size() != n && all->size() != 1) || (b->size() != n && b->size() != 1)) return;
    std::vector<Dim> out;
    for (std::size_t i = 0; i < n; ++i) {
      out.push_back(
          value_or_unknown(f, (*all)[all->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
    }
    all = std::move(out);
  }
  if (all) c.set_output_elements(0, std::move(*all));
}
template <class F>
void propagate_binary(ShapeContext& c, F f) {
  if (c.input_count() == 2) propagate_all(c, f);
}

/// Which signs a - b may have, whatever sizes the symbols stand for.
struct Signs {
  bool negative = true;
  bool zero = true;
  bool positive = true;
};
Signs signs_of_difference(const Dim& a, const Dim& b);

/// The greater and the lesser, when that does not depend on the symbols.
Dim greater_dim(const Dim& a, const Dim& b);
Dim lesser_dim(const Dim& a, const Dim& b);

/// As broadcast_bool_infer; the values of small integer tensors are compared where the sign of
/// their difference tells. Fn: bool operator()(int sign of a - b).
template <class Fn>
void compare_infer(ShapeContext& c, Fn fn) {
  broadcast_bool_infer(c);
  propagate_binary(c, [&](const Dim& a, const Dim& b) {
    const Signs s = signs_of_difference(a, b);
    const bool may_hold = (s.negative && fn(-1)) || (s.zero && fn(0)) || (s.positive && fn(1));
    const bool may_not = (s.negative && !fn(-1)) || (s.zero && !fn(0)) || (s.positive && !fn(1));
    const std::int64_t known = may_hold ? 1 : 0;
    Dim result = Dim::unknown();
    if (!may_hold || !may_not) result = known;
    return result;
  });
}

/// As propagate_binary for one value per element of input 0.
template <class F>
void propagate_unary(ShapeContext& c, F f) {
  const auto x = c.input_elements(0);
  if (!x) return;
  std::vector<Dim> y;
  for (const Dim& d : *x) y.push_back(f(d));
  c.set_output_elements(0, std::move(y));
}

}  // namespace pare::ops
