#include "ops/_numbers.hpp"

#include "base/checked.hpp"
#include "tensor/visit.hpp"

namespace pare::ops {

Tensor from_doubles(const std::vector<double>& values, const Shape& shape, DType type) {
  return Tensor::of<double>(shape, values).cast(type);
}

std::vector<std::uint64_t> to_wrapping(const Tensor& t) {
  if (t.kind() == ElementKind::u64) {
    const auto all = t.data<std::uint64_t>();
    return {all.begin(), all.end()};
  }
  const std::vector<std::int64_t> all = t.to_ints();
  return {all.begin(), all.end()};
}

Tensor from_wrapping(const std::vector<std::uint64_t>& values, const Shape& shape, DType type) {
  Tensor out(type, shape);
  visit_number(type.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto to = out.mutable_data<T>();
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = store_number<T>(values[i]);
  });
  return out;
}

std::vector<std::complex<double>> to_complex(const Tensor& t) {
  if (!types::kComplex.has(t.kind())) {
    throw Error(Fault::unsupported, cat("want complex numbers, got ", t.type().name()));
  }
  // Each number is its real and its imaginary part, one behind the other.
  const ElementKind part = t.kind() == ElementKind::c64 ? ElementKind::f32 : ElementKind::f64;
  const Tensor parts(dtype_of(part), {t.size(), 2}, t.bytes(), nullptr);
  const std::vector<double> v = parts.to_doubles();
  std::vector<std::complex<double>> out(static_cast<std::size_t>(t.size()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = {v[2 * i], v[2 * i + 1]};
  return out;
}

std::int64_t outer_size(const Shape& shape, std::size_t axis) {
  std::int64_t n = 1;
  for (std::size_t i = 0; i < axis; ++i) n = checked_mul(n, shape.at(i));
  return n;
}

std::int64_t inner_size(const Shape& shape, std::size_t axis) {
  std::int64_t n = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) n = checked_mul(n, shape[i]);
  return n;
}

double value_count(const ValueType& type) {
  if (!type.shape) return 0;
  const auto shape = to_numbers(*type.shape);
  return shape ? static_cast<double>(element_count(*shape)) : 0;
}

double value_bytes(const ValueType& type) {
  return type.dtype.valid() ? value_count(type) * type.dtype.bits_per_value() / 8 : 0;
}

double traffic_bytes(const ShapeContext& c) {
  double bytes = 0;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    if (c.has_input(i)) bytes += value_bytes(c.input(i));
  }
  for (std::size_t i = 0; i < c.output_count(); ++i) bytes += value_bytes(c.output(i).type);
  return bytes;
}

Cost per_output(const ShapeContext& c, double flops) {
  return {.flops = flops * value_count(c.output(0).type), .bytes = traffic_bytes(c)};
}

Cost per_input(const ShapeContext& c, double flops) {
  return {.flops = flops * value_count(c.input(0)), .bytes = traffic_bytes(c)};
}

std::int64_t one_int(const OpCall& call, std::size_t i, std::string_view what) {
  const Tensor& t = call.input(i);
  if (t.size() != 1)
    call.fail(cat(what, " has shape ", to_string(t.shape()), ", wanted one value"));
  return t.to_ints()[0];
}

Dim one_dim(const ShapeContext& c, std::size_t i, std::string_view what) {
  const auto elements = c.input_elements(i);
  if (!elements) return Dim::unknown();
  if (elements->size() != 1) c.fail(cat(what, " has ", elements->size(), " values, wanted one"));
  return elements->front();
}

DType attr_dtype(const AttributeReader& a, std::string_view name, TypeSet allowed,
                 DType otherwise) {
  if (!a.has_attr(name)) return otherwise;
  const std::int64_t number = a.attr_int(name);
  if (number < 1 || number >= 64 || !allowed.has(static_cast<ElementKind>(number))) {
    a.fail(cat("'", name, "' is ", number, ", which is no element type for it"));
  }
  return dtype_of(static_cast<ElementKind>(number));
}

void want_rank(const AttributeReader& a, const Tensor& t, std::size_t rank, std::string_view what) {
  if (t.rank() != rank) {
    a.fail(cat(what, " has shape ", to_string(t.shape()), ", wanted rank ", rank));
  }
}

void want_shape(const AttributeReader& a, const Tensor& t, const Shape& shape,
                std::string_view what) {
  if (t.shape() != shape) {
    a.fail(cat(what, " has shape ", to_string(t.shape()), ", wanted ", to_string(shape)));
  }
}

void want_equal(const AttributeReader& a, const Dim& got, const Dim& want, std::string_view what) {
  if (got.is_number() && want.is_number() && got.number() != want.number()) {
    a.fail(cat(what, " is ", got.text(), ", wanted ", want.text()));
  }
}

}  // namespace pare::ops
