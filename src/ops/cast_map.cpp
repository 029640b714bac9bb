#include <algorithm>
#include <array>
#include <numeric>

#include "ops/_axes.hpp"
#include "ops/_cast.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

/// Bounds what a few bytes can make a model ask for.
constexpr std::int64_t kMostEntries = std::int64_t{1} << 24;

DType wanted_type(const AttributeReader& a) {
  constexpr std::array<std::string_view, 3> kWords = {"TO_FLOAT", "TO_STRING", "TO_INT64"};
  constexpr std::array<ElementKind, 3> kKinds = {ElementKind::f32, ElementKind::string,
                                                 ElementKind::i64};
  return dtype_of(kKinds.at(ops::attr_word(a, "cast_to", kWords)));
}

bool is_sparse(const AttributeReader& a) {
  constexpr std::array<std::string_view, 2> kWords = {"DENSE", "SPARSE"};
  return ops::attr_word(a, "map_form", kWords) == 1;
}

std::int64_t sparse_size(const AttributeReader& a) {
  const std::int64_t size = a.attr_int("max_map");
  if (size < 0 || size > kMostEntries) {
    a.fail(cat("max_map ", size, " is outside [0, ", kMostEntries, "]"));
  }
  return size;
}

void infer(ShapeContext& c) {
  c.set_output(0, wanted_type(c), SymShape{1, is_sparse(c) ? Dim(sparse_size(c)) : Dim::unknown()});
}

void reference(OpCall& call) {
  if (!call.value(0).is_map()) call.fail(cat("want a map, got ", call.value(0).kind_text()));
  const Tensor& keys = call.value(0).keys();
  if (keys.kind() != ElementKind::i64) call.fail("the keys of the map must be int64");
  const Tensor values = ops::cast_values(call.value(0).values(), wanted_type(call), true);
  const auto key = keys.data<std::int64_t>();
  std::vector<std::int64_t> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key_of = [&](std::int64_t i) { return key[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return key_of(a) < key_of(b); });
  if (!is_sparse(call)) {
    const auto count = static_cast<std::int64_t>(order.size());
    call.set_output(0, ops::gather_elements(values, {1, count}, order));
    return;
  }
  const std::int64_t size = sparse_size(call);
  ops::ElementCopier out(values.type(), {1, size});
  for (const std::int64_t i : order) {
    if (key_of(i) < 0 || key_of(i) >= size) {
      call.fail(cat("key ", key_of(i), " is outside [0, max_map ", size, ")"));
    }
    out.put(key_of(i), values, i);
  }
  call.set_output(0, out.take());
}

}  // namespace

/// The values of a map in the order of its keys (DENSE), or each at the place that its key names,
/// 0 or "" elsewhere (SPARSE); converted to float, text or int64 as Cast does. Shapes: map of n ->
/// [1, n], or [1, max_map]. Errors: Fault::corrupt for text that is no number and for keys outside
/// [0, max_map). Source: ONNX (ai.onnx.ml) CastMap, version 1; the leading 1 is that of ONNX
/// Runtime.
OpDefs op_cast_map() {
  return ops::ml_op("CastMap", 1)
      .input("X", {ElementKind::string, ElementKind::f32}, "T1")
      .of(kinds::kMap)
      .output("Y", {ElementKind::string, ElementKind::f32, ElementKind::i64}, "T2")
      .attribute("cast_to", std::string("TO_FLOAT"), "TO_FLOAT, TO_STRING or TO_INT64")
      .attribute("map_form", std::string("DENSE"), "DENSE or SPARSE")
      .attribute("max_map", std::int64_t{1}, "length of a sparse output")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
