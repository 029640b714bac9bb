#include <algorithm>

#include "kernels/dots/dots.hpp"
#include "kernels/view.hpp"
#include "runtime/packed_weights.hpp"
#include "runtime/rows.hpp"
#include "tensor/packed_store.hpp"

namespace pare {
namespace {

/// Operators without a float kernel of their own.
bool is_packed_operator(const Unit& unit) {
  return unit.node->is("com.microsoft", "MatMulNBits") ||
         unit.node->is("com.microsoft", "MatMulBnb4");
}

std::int64_t rows_of(const Unit& unit, std::int64_t k) { return elements_of(*unit.input(0)) / k; }

/// A constant that is added to every row: one value, or one per column.
bool is_row(const Unit& unit, const Value& v, PlanFacts& facts, std::int64_t n) {
  if (facts.constant(&v) == nullptr) return false;
  const Shape s = shape_of(v);
  const std::int64_t count = element_count(s);
  if (count == 1) return s.size() <= shape_of(*unit.output()).size();
  if (count != n) return false;
  const std::size_t rank = shape_of(*unit.output()).size();
  // Counted from the last dimension, where broadcasting starts.
  const std::size_t back = unit.is("Conv") ? rank - 1 : 1;
  return s.size() >= back && s.size() <= rank && s[s.size() - back] == n;
}

Verdict accepts_gemm(const Unit& unit, PlanFacts& facts, std::int64_t n) {
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("transA") != 0) return refuse("the input is transposed");
  if (a.attr_float("alpha") != 1.0F) return refuse("alpha is not 1");
  const Value* c = unit.node->input(2);
  if (c == nullptr) return accept();
  if (a.attr_float("beta") != 1.0F) return refuse("beta is not 1");
  return is_row(unit, *c, facts, n) ? accept() : refuse("C is no constant row");
}

Verdict accepts_conv(const Unit& unit, PlanFacts& facts, std::int64_t n) {
  const AttributeReader a = facts.attributes(*unit.node);
  const Shape x = shape_of(*unit.input(0));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  if (a.attr_int("group") != 1) return refuse("groups");
  const Shape y = shape_of(*unit.output());
  if (!std::equal(x.begin() + 2, x.end(), y.begin() + 2, y.end()))
    return refuse("steps or padding");
  const auto strides = a.attr_ints("strides");
  const auto pads = a.attr_ints("pads");
  const bool plain = std::all_of(strides.begin(), strides.end(), [](auto s) { return s == 1; }) &&
                     std::all_of(pads.begin(), pads.end(), [](auto p) { return p == 0; });
  if (!plain) return refuse("steps or padding");
  const Value* b = unit.node->input(2);
  if (b != nullptr && (facts.constant(b) == nullptr || elements_of(*b) != n)) {
    return refuse("the bias is not constant");
  }
  return accept();
}

/// What the weights of the whole graph would take as floats: all are read once in a run.
std::int64_t float_bytes(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Value* v : graph.constants()) sum += 4 * v->constant().size();
  return sum;
}

/// Whether packed weights are at least as fast as float32 ones. Measured by bench/lowbit.cpp (one
/// core, AVX-512, 1 MiB of second and 32 MiB of third-level cache). Weights of 96 MB, which come
/// from memory: packed ones are 3 to 7 times as fast with one row, 1.07 times with 32. 25 MB: 3
/// times, 1.3 times with 8 rows, not from 16 on. 6 MB: 2 times, 1.3 times with 2 rows, not from 4
/// on. Tables of 256 levels are gathered one by one and never gain.
Verdict is_faster(const Unit& unit, const UnpackedWeights& w, std::int64_t m) {
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  const std::int64_t bytes = float_bytes(unit.node->graph());
  std::int64_t most = 2;
  if (bytes > 16 * kMiB) most = 8;
  if (bytes > 64 * kMiB) most = 24;
  if (m > most) return refuse(cat(m, " rows: float32 weights are faster from ", most + 1, " on"));
  if (w.levels.size() > 16 && lowbit_code(w.levels) == LowbitCode::table256) {
    return refuse("float32 weights are faster than 256 levels in a table");
  }
  return accept();
}

Verdict accepts_packed(const Unit& unit, PlanFacts& facts) {
  const bool own = is_packed_operator(unit);
  if (!own && unit.dequantizes == nullptr) return not_mine();
  if (unit.input(0) == nullptr || unit.input(0)->dtype().kind() != ElementKind::f32) {
    return refuse("not float32");
  }
  if (shape_of(*unit.input(0)).size() < 2) return refuse("a vector operand");
  UnpackedWeights sizes;
  Verdict v = judge_weights(unit, facts, sizes);
  if (v.kind != Verdict::Kind::accept) return v;
  const Shape x = shape_of(*unit.input(0));
  if (x[unit.is("Conv") ? 1 : x.size() - 1] != sizes.k) return refuse("an input of another depth");
  if (unit.is("Gemm")) v = accepts_gemm(unit, facts, sizes.n);
  if (unit.is("Conv")) v = accepts_conv(unit, facts, sizes.n);
  if (v.kind != Verdict::Kind::accept) return v;
  const bool bias = unit.posts.size() == 1 && unit.posts[0].kind == Post::Kind::add &&
                    is_row(unit, *unit.input(unit.posts[0].operand), facts, sizes.n);
  if (!unit.posts.empty() && !bias) return refuse("something else than a bias follows");
  if (own || facts.options.save_memory) return accept();
  return is_faster(unit, sizes, rows_of(unit, sizes.k));
}

