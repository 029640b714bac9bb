#include "runtime/integer_product.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"

// Products of activations that are made 8-bit codes as they come: MatMulInteger, the scales, a
// bias, an activation and a residual in one step. Several products may read the same codes.

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

Verdict accepts(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("MatMulInteger") || unit.covers.size() < 2) return not_mine();
  if (elements_of(*unit.input(kScaleInput)) != 1) return refuse("several scales of the input");
  const Shape y = shape_of(*unit.output());
  const Shape columns = shape_of(*unit.input(kScaleInput + 1));
  const std::int64_t count = element_count(columns);
  if (count != 1 && (columns.back() != count || count != y.back())) {
    return refuse("scales that are not those of the columns");
  }
  for (const std::size_t i : {kScaleInput, kScaleInput + 1}) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  const Verdict verdict = accepts_integers(unit, facts);
  return verdict.kind == Verdict::Kind::accept ? accepts_posts(unit, facts) : verdict;
}

/// The sums are multiplied by the scales of the columns; what follows is a list of operations.
class Builder {
 public:
  Builder(const Unit& unit, PlanFacts& facts)
      : unit_(unit), facts_(facts), n_(shape_of(*unit.output()).back()) {}

  Prepared build() {
    const Shape x = shape_of(*unit_.input(0));
    const Dims from = {element_count(x) / x.back(), x.back()};
    const Dims to = {from[0], n_};
    const Tensor weights = signed_weights(unit_, facts_);
    add_attributes();
    add_posts();
    attr_.set_post_ops(ops_);
    const Desc src = onednn::plain(onednn::type_of(unit_.input(0)->dtype()), from);
    const Desc dst = onednn::plain(onednn::Type::f32, to);
    const dnnl::matmul::desc d(src, onednn::any(onednn::Type::s8, weights.shape()), dst);
    const dnnl::matmul::primitive_desc pd(d, attr_, onednn::engine());
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::matmul(pd));
    kernel->bind_input(DNNL_ARG_SRC, src, 0);
    kernel->bind_output(DNNL_ARG_DST, dst);
    kernel->bind_scratch(pd.scratchpad_desc());
    kernel->bind_constant(DNNL_ARG_WEIGHTS,
                          onednn::packed(onednn::Type::s8, weights.shape(), weights.bytes().data(),
                                         pd.weights_desc()));
    return finish(std::move(kernel), pd);
  }

 private:
  void add_attributes() {
    attr_ = onednn::attributes();
    attr_.set_zero_points(DNNL_ARG_SRC, 0, {DNNL_RUNTIME_S32_VAL});
    const auto scales = facts_.float_constant(unit_.input(kScaleInput + 1)).to_floats();
    attr_.set_output_scales(scales.size() == 1 ? 0 : 2, scales);
  }

  void add_posts() {
    ops_.append_binary(dnnl::algorithm::binary_mul, scalar_);
    for (std::size_t i = 0; i < unit_.posts.size(); ++i) {
      const Post& p = unit_.posts[i];
      if (p.kind == Post::Kind::activation) {
        onednn::append(ops_, p.act);
      } else if (is_bias(unit_, i, facts_)) {
        bias_ = facts_.float_constant(unit_.input(p.operand)).to_floats();
        bias_.resize(static_cast<std::size_t>(n_), bias_[0]);
        ops_.append_binary(dnnl::algorithm::binary_add, row());
      } else {
        sum_ = unit_.input(p.operand);
        ops_.append_sum(1);
      }
    }
  }

  [[nodiscard]] Desc row() const { return onednn::plain(onednn::Type::f32, {1, n_}); }

  Prepared finish(std::unique_ptr<onednn::PrimitiveKernel> kernel,
                  const dnnl::matmul::primitive_desc& pd) {
    const auto operand = [](int post) {
      return DNNL_ARG_ATTR_MULTIPLE_POST_OP(post) | DNNL_ARG_SRC_1;
    };
    Prepared made;
    made.inputs = {{unit_.input(0), Layout::plain}};
    const Value* zero = unit_.input(2);
    if (zero != nullptr) made.inputs.push_back({zero, Layout::plain});
    kernel->bind_input(operand(0), scalar_, made.inputs.size());
    made.inputs.push_back({unit_.input(kScaleInput), Layout::plain});
    if (!bias_.empty()) {
      kernel->bind_constant(operand(1),
                            onednn::packed(onednn::Type::f32, {1, n_}, bias_.data(), row()));
    }
    if (sum_ != nullptr) {
      made.accumulates = static_cast<int>(made.inputs.size());
      made.inputs.push_back({sum_, Layout::plain});
    }
    made.outputs = {Layout::plain};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.weight_bytes = pd.weights_desc().get_size();
    made.note = pd.impl_info_str();
    const bool is_signed = zero != nullptr && zero->dtype().kind() == ElementKind::i8;
    made.kernel = std::make_unique<IntegerKernel>(std::move(kernel), zero != nullptr, is_signed);
    return made;
  }

  const Unit& unit_;
  PlanFacts& facts_;
  std::int64_t n_;
  Desc scalar_ = onednn::plain(onednn::Type::f32, {1, 1});
  dnnl::primitive_attr attr_;
  dnnl::post_ops ops_;
  std::vector<float> bias_;
  const Value* sum_ = nullptr;
};

Prepared make(const Unit& unit, PlanFacts& facts) {
  return onednn::guarded([&] { return Builder(unit, facts).build(); });
}

constexpr KernelRow kRows[] = {{"onednn:dynamic_product", accepts, make}};

}  // namespace

std::span<const KernelRow> dynamic_product_rows() { return kRows; }

}  // namespace pare
