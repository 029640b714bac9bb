#include "runtime/packed_weights.hpp"

#include <algorithm>
#include <numeric>

#include "numerics/dtypes/fp4_bnb.hpp"
#include "numerics/dtypes/nf4.hpp"
#include "runtime/select.hpp"

namespace pare {
namespace {

constexpr std::int64_t kLeastBlock = 8;

bool is_table(const Node& node) { return node.is("pare", "DequantizeTable"); }
bool is_dequantize(const Node& node) { return node.is("DequantizeLinear") || is_table(node); }

/// Sizes whose products cannot overflow.
constexpr std::int64_t kMostSize = std::int64_t{1} << 28;

bool is_sane(const UnpackedWeights& w) {
  return w.k > 0 && w.n > 0 && w.k <= kMostSize && w.n <= kMostSize && w.block >= 0 &&
         w.block <= kMostSize;
}

/// Inputs 0, 1 and 2 are there and the last two constant.
bool has_weights(const Unit& unit, PlanFacts& facts) {
  return unit.input(0) != nullptr && facts.constant(unit.input(1)) != nullptr &&
         facts.constant(unit.input(2)) != nullptr;
}

// --- codes in memory

/// One code of `bits`, first in the low bits.
std::uint8_t low_first(std::span<const std::byte> bytes, std::int64_t index, unsigned bits) {
  if (bits == 8) return std::to_integer<std::uint8_t>(bytes[static_cast<std::size_t>(index)]);
  const auto bit = static_cast<std::uint64_t>(index) * bits;
  const auto byte = std::to_integer<unsigned>(bytes[static_cast<std::size_t>(bit / 8)]);
  return static_cast<std::uint8_t>(byte >> (bit % 8) & ((1U << bits) - 1));
}

/// Bits of a code; 0 for types that are no codes.
unsigned code_bits(DType type) {
  using enum ElementKind;
  switch (type.kind()) {
    case i8:
    case u8:
    case f8e4m3fn:
    case f8e4m3fnuz:
    case f8e5m2:
    case f8e5m2fnuz: return 8;
    case i4:
    case u4:
    case f4e2m1: return 4;
    case i2:
    case u2: return 2;
    default: return 0;
  }
}

/// What every code of a type means.
std::vector<float> levels_of(DType type) {
  const unsigned bits = code_bits(type);
  if (bits == 0) throw Error(Fault::internal, "no type of codes");
  const unsigned each = 8 / bits;
  Tensor all(type, {std::int64_t{1} << bits});
  const auto bytes = all.mutable_bytes();
  for (unsigned c = 0; c < 1U << bits; ++c) {
    bytes[c / each] |= static_cast<std::byte>(c << (c % each * bits));
  }
  return all.to_floats();
}

std::vector<float> numbers(std::int64_t count) {
  std::vector<float> v(static_cast<std::size_t>(count));
  std::iota(v.begin(), v.end(), 0.0F);
  return v;
}

// --- DequantizeLinear and DequantizeTable in front of a product

/// Which dimension of the codes is K, and which N.
struct Dims {
  std::size_t k = 0, n = 1;
};

std::optional<Dims> dims_of(const Unit& unit, PlanFacts& facts, const Shape& codes) {
  if (unit.is("Conv")) {
    const bool one = std::all_of(codes.begin() + 2, codes.end(), [](auto s) { return s == 1; });
    if (codes.size() < 3 || !one || unit.turned_weights) return std::nullopt;
    return Dims{1, 0};
  }
  if (codes.size() != 2) return std::nullopt;
  bool turned = unit.turned_weights;
  if (unit.is("Gemm")) turned ^= facts.attributes(*unit.node).attr_int("transB") != 0;
  return turned ? Dims{1, 0} : Dims{0, 1};
}

/// Where the scale of (block, column) lies.
struct ScaleSteps {
  std::int64_t block = 0;  // values along K; 0 = K
  std::int64_t by_block = 0, by_column = 0;
};

std::optional<ScaleSteps> scale_steps(const Unit& unit, PlanFacts& facts, const Shape& codes,
                                      Dims d, const Shape& scale) {
  const AttributeReader a = facts.attributes(*unit.dequantizes);
  const std::int64_t block = a.attr_int("block_size");
  const std::int64_t count = element_count(scale);
  if (count == 1 && block == 0) return ScaleSteps{};
  std::int64_t axis = a.attr_int("axis");
  if (axis < 0) axis += static_cast<std::int64_t>(codes.size());
  if (block == 0) {
    const bool columns = scale.size() == 1 && axis == static_cast<std::int64_t>(d.n);
    if (!columns || count != codes[d.n]) return std::nullopt;
    return ScaleSteps{0, 0, 1};
  }
  if (axis != static_cast<std::int64_t>(d.k) || scale.size() != codes.size()) return std::nullopt;
  const std::int64_t blocks = (codes[d.k] + block - 1) / block;
  if (scale[d.k] != blocks || scale[d.n] != codes[d.n] || block < kLeastBlock) return std::nullopt;
  return d.k < d.n ? ScaleSteps{block, codes[d.n], 1} : ScaleSteps{block, 1, blocks};
}

Verdict judge_dequantized(const Unit& unit, PlanFacts& facts, UnpackedWeights& sizes) {
  const Node& node = *unit.dequantizes;
  const bool table = is_table(node);
  const Shape codes = shape_of(*node.input(0));
  const unsigned bits = code_bits(node.input(0)->dtype());
  if (bits == 0) return refuse("codes of another type");
  const auto d = dims_of(unit, facts, codes);
  if (!d) return refuse("the weights are no matrix");
  const Value& scale = *node.input(table ? 2 : 1);
  const auto steps = scale_steps(unit, facts, codes, *d, shape_of(scale));
  if (!steps) return refuse("scales that are not per column or block of rows");
  if (!table && node.input(2) != nullptr && elements_of(*node.input(2)) != elements_of(scale)) {
    return refuse("odd zero points");
  }
  sizes.k = codes[d->k];
  sizes.n = codes[d->n];
  sizes.block = steps->block;
  sizes.levels =
      table ? facts.constant(node.input(1))->to_floats() : levels_of(node.input(0)->dtype());
  if (sizes.levels.size() > 256) return refuse("more levels than codes");
  return is_sane(sizes) ? accept() : refuse("odd sizes");
}

UnpackedWeights read_dequantized(const Unit& unit, PlanFacts& facts) {
  UnpackedWeights w;
  require(judge_dequantized(unit, facts, w).kind == Verdict::Kind::accept, "odd weights");
  const Node& node = *unit.dequantizes;
  const bool table = is_table(node);
  const Tensor& codes = *facts.constant(node.input(0));
  const auto d = dims_of(unit, facts, codes.shape());
  const Tensor& scale = *facts.constant(node.input(table ? 2 : 1));
  const auto steps = scale_steps(unit, facts, codes.shape(), *d, scale.shape());
  const unsigned bits = code_bits(codes.type());
  const std::int64_t by_k = d->k < d->n ? w.n : 1;
  const std::int64_t by_n = d->k < d->n ? 1 : w.k;
  w.codes.resize(static_cast<std::size_t>(w.k * w.n));
  for (std::int64_t k = 0, at = 0; k < w.k; ++k) {
    for (std::int64_t n = 0; n < w.n; ++n, ++at) {
      w.codes[static_cast<std::size_t>(at)] = low_first(codes.bytes(), k * by_k + n * by_n, bits);
    }
  }
  const bool known = std::all_of(w.codes.begin(), w.codes.end(),
                                 [&](std::uint8_t c) { return c < w.levels.size(); });
  if (!known) throw Error(Fault::unsupported, "a code has no entry in the table");
  const std::int64_t blocks = w.block == 0 ? 1 : (w.k + w.block - 1) / w.block;
  const auto spread = [&](const std::vector<float>& from, std::vector<float>& to) {
    for (std::int64_t b = 0; b < blocks; ++b) {
      for (std::int64_t n = 0; n < w.n; ++n) {
        to.push_back(from.at(static_cast<std::size_t>(b * steps->by_block + n * steps->by_column)));
      }
    }
  };
  spread(scale.to_floats(), w.scales);
  if (!table && node.input(2) != nullptr) {
    spread(facts.constant(node.input(2))->to_floats(), w.zeros);
  }
  return w;
}

// --- MatMulNBits

Verdict judge_n_bits(const Unit& unit, PlanFacts& facts, UnpackedWeights& sizes) {
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("weight_prepacked") != 0) return refuse("packed for another kernel");
  if (!has_weights(unit, facts)) return refuse("the weights are not constant");
  if (unit.input(4) != nullptr) return refuse("rows are grouped by an index");
  for (const std::size_t i : {std::size_t{3}, std::size_t{5}}) {
    if (unit.input(i) != nullptr && facts.constant(unit.input(i)) == nullptr) {
      return refuse("zero points or bias are not constant");
    }
  }
  sizes.k = a.attr_int("K");
  sizes.n = a.attr_int("N");
  sizes.block = a.attr_int("block_size");
  const std::int64_t bits = a.attr_int("bits");
  const bool bits_known = bits == 2 || bits == 4 || bits == 8;
  if (!is_sane(sizes) || !bits_known || sizes.block < kLeastBlock) return refuse("odd sizes");
  if (unit.input(5) != nullptr && elements_of(*unit.input(5)) != sizes.n) return refuse("odd bias");
  sizes.levels = numbers(std::int64_t{1} << bits);
  const std::int64_t blocks = (sizes.k + sizes.block - 1) / sizes.block;
  if (elements_of(*unit.input(1)) != sizes.n * blocks * sizes.block * bits / 8 ||
      elements_of(*unit.input(2)) != sizes.n * blocks) {
    return refuse("odd weights");
  }
  if (unit.input(3) == nullptr) return accept();
  const bool packed = unit.input(3)->dtype().kind() == ElementKind::u8;
  const std::int64_t row = packed ? (blocks * bits + 7) / 8 : blocks;
  return elements_of(*unit.input(3)) == sizes.n * row ? accept() : refuse("odd zero points");
}

UnpackedWeights read_n_bits(const Unit& unit, PlanFacts& facts) {
  UnpackedWeights w;
  require(judge_n_bits(unit, facts, w).kind == Verdict::Kind::accept, "odd weights");
  const auto bits = static_cast<unsigned>(facts.attributes(*unit.node).attr_int("bits"));
  const std::int64_t blocks = (w.k + w.block - 1) / w.block;
  const auto bytes = facts.constant(unit.input(1))->bytes();
  const std::vector<float> scales = facts.constant(unit.input(2))->to_floats();
  for (std::int64_t k = 0; k < w.k; ++k) {
    for (std::int64_t n = 0; n < w.n; ++n) {
      w.codes.push_back(low_first(bytes, n * blocks * w.block + k, bits));
    }
  }
  const Tensor* zeros = facts.constant(unit.input(3));
  const bool packed = zeros != nullptr && zeros->kind() == ElementKind::u8;
  const std::vector<float> real =
      zeros != nullptr && !packed ? zeros->to_floats() : std::vector<float>();
  const std::int64_t row = (blocks * bits + 7) / 8 * (8 / bits);  // codes in a row of zero points
  const auto middle = static_cast<float>(1U << (bits - 1));
  for (std::int64_t b = 0; b < blocks; ++b) {
    for (std::int64_t n = 0; n < w.n; ++n) {
      const auto at = static_cast<std::size_t>(n * blocks + b);
      w.scales.push_back(scales.at(at));
      float zero = middle;
      if (packed) zero = low_first(zeros->bytes(), n * row + b, bits);
      if (!real.empty()) zero = real.at(at);
      w.zeros.push_back(zero);
    }
  }
  return w;
}

// --- MatMulBnb4

std::vector<float> bnb4_levels(std::int64_t type) {
  const auto& levels = type == 0 ? Fp4BnbBook::kValues : Nf4Book::kValues;
  return {levels.begin(), levels.end()};
}

Verdict judge_bnb4(const Unit& unit, PlanFacts& facts, UnpackedWeights& sizes) {
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("transB") == 0) return refuse("each row of the weights has its own scales");
  if (!has_weights(unit, facts)) return refuse("the weights are not constant");
  const std::int64_t type = a.attr_int("quant_type");
  if (type != 0 && type != 1) return refuse("levels of another kind");
  sizes.k = a.attr_int("K");
  sizes.n = a.attr_int("N");
  sizes.levels = bnb4_levels(type);
  // Blocks run on from column to column: pieces of this size lie in one block and one column.
  const std::int64_t whole = a.attr_int("block_size");
  sizes.block = std::gcd(sizes.k, whole);
  if (!is_sane(sizes) || whole < 1 || whole > kMostSize) return refuse("odd sizes");
  if (sizes.block < kLeastBlock) return refuse("blocks that end inside of columns");
  const std::int64_t count = sizes.k * sizes.n;
  const bool fits = elements_of(*unit.input(1)) == (count + 1) / 2 &&
                    elements_of(*unit.input(2)) == (count + whole - 1) / whole;
  return fits ? accept() : refuse("odd weights");
}

