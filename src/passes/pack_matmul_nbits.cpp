#include <algorithm>

#include "passes/_coded_product.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

/// Bits of the codes that MatMulNBits takes; 0 for others.
std::int64_t bits_of(DType type) {
  switch (type.kind()) {
    case ElementKind::u2:
    case ElementKind::i2: return 2;
    case ElementKind::u4:
    case ElementKind::i4: return 4;
    case ElementKind::u8:
    case ElementKind::i8: return 8;
    default: return 0;
  }
}

std::optional<passes::CodedProduct> found_at(const Node& n, std::string& why) {
  auto p = passes::coded_product(n, why);
  if (!p) return std::nullopt;
  if (!p->decoder->is("DequantizeLinear") || bits_of(p->decoder->input(0)->dtype()) == 0) {
    why = "the weights are no integers of 2, 4 or 8 bits";
  } else if (p->block < 16 || (p->block & (p->block - 1)) != 0) {
    why = "the block size is no power of two from 16";
  } else if (p->decoder->output()->dtype() != ElementKind::f32) {
    why = "not float32";
  }
  return why.empty() ? p : std::nullopt;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  std::string why;
  if (found_at(n, why)) return accept();
  return why.empty() ? not_mine() : refuse(why);
}

/// `count` codes of `bits` bits, low bits first, added at the end of `out`; whole bytes.
void pack(const std::vector<std::int64_t>& codes, std::int64_t bits,
          std::vector<std::uint8_t>& out) {
  const std::size_t per_byte = static_cast<std::size_t>(8 / bits);
  for (std::size_t i = 0; i < codes.size(); i += per_byte) {
    unsigned byte = 0;
    for (std::size_t j = 0; j < per_byte && i + j < codes.size(); ++j) {
      byte |= static_cast<unsigned>(codes[i + j]) << (j * static_cast<std::size_t>(bits));
    }
    out.push_back(static_cast<std::uint8_t>(byte));
  }
}

Value* bytes_constant(Graph& graph, const Shape& shape, const std::vector<std::uint8_t>& bytes,
                      const std::string& hint) {
  return graph.add_constant(Tensor::of<std::uint8_t>(shape, bytes), hint);
}

/// The codes as [N, blocks, block * bits / 8]; the tail of the last block is zero.
Value* packed_weights(Graph& graph, const passes::CodedProduct& p, std::int64_t bits,
                      std::int64_t shift) {
  const std::vector<std::int64_t> codes = p.decoder->input(0)->constant().to_ints();
  std::vector<std::uint8_t> out;
  std::vector<std::int64_t> row(static_cast<std::size_t>(p.blocks * p.block));
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t k = 0; k < p.k; ++k)
      row[static_cast<std::size_t>(k)] = codes[p.at(k, n)] + shift;
    pack(row, bits, out);
  }
  return bytes_constant(graph, {p.n, p.blocks, p.block * bits / 8}, out,
                        cat(p.decoder->input(0)->name(), "_Q", bits));
}

/// Zero points packed along the blocks of a row; nullptr when they are what is meant without.
Value* packed_zeros(Graph& graph, const passes::CodedProduct& p, std::int64_t bits,
                    std::int64_t shift) {
  const auto count = static_cast<std::size_t>(p.n * p.blocks);
  std::vector<std::int64_t> zeros(count, 0);
  if (p.decoder->input(2) != nullptr) {
    zeros = passes::by_rows(p, p.decoder->input(2)->constant());
  }
  for (std::int64_t& z : zeros) z += shift;
  const std::int64_t usual = std::int64_t{1} << (bits - 1);
  if (std::all_of(zeros.begin(), zeros.end(), [&](std::int64_t z) { return z == usual; })) {
    return nullptr;
  }
  std::vector<std::uint8_t> out;
  for (std::int64_t n = 0; n < p.n; ++n) {
    const auto first = zeros.begin() + n * p.blocks;
    pack({first, first + p.blocks}, bits, out);
  }
  return bytes_constant(graph, {p.n, (p.blocks * bits + 7) / 8}, out,
                        cat(p.decoder->input(0)->name(), "_zero_points"));
}

void rewrite(Node& n, PassContext& /*context*/) {
  std::string why;
  const passes::CodedProduct p = *found_at(n, why);
  Graph& graph = n.graph();
  const DType type = p.decoder->input(0)->dtype();
  const std::int64_t bits = bits_of(type);
  const bool is_signed = type.info().group == DtypeClass::signed_int;
  const std::int64_t shift = is_signed ? std::int64_t{1} << (bits - 1) : 0;
  Value* scales = graph.add_constant(Tensor::of<float>({p.n, p.blocks}, p.scales),
                                     cat(p.decoder->input(0)->name(), "_scales"));
  NodeSpec spec{.op = "MatMulNBits",
                .inputs = {n.input(0), packed_weights(graph, p, bits, shift), scales,
                           packed_zeros(graph, p, bits, shift)},
                .attributes = {{"K", p.k}, {"N", p.n}, {"bits", bits}, {"block_size", p.block}},
                .domain = "com.microsoft"};
  if (p.bias != nullptr) spec.inputs.insert(spec.inputs.end(), {nullptr, p.bias});
  Node* decoder = p.decoder;
  passes::replace_node(n, std::move(spec));
  graph.erase(decoder);
}

}  // namespace

/// Before: y = MatMul(x, DequantizeLinear(codes, scales[, zeros])), blocks along K, or such a Gemm
/// After:  y = MatMulNBits(x, packed codes, scales[, packed zeros][, bias])
/// Refuses: other codes than integers of 2, 4 and 8 bits; blocks that are no power of two from 16;
/// Gemm with factors; weights with another reader.
/// Keeps: every weight; y up to the order of sums. Off by default: the operator is ONNX Runtime's,
/// which makes it of the form before itself when it loads a file, at a cost in time and memory.
PassDef pass_pack_matmul_nbits() {
  return {.name = "pack_matmul_nbits",
          .what = "writes products with low-bit weights as MatMulNBits of ONNX Runtime",
          .stage = 84,
          .by_default = false,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
