#include <algorithm>

#include "base/threads.hpp"
#include "kernels/norm/norm.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// Normalisation of rows: LayerNormalization, RMSNormalization, their forms with a residual,
// Softmax.

namespace pare {
namespace {

/// At least that many numbers to a thread.
constexpr std::int64_t kGrain = 8192;

std::int64_t rows_to_a_thread(std::int64_t n) { return std::max<std::int64_t>(1, kGrain / n); }

/// What a normalising operator reads and writes; SIZE_MAX = it has none.
struct NormForm {
  static constexpr std::size_t kNone = SIZE_MAX;
  bool centred = true;
  std::size_t skip = kNone, scale = 1, bias = kNone, added = kNone;  // inputs
  std::size_t mean = kNone, inverse = kNone, sum = kNone;            // outputs
  bool has_axis = true;
};

bool form_of(const Node& node, NormForm& form) {
  if (node.is("LayerNormalization")) {
    form.bias = 2;
    form.mean = 1;
    form.inverse = 2;
    return true;
  }
  form.centred = false;
  if (node.is("RMSNormalization")) return true;
  if (node.is("SimplifiedLayerNormalization") ||
      node.is("com.microsoft", "SimplifiedLayerNormalization")) {
    form.inverse = 1;
    return true;
  }
  const bool skip = node.is("com.microsoft", "SkipLayerNormalization");
  if (!skip && !node.is("com.microsoft", "SkipSimplifiedLayerNormalization")) return false;
  form = {.centred = skip,
          .skip = 1,
          .scale = 2,
          .bias = NormForm::kNone,
          .added = 3,
          .mean = 1,
          .inverse = 2,
          .sum = 3,
          .has_axis = false};
  if (skip) {
    form.bias = 3;
    form.added = 4;
  }
  return true;
}

std::size_t axis_of(const Unit& unit, const NormForm& form, PlanFacts& facts) {
  const std::size_t rank = shape_of(*unit.input(0)).size();
  if (!form.has_axis) return rank - 1;
  return static_cast<std::size_t>(facts.attributes(*unit.node).attr_axis("axis", rank));
}

/// Ones in front, then exactly the dimensions of x from `axis` on.
bool is_row(const Shape& s, const Shape& x, std::size_t axis) {
  const std::size_t tail = x.size() - axis;
  if (s.size() < tail ||
      !std::equal(x.rbegin(), x.rbegin() + static_cast<std::ptrdiff_t>(tail), s.rbegin())) {
    return false;
  }
  return std::all_of(s.begin(), s.end() - static_cast<std::ptrdiff_t>(tail),
                     [](std::int64_t d) { return d == 1; });
}

bool has_output(const Unit& unit, std::size_t i) {
  return i < unit.outputs.size() && unit.outputs[i] != nullptr;
}

Verdict accepts_norm(const Unit& unit, PlanFacts& facts) {
  NormForm form;
  if (unit.quantized || !form_of(*unit.node, form)) return not_mine();
  for (const std::size_t i : {std::size_t{0}, form.scale, form.skip}) {
    if (i != NormForm::kNone && unit.input(i) == nullptr) return refuse("an input is missing");
  }
  for (const auto* list : {&unit.inputs, &unit.outputs}) {
    for (const Value* v : *list) {
      if (v != nullptr && v->dtype().kind() != ElementKind::f32) return refuse("not float32");
    }
  }
  const Shape x = shape_of(*unit.input(0));
  if (x.empty()) return refuse("a single number");
  const std::size_t axis = axis_of(unit, form, facts);
  for (const std::size_t i : {form.scale, form.bias, form.added}) {
    if (i == NormForm::kNone || unit.input(i) == nullptr) continue;
    if (!is_row(shape_of(*unit.input(i)), x, axis)) return refuse("a factor is broadcast");
  }
  if (form.skip != NormForm::kNone && shape_of(*unit.input(form.skip)) != x) {
    return refuse("the added value is broadcast");
  }
  return accept();
}

class NormKernel final : public Kernel {
 public:
  NormKernel(const Unit& unit, const NormForm& form, std::size_t axis, float epsilon)
      : kernels_(*norm_kernels().front()), form_(form), epsilon_(epsilon) {
    const Shape x = shape_of(*unit.input(0));
    for (std::size_t i = axis; i < x.size(); ++i) n_ *= x[i];
    rows_ = element_count(x) / n_;
    for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
      place_.push_back(unit.inputs[i] == nullptr ? SIZE_MAX : given_);
      if (unit.inputs[i] != nullptr) ++given_;
    }
  }