UnpackedWeights read_bnb4(const Unit& unit, PlanFacts& facts) {
  UnpackedWeights w;
  require(judge_bnb4(unit, facts, w).kind == Verdict::Kind::accept, "odd weights");
  const std::int64_t whole = facts.attributes(*unit.node).attr_int("block_size");
  const auto bytes = facts.constant(unit.input(1))->bytes();
  const std::vector<float> scales = facts.constant(unit.input(2))->to_floats();
  for (std::int64_t k = 0; k < w.k; ++k) {
    for (std::int64_t n = 0; n < w.n; ++n) {
      w.codes.push_back(low_first(bytes, (n * w.k + k) ^ 1, 4));  // the high half comes first
    }
  }
  for (std::int64_t k = 0; k < w.k; k += w.block) {
    for (std::int64_t n = 0; n < w.n; ++n) {
      w.scales.push_back(scales.at(static_cast<std::size_t>((n * w.k + k) / whole)));
    }
  }
  return w;
}

bool all_constant(const Node& node, PlanFacts& facts) {
  return std::all_of(node.inputs().begin(), node.inputs().end(),
                     [&](const Value* v) { return v == nullptr || facts.constant(v) != nullptr; });
}

/// Swaps the two dimensions of a matrix.
bool is_turn(const Node& node) {
  if (!node.is("Transpose")) return false;
  const auto shape = node.input(0)->known_shape();
  const auto* order = node.attribute_as<std::vector<std::int64_t>>("perm");
  return shape && shape->size() == 2 &&
         (order == nullptr || *order == std::vector<std::int64_t>{1, 0});
}

}  // namespace

