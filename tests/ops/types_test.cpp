// Operators that move elements take every element type: where each element of the result comes
// from is written down by hand, and what an element holds is read from the bytes.

#include <map>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr std::int64_t kZero = -1;  ///< the element is 0, false or ""

std::vector<ElementKind> kinds_of(TypeSet set) {
  std::vector<ElementKind> out;
  for (const DType type : all_dtypes()) {
    if (set.has(type.kind())) out.push_back(type.kind());
  }
  return out;
}

/// Element `i` as text: its bytes, or its bits for types that share bytes.
std::string element(const Tensor& t, std::int64_t i) {
  const auto at = static_cast<std::size_t>(i);
  if (t.kind() == string) return t.data<std::string>()[at];
  const std::size_t per = t.type().info().values;
  const std::size_t size = t.type().info().bytes;
  if (per > 1) {
    const std::size_t bits = 8 / per;
    const auto byte = std::to_integer<unsigned>(t.bytes()[at / per]);
    return std::to_string((byte >> (at % per * bits)) % (1U << bits));
  }
  std::string out;
  for (std::size_t b = 0; b < size; ++b) {
    out += std::to_string(std::to_integer<unsigned>(t.bytes()[at * size + b])) + ".";
  }
  return out;
}

/// Elements that differ as far as the type allows; none is zero.
Tensor filled(ElementKind kind, const Shape& shape, int first = 1) {
  Tensor t(kind, shape);
  const auto n = static_cast<std::size_t>(t.size());
  if (kind == string) {
    const auto out = t.mutable_data<std::string>();
    for (std::size_t i = 0; i < n; ++i)
      out[i] = "word " + std::to_string(first + static_cast<int>(i));
    return t;
  }
  const std::size_t per = t.type().info().values;
  const std::size_t size = t.type().info().bytes;
  const auto bytes = t.mutable_bytes();
  for (std::size_t i = 0; i < n; ++i) {
    const auto number = static_cast<unsigned>(first) + static_cast<unsigned>(i);
    if (per > 1) {
      const auto bits = static_cast<unsigned>(8 / per);
      const unsigned code = 1 + number % ((1U << bits) - 1);
      bytes[i / per] |= static_cast<std::byte>(code << (static_cast<unsigned>(i % per) * bits));
    } else {
      for (std::size_t b = 0; b < size; ++b) {
        bytes[i * size + b] =
            static_cast<std::byte>(kind == boolean ? 1 : number * (b == 0 ? 1 : 7) % 64);
      }
    }
  }
  return t;
}

Tensor i64s(const Shape& shape, const std::vector<std::int64_t>& v) {
  return Tensor::of<std::int64_t>(shape, v);
}
Tensor list(const std::vector<std::int64_t>& v) {
  return i64s({static_cast<std::int64_t>(v.size())}, v);
}
Tensor bools(const Shape& shape, const std::vector<int>& v) {
  Tensor t(boolean, shape);
  const auto out = t.mutable_data<bool>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = v[i] != 0;
  return t;
}

/// `data` is where the tensor of the tested type goes among the inputs; `second`, when not empty,
/// is the shape of a second one behind it in `pool`, whose elements count on from the first.
struct Move {
  std::string op;
  Shape shape;
  std::vector<Tensor> others;  ///< the inputs; an invalid one with a number in `places` is data
  Attributes attributes;
  Shape result;
  std::vector<std::int64_t> from;  ///< for each element of output 0: element of the pool, or kZero
  std::vector<std::size_t> places = {0};
  std::vector<Shape> more = {};  ///< shapes of the data inputs behind the first
  std::size_t outputs = 1;
};

const Tensor kData;  // an invalid tensor stands for data

