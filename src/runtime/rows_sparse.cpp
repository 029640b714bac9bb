#include <algorithm>
#include <limits>

#include "base/threads.hpp"
#include "kernels/sparse/sparse.hpp"
#include "kernels/view.hpp"
#include "runtime/onednn.hpp"
#include "runtime/rows.hpp"
#include "runtime/sparse_rule.hpp"

namespace pare {
namespace {

constexpr std::size_t kNone = SIZE_MAX;

/// What follows a product.
struct Posts {
  std::vector<const Value*> rows;  // constants that are added to every row
  std::size_t sum = kNone;         // input of the unit that is added
  bool bounds = false;             // `act` is part of the kernel
  Activation act;
  std::vector<Activation> behind;  // over the whole result, in order
};

/// Bounds and slopes are part of the kernel; other functions run behind it.
bool is_bounds(const Activation& f) {
  return f.act == Act::relu || f.act == Act::leaky_relu || f.act == Act::clip;
}

/// A function behind the sum.
Verdict add_function(const Unit& unit, const Activation& f, Posts& posts) {
  if (is_bounds(f) && !posts.bounds && posts.behind.empty()) {
    posts.bounds = true;
    posts.act = f;
    return accept();
  }
  if (unit.out_quant.on) return refuse(cat("codes behind ", to_string(f.act)));
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  if (!onednn::algorithm_of(f, algorithm, alpha, beta)) {
    return refuse(cat("the library has no ", to_string(f.act)));
  }
  posts.behind.push_back(f);
  return accept();
}

/// A constant that is added to every row: one value, or one per column.
bool is_row(const Unit& unit, const Value& v, PlanFacts& facts, std::int64_t n) {
  if (facts.constant(&v) == nullptr) return false;
  const Shape s = shape_of(v);
  const std::size_t rank = shape_of(*unit.output()).size();
  const std::int64_t count = element_count(s);
  if (count == 1) return s.size() <= rank;
  const std::size_t back = unit.is("Conv") ? rank - 1 : 1;  // columns, from the last dimension
  return count == n && s.size() >= back && s.size() <= rank && s[s.size() - back] == n;
}

Verdict read_posts(const Unit& unit, PlanFacts& facts, std::int64_t n, Posts& posts) {
  for (const Post& p : unit.posts) {
    if (p.kind == Post::Kind::mul) return refuse("a multiplication follows");
    if (p.kind == Post::Kind::activation) {
      Verdict v = add_function(unit, p.act, posts);
      if (v.kind != Verdict::Kind::accept) return v;
      continue;
    }
    if (posts.bounds || !posts.behind.empty()) return refuse("something is added to a function");
    const Value& v = *unit.input(p.operand);
    if (posts.sum == kNone && is_row(unit, v, facts, n)) {
      posts.rows.push_back(&v);
      continue;
    }
    if (posts.sum != kNone) return refuse("two values are added");
    if (facts.constant(&v) != nullptr) return refuse("a constant is added that is no row");
    if (shape_of(v) != shape_of(*unit.output())) return refuse("the added value is broadcast");
    const bool codes = unit.quantized && unit.in_quant.at(p.operand).on;
    if (!codes && v.dtype().kind() != ElementKind::f32) return refuse("no float32 is added");
    posts.sum = p.operand;
  }
  return accept();
}

Verdict accepts_conv(const Unit& unit, PlanFacts& facts) {
  const AttributeReader a = facts.attributes(*unit.node);
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  const Shape w = shape_of(*unit.input(1));
  if (x.size() < 3 || x.size() > 5 || w.size() != x.size()) return refuse(cat("rank ", x.size()));
  if (a.attr_int("group") != 1) return refuse("groups");
  if (!std::all_of(w.begin() + 2, w.end(), [](auto d) { return d == 1; })) {
    return refuse("a window larger than one pixel");
  }
  if (!std::equal(x.begin() + 2, x.end(), y.begin() + 2, y.end())) {
    return refuse("steps or padding");
  }
  const auto strides = a.attr_ints("strides");
  const auto pads = a.attr_ints("pads");
  const bool plain = std::all_of(strides.begin(), strides.end(), [](auto s) { return s == 1; }) &&
                     std::all_of(pads.begin(), pads.end(), [](auto p) { return p == 0; });
  return plain ? accept() : refuse("steps or padding");
}

/// The weights and how they lie; Gemm with transB and Conv have the columns first.
SparseSource source_of(const Unit& unit, PlanFacts& facts, const Tensor& w) {
  SparseSource s;
  const bool columns_first =
      unit.is("Conv") || (unit.is("Gemm") && facts.attributes(*unit.node).attr_int("transB") != 0);
  s.n = w.dim(columns_first ? 0 : 1);
  s.k = w.dim(columns_first ? 1 : 0);
  s.k_step = columns_first ? 1 : s.n;
  s.n_step = columns_first ? s.k : 1;
  if (unit.quantized) {
    s.codes = w.data<std::int8_t>().data();
  } else {
    s.floats = w.data<float>().data();
  }
  return s;
}

/// Nearly all models have no zeros among their weights: some tell.
bool may_be_sparse(const Tensor& w) {
  constexpr std::int64_t kSample = 4096;
  const std::int64_t count = std::min(kSample, w.size());
  const std::int64_t step = std::max<std::int64_t>(1, w.size() / std::max<std::int64_t>(1, count));
  std::int64_t zeros = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i * step);
    const bool zero =
        w.kind() == ElementKind::f32 ? w.data<float>()[at] == 0 : w.data<std::int8_t>()[at] == 0;
    zeros += zero ? 1 : 0;
  }
  return 2 * zeros > count;
}