std::optional<Unit> packed_unit(const Unit& unit, PlanFacts& facts) {
  if (unit.quantized || unit.dequantizes != nullptr) return std::nullopt;
  if (!unit.is("MatMul") && !unit.is("Gemm") && !unit.is("Conv")) return std::nullopt;
  Unit packed = unit;
  const Value* w = unit.node->input(1);
  if (w == nullptr || w->dtype().kind() != ElementKind::f32) return std::nullopt;
  std::vector<const Node*> covers;
  while (w != nullptr && w->producer() != nullptr && is_private(*w, facts)) {
    const Node& node = *w->producer();
    if (&node.graph() != &unit.node->graph()) return std::nullopt;
    covers.push_back(&node);
    if (is_dequantize(node)) {
      const std::size_t scale = is_table(node) ? 2 : 1;
      if (node.input(0) == nullptr || !node.input(0)->is_constant()) return std::nullopt;
      if (node.input(1) == nullptr || node.input(scale) == nullptr) return std::nullopt;
      if (!all_constant(node, facts)) return std::nullopt;
      packed.dequantizes = &node;
      packed.inputs[1] = node.input(0);
      packed.covers.insert(packed.covers.begin(), covers.rbegin(), covers.rend());
      return packed;
    }
    if (is_turn(node)) {
      packed.turned_weights = !packed.turned_weights;
    } else if (!node.is("Cast") || w->dtype().kind() != ElementKind::f32) {
      return std::nullopt;
    }
    w = node.input(0);
  }
  return std::nullopt;
}

Verdict judge_weights(const Unit& unit, PlanFacts& facts, UnpackedWeights& sizes) {
  if (unit.node->is("com.microsoft", "MatMulNBits")) return judge_n_bits(unit, facts, sizes);
  if (unit.node->is("com.microsoft", "MatMulBnb4")) return judge_bnb4(unit, facts, sizes);
  return unit.dequantizes == nullptr ? not_mine() : judge_dequantized(unit, facts, sizes);
}

UnpackedWeights read_weights(const Unit& unit, PlanFacts& facts) {
  if (unit.node->is("com.microsoft", "MatMulNBits")) return read_n_bits(unit, facts);
  if (unit.node->is("com.microsoft", "MatMulBnb4")) return read_bnb4(unit, facts);
  return read_dequantized(unit, facts);
}

}  // namespace pare
