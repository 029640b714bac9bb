#include "formats/onnx/element_types.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "ir/op.hpp"

namespace pare::onnx {
namespace {

using enum ElementKind;

constexpr TypeSet kFloat = {f16, f32, f64};
constexpr TypeSet kSigned = {i8, i16, i32, i64};
constexpr TypeSet kUnsigned = {u8, u16, u32, u64};
constexpr TypeSet kInt = kSigned | kUnsigned;
constexpr TypeSet kNumber = kFloat | kInt;
constexpr TypeSet kIndex = {i32, i64};
constexpr TypeSet kWide = {i32, i64, u32, u64};
constexpr TypeSet kByte = {i8, u8};
constexpr TypeSet kShort = {i16, u16};
constexpr TypeSet kComplex = {c64, c128};
constexpr TypeSet kBool = {boolean};
constexpr TypeSet kText = {string};
constexpr TypeSet kOld = kNumber | kBool | kText | kComplex;  ///< all types of the first version
constexpr TypeSet kBf16 = {bf16};
constexpr TypeSet kFloat8 = {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz};
constexpr TypeSet kInt4 = {i4, u4};
constexpr TypeSet kInt2 = {i2, u2};
constexpr TypeSet kFp4 = {f4e2m1};
constexpr TypeSet kE8m0 = {f8e8m0};
constexpr TypeSet kF16 = {f16};
constexpr TypeSet kF32 = {f32};
constexpr TypeSet kF64 = {f64};
constexpr TypeSet kU8 = {u8};
constexpr TypeSet kI16 = {i16};
constexpr TypeSet kI32 = {i32};
constexpr TypeSet kI64 = {i64};
constexpr TypeSet kAny = kOld | kBf16 | kFloat8 | kInt4 | kInt2 | kFp4 | kE8m0;

/// Types of consecutive parameters; those behind the last entry have its types.
struct TypeList {
  std::array<TypeSet, 9> sets{};
  std::size_t count = 0;

  constexpr TypeList(std::initializer_list<TypeSet> list) noexcept {
    for (const TypeSet& set : list) sets[count++] = set;
  }
  [[nodiscard]] constexpr bool has(std::size_t i, ElementKind kind) const noexcept {
    return count == 0 || sets[std::min(i, count - 1)].has(kind);
  }
};

constexpr TypeList kAsInput = {};  ///< outputs have the types of the first input

struct Row {
  std::string_view op;
  int since;
  TypeList inputs;
  TypeList outputs;
};

constexpr auto kRows = std::to_array<Row>({
#include "formats/onnx/element_types.inc"
});

bool before(const Row& row, std::string_view op) { return row.op < op; }

const Row* first_row(std::string_view op) {
  const auto* it = std::lower_bound(kRows.begin(), kRows.end(), op, before);
  return it != kRows.end() && it->op == op ? it : nullptr;
}

bool accepts(const Row& row, const Node& node, const KnownTypes& types) {
  const auto fits = [&](const Value* value, const TypeList& list, std::size_t i) {
    const DType type = types.dtype(value);
    return !type.valid() || list.has(i, type.kind());
  };
  for (std::size_t i = 0; i < node.inputs().size(); ++i) {
    if (!fits(node.input(i), row.inputs, i)) return false;
  }
  const bool as_input = row.outputs.count == 0;
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (!fits(node.output(i), as_input ? row.inputs : row.outputs, as_input ? 0 : i)) return false;
  }
  return true;
}

}  // namespace

std::int64_t introduced(std::string_view op) {
  const Row* row = first_row(op);
  return row != nullptr ? row->since : 0;
}

std::int64_t least_for_types(const Node& node, const KnownTypes& types) {
  const Row* row = first_row(node.op());
  for (; row != nullptr && row != kRows.end() && row->op == node.op(); ++row) {
    if (accepts(*row, node, types)) return row->since;
  }
  return 1;
}

}  // namespace pare::onnx