void check(const Move& m, ElementKind kind) {
  SCOPED_TRACE(m.op + " of " + std::string(dtype_of(kind).name()));
  std::vector<Tensor> inputs = m.others;
  std::vector<std::string> pool;
  std::vector<Shape> shapes = {m.shape};
  shapes.insert(shapes.end(), m.more.begin(), m.more.end());
  int first = 1;
  for (std::size_t k = 0; k < m.places.size(); ++k) {
    inputs.at(m.places[k]) = filled(kind, shapes.at(k), first);
    const Tensor& t = inputs[m.places[k]];
    for (std::int64_t i = 0; i < t.size(); ++i) pool.push_back(element(t, i));
    first += static_cast<int>(t.size());
  }
  const Tensor y = run_op(m.op, inputs, m.attributes, m.outputs)[0];
  ASSERT_EQ(y.kind(), kind);
  ASSERT_EQ(y.shape(), m.result);
  ASSERT_EQ(static_cast<std::int64_t>(m.from.size()), y.size());
  const std::string zero = element(Tensor(kind, {1}), 0);
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const std::int64_t from = m.from[static_cast<std::size_t>(i)];
    EXPECT_EQ(element(y, i), from == kZero ? zero : pool.at(static_cast<std::size_t>(from)))
        << "element " << i;
  }
}

/// All with data of shape [2, 3]: 0 1 2 / 3 4 5.
std::vector<Move> plain_moves() {
  const Shape s = {2, 3};
  const std::vector<std::int64_t> all = {0, 1, 2, 3, 4, 5};
  return {
      {"Identity", s, {kData}, {}, s, all},
      {"Transpose", s, {kData}, {}, {3, 2}, {0, 3, 1, 4, 2, 5}},
      {"Reshape", s, {kData, list({3, -1})}, {}, {3, 2}, all},
      {"Flatten", s, {kData}, {{"axis", Int{0}}}, {1, 6}, all},
      {"Unsqueeze", s, {kData, list({0, -1})}, {}, {1, 2, 3, 1}, all},
      {"Squeeze", {1, 2, 1, 3}, {kData, list({0, 2})}, {}, s, all},
      {"Slice",
       s,
       {kData, list({-1, 0}), list({-10, 3}), list({0, 1}), list({-1, 2})},
       {},
       {2, 2},
       {3, 5, 0, 2}},
      {"Gather", s, {kData, list({2, -3})}, {{"axis", Int{1}}}, {2, 2}, {2, 0, 5, 3}},
      {"GatherElements", s, {kData, i64s({1, 3}, {1, 0, -1})}, {}, {1, 3}, {3, 1, 5}},
      {"GatherND", s, {kData, i64s({2, 2}, {1, 2, 0, -2})}, {}, {2}, {5, 1}},
      {"Expand",
       {2, 1},
       {kData, list({2, 2, 3})},
       {},
       {2, 2, 3},
       {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1}},
      {"Tile", s, {kData, list({2, 1})}, {}, {4, 3}, {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}},
      {"Split",
       s,
       {kData},
       {{"axis", Int{1}}, {"num_outputs", Int{2}}},
       {2, 2},
       {0, 1, 3, 4},
       {0},
       {},
       2},
      {"Compress", s, {kData, bools({3}, {1, 0, 1})}, {{"axis", Int{1}}}, {2, 2}, {0, 2, 3, 5}},
      {"Trilu", s, {kData}, {}, s, {0, 1, 2, kZero, 4, 5}},
      {"ReverseSequence",
       s,
       {kData, list({3, 2})},
       {{"batch_axis", Int{0}}, {"time_axis", Int{1}}},
       s,
       {2, 1, 0, 4, 3, 5}},
      {"DepthToSpace",
       {1, 4, 1, 2},
       {kData},
       {{"blocksize", Int{2}}},
       {1, 1, 2, 4},
       {0, 2, 1, 3, 4, 6, 5, 7}},
      {"SpaceToDepth",
       {1, 1, 2, 4},
       {kData},
       {{"blocksize", Int{2}}},
       {1, 4, 1, 2},
       {0, 2, 1, 3, 4, 6, 5, 7}},
      {"Resize",
       s,
       {kData, Tensor(), Tensor(), list({2, 6})},
       {{"nearest_mode", std::string("floor")}},
       {2, 6},
       {0, 0, 0, 1, 1, 2, 3, 3, 3, 4, 4, 5}},
  };
}