  void run(const KernelArgs& args) override {
    const auto in = [&](std::size_t i) -> const float* {
      if (i >= place_.size() || place_[i] == SIZE_MAX) return nullptr;
      return view<float>(args.in[place_[i]]);
    };
    const auto out = [&](std::size_t i) -> float* {
      return i < args.out.size() && args.out[i] != nullptr ? view<float>(args.out[i]) : nullptr;
    };
    const NormRow how = {in(form_.scale), in(form_.bias), epsilon_, form_.centred};
    const float* x = in(0);
    const float* skip = in(form_.skip);
    const float* added = in(form_.added);
    float* y = out(0);
    float* sum = out(form_.sum);
    float* mean = out(form_.mean);
    float* inverse = out(form_.inverse);
    parallel_for(rows_, rows_to_a_thread(n_), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const float* from = x + r * n_;
        if (skip != nullptr) {
          float* to = (sum != nullptr ? sum : y) + r * n_;
          kernels_.add(from, skip + r * n_, added, to, n_);
          from = to;
        }
        float statistics[2];
        kernels_.normalize(from, y + r * n_, n_, how, statistics);
        if (mean != nullptr) mean[r] = statistics[0];
        if (inverse != nullptr) inverse[r] = statistics[1];
      }
    });
  }

 private:
  const NormKernels& kernels_;
  NormForm form_;
  float epsilon_;
  std::int64_t n_ = 1, rows_ = 0;
  std::vector<std::size_t> place_;  // input of the unit -> argument
  std::size_t given_ = 0;
};

Prepared make_norm(const Unit& unit, PlanFacts& facts) {
  NormForm form;
  require(form_of(*unit.node, form), "no normalisation");
  Prepared made;
  for (const Value* v : unit.inputs) {
    if (v != nullptr) made.inputs.push_back({v, Layout::plain});
  }
  made.outputs.assign(unit.outputs.size(), Layout::plain);
  if (!has_output(unit, 0)) throw Error(Fault::unsupported, "only statistics are wanted");
  made.in_place = {0};
  made.note = norm_kernels().front()->isa;
  made.kernel = std::make_unique<NormKernel>(unit, form, axis_of(unit, form, facts),
                                             facts.attributes(*unit.node).attr_float("epsilon"));
  return made;
}

// --- Softmax

std::size_t softmax_axis(const Unit& unit, PlanFacts& facts) {
  return static_cast<std::size_t>(
      facts.attributes(*unit.node).attr_axis("axis", shape_of(*unit.input(0)).size()));
}

Verdict accepts_softmax(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Softmax") || unit.quantized || unit.attention != nullptr) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const Shape x = shape_of(*unit.input(0));
  if (x.empty()) return refuse("a single number");
  std::int64_t inner = 1;
  for (std::size_t i = softmax_axis(unit, facts) + 1; i < x.size(); ++i) inner *= x[i];
  return inner == 1 ? accept() : refuse("not along the last dimension");
}

Prepared make_softmax(const Unit& unit, PlanFacts& facts) {
  const std::int64_t n = shape_of(*unit.input(0))[softmax_axis(unit, facts)];
  const std::int64_t rows = elements_of(*unit.input(0)) / n;
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}};
  made.outputs = {Layout::plain};
  made.in_place = {0};
  const NormKernels* kernels = norm_kernels().front();
  made.note = kernels->isa;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    const float* x = view<float>(args.in[0]);
    float* y = view<float>(args.out[0]);
    parallel_for(rows, rows_to_a_thread(n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) kernels->softmax(x + r * n, y + r * n, n);
    });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:normalize", accepts_norm, make_norm, true},
                               {"native:softmax", accepts_softmax, make_softmax, true}};

}  // namespace

std::span<const KernelRow> norm_rows() { return kRows; }

}  // namespace pare