/// The constant of a product, nullptr when the row is not for it.
const Tensor* weights_of(const Unit& unit, PlanFacts& facts) {
  const bool product = unit.is("MatMul") || unit.is("Gemm") || unit.is("Conv");
  if (!product || unit.dequantizes != nullptr || unit.input(1) == nullptr) return nullptr;
  const Tensor* w = unit.quantized ? &unit.weights : facts.constant(unit.input(1));
  if (w == nullptr || !w->valid() || w->size() == 0) return nullptr;
  if (w->kind() != (unit.quantized ? ElementKind::i8 : ElementKind::f32)) return nullptr;
  if (!unit.quantized && unit.input(0)->dtype().kind() != ElementKind::f32) return nullptr;
  return w;
}

Verdict accepts_bias(const Unit& unit, PlanFacts& facts, std::int64_t n) {
  const Value* b = unit.is("MatMul") ? nullptr : unit.node->input(2);
  if (unit.is("Gemm")) {
    const AttributeReader a = facts.attributes(*unit.node);
    if (a.attr_int("transA") != 0) return refuse("the input is transposed");
    if (a.attr_float("alpha") != 1.0F) return refuse("alpha is not 1");
    if (b != nullptr && a.attr_float("beta") != 1.0F) return refuse("beta is not 1");
    if (b != nullptr && !is_row(unit, *b, facts, n)) return refuse("C is no constant row");
    return accept();
  }
  if (b != nullptr && (facts.constant(b) == nullptr || elements_of(*b) != n)) {
    return refuse("the bias is not constant");
  }
  return accept();
}

Verdict accepts_sparse(const Unit& unit, PlanFacts& facts) {
  const Tensor* w = weights_of(unit, facts);
  if (w == nullptr || !may_be_sparse(*w)) return not_mine();
  Verdict v = accept();
  if (unit.is("Conv")) v = accepts_conv(unit, facts);
  if (v.kind != Verdict::Kind::accept) return v;
  if (!unit.is("Conv") && (w->rank() != 2 || shape_of(*unit.input(0)).size() < 2)) {
    return refuse("no matrix of weights");
  }
  const SparseSource source = source_of(unit, facts, *w);
  v = accepts_bias(unit, facts, source.n);
  if (v.kind != Verdict::Kind::accept) return v;
  Posts posts;
  v = read_posts(unit, facts, source.n, posts);
  if (v.kind != Verdict::Kind::accept) return v;
  if (source.k > kMostSparseWords) return refuse("rows that are too long");
  return sparse_wins(count_sparse(source), {source.k, source.n, unit.quantized},
                     best_sparse_kernels().isa);
}

/// What a kernel holds beside its weights.
struct Held {
  SparseMatrix matrix;
  std::vector<float> bias, scale;
  std::vector<std::int32_t> offset;
  SparseFinish finish;
  bool has_sum = false;
};

SparseCodes codes_of(const Quant& q, const Value& v) {
  return {q.scale, q.zero_point, v.dtype().kind() == ElementKind::i8};
}

void add_row(const Value* v, PlanFacts& facts, std::vector<float>& bias) {
  if (v == nullptr) return;
  const std::vector<float> row = facts.float_constant(v).to_floats();
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += row.at(row.size() == 1 ? 0 : i);
}