std::vector<Move> moves_with_two() {
  const Shape s = {2, 3};
  const Tensor condition = bools({2, 1}, {1, 0});
  const auto pad = [](const char* mode) { return Attributes{{"mode", std::string(mode)}}; };
  return {
      {"Concat",
       s,
       {kData, kData},
       {{"axis", Int{1}}},
       {2, 4},
       {0, 1, 2, 6, 3, 4, 5, 7},
       {0, 1},
       {{2, 1}}},
      {"Where", s, {condition, kData, kData}, {}, s, {0, 1, 2, 6, 6, 6}, {1, 2}, {{1}}},
      {"Pad",
       s,
       {kData, list({0, 1, 1, -1}), kData},
       {},
       {3, 3},
       {6, 0, 1, 6, 3, 4, 6, 6, 6},
       {0, 2},
       {{}}},
      {"Pad", s, {kData, list({0, 1, 0, 0})}, {}, {2, 4}, {kZero, 0, 1, 2, kZero, 3, 4, 5}},
      {"Pad",
       s,
       {kData, list({1, 0, 0, 1})},
       pad("edge"),
       {3, 4},
       {0, 1, 2, 2, 0, 1, 2, 2, 3, 4, 5, 5}},
      {"Pad",
       s,
       {kData, list({0, 2, 0, 0})},
       pad("reflect"),
       {2, 5},
       {2, 1, 0, 1, 2, 5, 4, 3, 4, 5}},
      {"Pad", s, {kData, list({0, 2, 0, 0})}, pad("wrap"), {2, 5}, {1, 2, 0, 1, 2, 4, 5, 3, 4, 5}},
      {"ScatterElements",
       s,
       {kData, i64s({1, 3}, {1, 0, -1}), kData},
       {},
       s,
       {0, 7, 2, 6, 4, 8},
       {0, 2},
       {{1, 3}}},
      {"ScatterND",
       s,
       {kData, i64s({1, 1}, {1}), kData},
       {},
       s,
       {0, 1, 2, 6, 7, 8},
       {0, 2},
       {{1, 3}}},
      {"OneHot", {2}, {list({2, 0}), list({3}), kData}, {}, {2, 3}, {0, 0, 1, 1, 0, 0}, {2}},
  };
}

/// The types that the operator's parameter takes.
TypeSet declared(const Move& m) {
  const OpDef* def = op_registry().find("", m.op);
  if (def == nullptr) return {};
  return def->inputs.at(std::min(m.places[0], def->inputs.size() - 1)).allowed;
}

TEST(Types, EveryMoveOfElementsKeepsTheirBits) {
  for (const auto& moves : {plain_moves(), moves_with_two()}) {
    for (const Move& m : moves) {
      const auto kinds = kinds_of(declared(m));
      EXPECT_EQ(kinds.size(), 26U) << m.op << " does not take every type";
      for (const ElementKind kind : kinds) check(m, kind);
    }
  }
}

TEST(Types, NearestSamplesKeepTheirBits) {
  // Points of a row of three: outside, left, middle, right (the grid names x first).
  const Tensor grid = Tensor::of<float>({1, 1, 4, 2}, {-3, 0, -1, 0, 0, 0, 1, 0});
  const Move m = {"GridSample",  {1, 1, 1, 3},
                  {kData, grid}, {{"mode", std::string("nearest")}, {"align_corners", Int{1}}},
                  {1, 1, 1, 4},  {kZero, 0, 1, 2}};
  const auto kinds = kinds_of(declared(m));
  EXPECT_EQ(kinds.size(), 16U);
  for (const ElementKind kind : kinds) check(m, kind);
}

TEST(Types, ShapesOfEveryType) {
  for (const ElementKind kind : kinds_of(types::kAll)) {
    SCOPED_TRACE(dtype_of(kind).name());
    const Tensor x = filled(kind, {2, 3});
    EXPECT_EQ(run_op("Shape", {x})[0].to_ints(), (Shape{2, 3}));
    EXPECT_EQ(run_op("Size", {x})[0].to_ints(), (Shape{6}));
    const Tensor one = filled(kind, {1});
    const Tensor y = run_op("ConstantOfShape", {list({3})}, {{"value", one}})[0];
    ASSERT_EQ(y.kind(), kind);
    for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(element(y, i), element(one, 0));
    EXPECT_TRUE(identical(run_op("Constant", {}, {{"value", x}})[0], x));
  }
}

}  // namespace
}  // namespace pare