void add_row(const Value* v, PlanFacts& facts, std::int64_t n, std::vector<float>& bias) {
  if (v == nullptr) return;
  const std::vector<float> row = facts.float_constant(v).to_floats();
  bias.resize(static_cast<std::size_t>(n), 0.0F);
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += row.at(row.size() == 1 ? 0 : i);
}

/// accuracy_level 4: the model says that 8-bit integers do for the input.
bool allows_int8_rows(const Unit& unit, PlanFacts& facts) {
  return unit.node->is("com.microsoft", "MatMulNBits") &&
         facts.attributes(*unit.node).attr_int("accuracy_level") == 4;
}

/// Nothing when zero points are no integers.
std::shared_ptr<const DotMatrix> dot_matrix(const UnpackedWeights& w) {
  try {
    return std::make_shared<const DotMatrix>(w.source());
  } catch (const Error& error) {
    if (error.fault() != Fault::unsupported) throw;
    return nullptr;
  }
}

template <class Matrix>
void hold(Prepared& made, std::shared_ptr<const Matrix> matrix, std::vector<float> bias,
          std::int64_t m) {
  made.scratch_bytes = matrix->scratch_bytes(m);
  made.weight_bytes = matrix->bytes() + bias.size() * sizeof(float);
  made.kernel = std::make_unique<FunctionKernel>(
      [matrix = std::move(matrix), bias = std::move(bias), m](const KernelArgs& args) {
        matrix->multiply(view<float>(args.in[0]), m, bias.empty() ? nullptr : bias.data(),
                         view<float>(args.out[0]), args.scratch);
      });
}

std::string note_of(const DotMatrix& dots) {
  return cat(dots.isa(), ", ", dots.bits(), "-bit, int8 rows");
}
std::string note_of(const LowbitMatrix& matrix) {
  return cat(matrix.isa(), ", ", to_string(matrix.code()));
}

/// What a matrix is made of and handed to: the kernel with its bias.
class PackedMaker {
 public:
  PackedMaker(Prepared& made, std::vector<float> bias, std::int64_t m)
      : made_(made), bias_(std::move(bias)), m_(m) {}

  template <class Matrix>
  void use(std::shared_ptr<const Matrix> matrix) {
    made_.note = note_of(*matrix);
    hold(made_, std::move(matrix), std::move(bias_), m_);
  }
  /// Also kept for the next plan, with a number that says which of the two it is.
  template <class Matrix>
  void keep(std::shared_ptr<const Matrix> matrix, const PackedPiece& piece, std::int64_t which) {
    if (has_packed_store()) {
      std::vector<Tensor> parts = matrix->parts();
      parts.push_back(Tensor::of<std::int64_t>({1}, {which}));
      piece.made(join_parts(parts).bytes());
    }
    use(std::move(matrix));
  }
  /// From what an earlier plan kept.
  void take(const Tensor& found) {
    std::vector<Tensor> parts = split_parts(found);
    if (parts.empty()) throw Error(Fault::corrupt, "packed weights without parts");
    const bool dots = parts.back().item<std::int64_t>() == kDots;
    parts.pop_back();
    if (dots) {
      use(std::make_shared<const DotMatrix>(parts));
    } else {
      use(std::make_shared<const LowbitMatrix>(parts));
    }
  }
  static constexpr std::int64_t kDots = 0, kLowbit = 1;

 private:
  Prepared& made_;
  std::vector<float> bias_;
  std::int64_t m_;
};

Prepared make_packed(const Unit& unit, PlanFacts& facts) {
  UnpackedWeights sizes;
  (void)judge_weights(unit, facts, sizes);
  std::vector<float> bias;
  if (unit.node->is("com.microsoft", "MatMulNBits")) {
    add_row(unit.node->input(5), facts, sizes.n, bias);
  }
  if (unit.is("Gemm") || unit.is("Conv")) add_row(unit.node->input(2), facts, sizes.n, bias);
  if (!unit.posts.empty()) add_row(unit.input(unit.posts[0].operand), facts, sizes.n, bias);
  const Layout layout = unit.is("Conv") ? Layout::channels_last : Layout::plain;
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  PackedMaker maker(made, std::move(bias), rows_of(unit, sizes.k));
  const PackedPiece piece("few bits", kAnySize);
  if (piece.found().valid()) {
    maker.take(piece.found());
    return made;
  }
  const UnpackedWeights w = read_weights(unit, facts);
  if (allows_int8_rows(unit, facts)) {
    if (auto dots = dot_matrix(w)) {
      maker.keep(std::move(dots), piece, PackedMaker::kDots);
      return made;
    }
  }
  maker.keep(std::make_shared<const LowbitMatrix>(w.source()), piece, PackedMaker::kLowbit);
  return made;
}

constexpr KernelRow kRows[] = {{"native:packed_product", accepts_packed, make_packed}};

}  // namespace

std::span<const KernelRow> packed_rows() { return kRows; }

}  // namespace pare