void set_numbers(const Unit& unit, PlanFacts& facts, const Posts& posts, Held& held) {
  if (!unit.is("MatMul")) add_row(unit.node->input(2), facts, held.bias);
  for (const Value* v : posts.rows) add_row(v, facts, held.bias);
  SparseFinish& f = held.finish;
  f.bias = held.bias.data();
  if (posts.bounds && posts.act.act == Act::relu) f.low = 0;
  if (posts.bounds && posts.act.act == Act::leaky_relu) f.slope = posts.act.alpha;
  if (posts.bounds && posts.act.act == Act::clip) {
    f.low = posts.act.alpha;
    f.high = posts.act.beta;
  }
  held.has_sum = posts.sum != kNone;
  if (!unit.quantized) return;
  const SparseCodes x = codes_of(unit.in_quant.at(0), *unit.input(0));
  const std::int32_t zero = x.zero + (x.is_signed ? 128 : 0);
  for (std::size_t n = 0; n < held.bias.size(); ++n) {
    held.offset.push_back(-zero * held.matrix.sums()[n]);
    held.scale.push_back(x.scale * unit.weight_scales[unit.weight_scales.size() == 1 ? 0 : n]);
  }
  f.offset = held.offset.data();
  f.scale = held.scale.data();
  f.x_signed = x.is_signed;
  f.to_codes = unit.out_quant.on;
  if (f.to_codes) f.to = codes_of(unit.out_quant, *unit.output());
  if (held.has_sum && unit.in_quant.at(posts.sum).on) {
    f.add_codes = true;
    f.add_from = codes_of(unit.in_quant[posts.sum], *unit.input(posts.sum));
  }
}

/// The function behind the sums that the kernel has not, over the whole result.
std::shared_ptr<onednn::PrimitiveKernel> function_behind(const Activation& f, std::int64_t count) {
  return onednn::guarded([&] {
    dnnl::algorithm algorithm = dnnl::algorithm::undef;
    float alpha = 0;
    float beta = 0;
    onednn::algorithm_of(f, algorithm, alpha, beta);
    const onednn::Desc desc = onednn::plain(onednn::Type::f32, {count});
    const dnnl::eltwise_forward::desc d(dnnl::prop_kind::forward_inference, algorithm, desc, alpha,
                                        beta);
    const dnnl::primitive_attr own_memory;
    const dnnl::eltwise_forward::primitive_desc pd(d, own_memory, onednn::engine());
    auto kernel = std::make_shared<onednn::PrimitiveKernel>(dnnl::eltwise_forward(pd));
    kernel->bind_input(DNNL_ARG_SRC, desc, 0);
    kernel->bind_output(DNNL_ARG_DST, desc);
    return kernel;
  });
}

Prepared make_sparse(const Unit& unit, PlanFacts& facts) {
  const Tensor w = *weights_of(unit, facts);
  const SparseSource source = source_of(unit, facts, w);
  Posts posts;
  read_posts(unit, facts, source.n, posts);
  const auto held = std::make_shared<Held>(Held{SparseMatrix(source), {}, {}, {}, {}, false});
  held->bias.assign(static_cast<std::size_t>(source.n), 0.0F);
  set_numbers(unit, facts, posts, *held);
  const std::int64_t m = elements_of(*unit.input(0)) / source.k;
  const Layout layout = unit.is("Conv") ? Layout::channels_last : Layout::plain;
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  if (held->has_sum) {
    made.inputs.push_back({unit.input(posts.sum), layout});
    made.in_place = {1};  // each element is read right before its place is written
  }
  made.outputs = {layout};
  const std::int64_t parts = threads();
  made.scratch_bytes = held->matrix.scratch_bytes(m, parts);
  made.weight_bytes = held->matrix.bytes() + held->bias.size() * 3 * sizeof(float);
  made.note = cat(held->matrix.isa(), held->matrix.group() > 1 ? ", shared lists" : "");
  std::vector<std::shared_ptr<onednn::PrimitiveKernel>> behind;
  for (const Activation& f : posts.behind) behind.push_back(function_behind(f, m * source.n));
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    SparseFinish finish = held->finish;
    if (held->has_sum) finish.add = args.in[1];
    held->matrix.multiply(args.in[0], m, finish, args.out[0], args.scratch, parts);
    for (const auto& f : behind) f->run({args.out, args.out, nullptr});
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:sparse", accepts_sparse, make_sparse}};

}  // namespace

std::span<const KernelRow> sparse_rows() { return kRows; }

}  // namespace pare
