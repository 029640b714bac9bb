#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numeric>
#include <type_traits>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (!c.has_attr("axis")) {
    y = SymShape{Dim::unknown()};
  } else if (x != nullptr) {
    y = *x;
    (*y)[static_cast<std::size_t>(c.attr_axis("axis", x->size()))] = Dim::unknown();
  }
  c.set_output(0, c.input_dtype(0), y);
  for (std::size_t i = 1; i < c.output_count(); ++i) {
    c.set_output(i, dtype_of(ElementKind::i64), SymShape{Dim::unknown()});
  }
}

/// -1, 0, 1 as element a of x is less than, equal to or greater than b; NaN is greater than all
/// and equal to itself.
template <class T>
int compare(std::span<const T> x, std::size_t a, std::size_t b) {
  if constexpr (std::is_same_v<T, std::string>) {
    return x[a].compare(x[b]);
  } else if constexpr (std::is_same_v<T, std::complex<double>>) {  // the real part first
    const std::array<double, 4> parts = {x[a].real(), x[b].real(), x[a].imag(), x[b].imag()};
    const int r = compare(std::span<const double>(parts), 0, 1);
    return r != 0 ? r : compare(std::span<const double>(parts), 2, 3);
  } else {
    const auto va = load_number(x[a]);
    const auto vb = load_number(x[b]);
    if constexpr (std::is_floating_point_v<std::decay_t<decltype(va)>>) {
      const int na = std::isnan(va) ? 1 : 0;
      const int nb = std::isnan(vb) ? 1 : 0;
      if (na + nb > 0) return na - nb;
    }
    return static_cast<int>(va > vb) - static_cast<int>(va < vb);
  }
}

/// The slices along one dimension in groups of equals.
struct Groups {
  std::vector<std::int64_t> first;    ///< of every group, in the order of the result
  std::vector<std::int64_t> inverse;  ///< group of every slice
  std::vector<std::int64_t> counts;
};

template <class T>
Groups group(std::span<const T> x, const ops::AxisView& view, bool sorted) {
  const auto order_of = [&](std::int64_t a, std::int64_t b) {
    for (std::int64_t o = 0; o < view.outer; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        const int r = compare(x, view.at(o, a, i), view.at(o, b, i));
        if (r != 0) return r;
      }
    }
    return 0;
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(view.size));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return order_of(a, b) < 0; });
  std::vector<std::vector<std::int64_t>> members;
  for (const std::int64_t slice : order) {
    if (members.empty() || order_of(members.back().front(), slice) != 0) members.emplace_back();
    members.back().push_back(slice);
  }
  if (!sorted) std::sort(members.begin(), members.end());  // by the first of each
  Groups out;
  out.inverse.resize(order.size());
  for (const auto& m : members) {
    for (const std::int64_t slice : m) {
      out.inverse[slice] = static_cast<std::int64_t>(out.first.size());
    }
    out.first.push_back(m.front());
    out.counts.push_back(static_cast<std::int64_t>(m.size()));
  }
  return out;
}

Groups groups_of(const Tensor& x, const ops::AxisView& view, bool sorted) {
  if (x.kind() == ElementKind::string) return group(x.data<std::string>(), view, sorted);
  if (types::kComplex.has(x.kind())) {
    const auto values = ops::to_complex(x);
    return group(std::span<const std::complex<double>>(values), view, sorted);
  }
  return visit_number(x.kind(), [&](auto tag) {
    return group(x.data<typename decltype(tag)::type>(), view, sorted);
  });
}

void reference(OpCall& call) {
  const bool flat = !call.has_attr("axis");
  const Tensor x = flat ? call.input(0).reshaped({call.input(0).size()}) : call.input(0);
  const auto axis = static_cast<std::size_t>(flat ? 0 : call.attr_axis("axis", x.rank()));
  const ops::AxisView view(x.shape(), axis);
  const Groups groups = groups_of(x, view, call.attr_int("sorted") != 0);
  Shape shape = x.shape();
  shape[axis] = static_cast<std::int64_t>(groups.first.size());
  const ops::AxisView to(shape, axis);
  ops::ElementCopier y(x.type(), shape);
  for (std::int64_t k = 0; k < to.size; ++k) {
    for (std::int64_t o = 0; o < to.outer; ++o) {
      for (std::int64_t i = 0; i < to.inner; ++i) {
        y.put(static_cast<std::int64_t>(to.at(o, k, i)), x,
              static_cast<std::int64_t>(view.at(o, groups.first[k], i)));
      }
    }
  }
  call.set_output(0, y.take());
  const auto set = [&](std::size_t i, const std::vector<std::int64_t>& v) {
    if (i >= call.output_count() || !call.wants_output(i)) return;
    call.set_output(i, Tensor::of<std::int64_t>({static_cast<std::int64_t>(v.size())}, v));
  };
  set(1, groups.first);
  set(2, groups.inverse);
  set(3, groups.counts);
}

}  // namespace

/// Different elements, or slices along `axis`, in order or as they first occur; with where each
/// first occurs, which one every input is, and how often it occurs. Shapes: x any -> [K] or
/// [.., K, ..], the others [K], [N], [K]. Source: ONNX Unique, version 11.
OpDefs op_unique() {
  constexpr TypeSet kAllowed = types::kNumeric | types::kBool | types::kString | types::kComplex;
  return OpDef("Unique", 11)
      .input("X", kAllowed)
      .output("Y", kAllowed)
      .optional_output("indices", {ElementKind::i64}, "tensor(int64)")
      .optional_output("inverse_indices", {ElementKind::i64}, "tensor(int64)")
      .optional_output("counts", {ElementKind::i64}, "tensor(int64)")
      .optional_attribute("axis", AttributeKind::integer, "dimension of the slices; elements")
      .attribute("sorted", std::int64_t{1}, "0: as they first occur")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
