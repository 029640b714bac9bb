#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "base/threads.hpp"
#include "kernels/move/move.hpp"
#include "kernels/transpose/transpose.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 26;

bool has_plain_elements(const Value& v) {
  const DtypeInfo& info = v.dtype().info();
  return info.values == 1 && info.bytes > 0 && v.dtype().kind() != ElementKind::string;
}

// --- transposition

bool is_image_rank(std::size_t rank) { return rank >= 3 && rank <= 5; }

std::vector<std::int64_t> order_of(const Unit& unit, PlanFacts& facts) {
  const std::size_t rank = shape_of(*unit.input(0)).size();
  std::vector<std::int64_t> order = facts.attributes(*unit.node).attr_ints("perm");
  if (order.empty()) {
    order.resize(rank);
    std::iota(order.rbegin(), order.rend(), std::int64_t{0});
  }
  return order;
}

/// 0, 2, 3 ..., 1: what channels_last does to the places in memory.
bool moves_channels_last(const std::vector<std::int64_t>& order) {
  const auto n = static_cast<std::int64_t>(order.size());
  if (!is_image_rank(order.size()) || order[0] != 0 || order.back() != 1) return false;
  for (std::int64_t i = 1; i + 1 < n; ++i) {
    if (order[static_cast<std::size_t>(i)] != i + 1) return false;
  }
  return true;
}

/// 0, n - 1, 1, 2 ...: the way back.
bool moves_channels_first(const std::vector<std::int64_t>& order) {
  const auto n = static_cast<std::int64_t>(order.size());
  if (!is_image_rank(order.size()) || order[0] != 0 || order[1] != n - 1) return false;
  for (std::int64_t i = 2; i < n; ++i) {
    if (order[static_cast<std::size_t>(i)] != i - 1) return false;
  }
  return true;
}

Verdict accepts_transpose(const Unit& unit, PlanFacts&) {
  if (!unit.is("Transpose")) return not_mine();
  if (!has_plain_elements(*unit.input(0))) return refuse("packed elements");
  const std::size_t size = unit.input(0)->dtype().info().bytes;
  if (size != 1 && size != 2 && size != 4 && size != 8) return refuse("elements of unusual size");
  return accept();
}

Prepared make_transpose(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const std::vector<std::int64_t> order = order_of(unit, facts);
  const auto there = [&](Layout l) {
    return facts.has_layout && facts.has_layout(unit.input(0), l);
  };
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}};
  made.outputs = {Layout::plain};
  if (moves_channels_last(order) && there(Layout::channels_last) && !there(Layout::plain)) {
    made.inputs[0].layout = Layout::channels_last;  // the bytes are in the wanted order
    made.alias = true;
    return made;
  }
  if (moves_channels_first(order) && there(Layout::plain)) {
    made.outputs[0] = Layout::channels_last;
    made.alias = true;
    return made;
  }
  const auto permutation =
      std::make_shared<Permutation>(x, order, unit.input(0)->dtype().info().bytes);
  made.kernel = std::make_unique<FunctionKernel>(
      [permutation](const KernelArgs& args) { permutation->run(args.in[0], args.out[0]); });
  return made;
}

// --- everything else that moves elements by a rule that the shapes fix

bool moves_elements(const Unit& unit) {
  constexpr std::string_view kOps[] = {"Slice", "Pad",          "Gather",       "Expand",
                                       "Tile",  "DepthToSpace", "SpaceToDepth", "Split"};
  return std::any_of(std::begin(kOps), std::end(kOps), [&](auto op) { return unit.is(op); });
}

/// A Resize whose outputs all copy an input.
bool copies_the_nearest(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Resize")) return false;
  const AttributeReader a = facts.attributes(*unit.node);
  return a.attr_string("mode") == "nearest" &&
         a.attr_string("coordinate_transformation_mode") != "tf_crop_and_resize";
}

Verdict accepts_moves(const Unit& unit, PlanFacts& facts) {
  const bool mine = moves_elements(unit) || copies_the_nearest(unit, facts);
  if (!mine || unit.quantized) return not_mine();
  if (!has_plain_elements(*unit.input(0))) return refuse("packed elements");
  for (std::size_t i = 1; i < unit.inputs.size(); ++i) {
    if (unit.inputs[i] != nullptr && facts.constant(unit.inputs[i]) == nullptr) {
      return refuse(cat("input ", i, " is only known at run time"));
    }
  }
  if (unit.is("Pad") && unit.input(2) != nullptr &&
      unit.input(2)->dtype() != unit.input(0)->dtype()) {
    return refuse("a fill value of another type");
  }
  if (elements_of(*unit.input(0)) > kMostElements || elements_of(*unit.output()) > kMostElements) {
    return refuse("very many elements");
  }
  return accept();
}

/// Where every element of every output comes from: the reference kernel moves the numbers 0, 1, 2
/// ... instead of the data.
std::vector<std::vector<std::int64_t>> sources_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  Tensor numbers(ElementKind::i64, x);
  const auto data = numbers.mutable_data<std::int64_t>();
  std::iota(data.begin(), data.end(), std::int64_t{0});
  std::vector<Tensor> inputs = {numbers};
  for (std::size_t i = 1; i < unit.inputs.size(); ++i) {
    const Tensor* given = facts.constant(unit.inputs[i]);
    inputs.push_back(given == nullptr ? Tensor() : *given);
  }
  if (unit.is("Pad")) {
    inputs.resize(std::max<std::size_t>(inputs.size(), 3));
    inputs[2] = Tensor::scalar<std::int64_t>(-1);
  }
  std::vector<std::vector<std::int64_t>> all;
  for (const Tensor& t : run_reference(*unit.node, facts.ops, std::move(inputs))) {
    all.push_back(t.valid() ? t.to_ints() : std::vector<std::int64_t>());
  }
  return all;
}

/// Place in channels_last memory of an element, from its place in plain memory.
class Places {
 public:
  explicit Places(const Shape& s) : channels_(s[1]), pixels_(element_count(s) / (s[0] * s[1])) {}
  [[nodiscard]] std::int64_t operator()(std::int64_t plain) const {
    const std::int64_t p = plain % pixels_;
    const std::int64_t c = plain / pixels_ % channels_;
    return (plain / pixels_ / channels_ * pixels_ + p) * channels_ + c;
  }

 private:
  std::int64_t channels_;
  std::int64_t pixels_;
};

std::vector<std::int64_t> in_channels_last(const std::vector<std::int64_t>& source, const Shape& x,
                                           const Shape& y) {
  const Places from(x);
  const Places to(y);
  std::vector<std::int64_t> out(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    out[static_cast<std::size_t>(to(static_cast<std::int64_t>(i)))] =
        source[i] < 0 ? -1 : from(source[i]);
  }
  return out;
}

Prepared make_moves(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const std::size_t size = unit.input(0)->dtype().info().bytes;
  const std::vector<std::vector<std::int64_t>> sources = sources_of(unit, facts);
  const bool images = std::all_of(unit.outputs.begin(), unit.outputs.end(), [&](const Value* v) {
    return v == nullptr || (shape_of(*v).size() == x.size() && is_image_rank(x.size()));
  });
  const Layout layout = images ? facts.preferred_layout(unit) : Layout::plain;
  std::vector<Moves> moves;
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
    made.outputs.push_back(layout);
    if (unit.outputs[i] == nullptr) {
      moves.emplace_back(std::vector<std::int64_t>(), size);
      continue;
    }
    const bool last = layout == Layout::channels_last;
    moves.emplace_back(
        last ? in_channels_last(sources.at(i), x, shape_of(*unit.outputs[i])) : sources.at(i),
        size);
  }
  std::vector<std::byte> fill(size);
  if (unit.is("Pad") && unit.input(2) != nullptr) {
    const auto bytes = facts.constant(unit.input(2))->bytes();
    fill.assign(bytes.begin(), bytes.end());
  }
  made.kernel = std::make_unique<FunctionKernel>(
      [moves = std::move(moves), fill = std::move(fill)](const KernelArgs& args) {
        for (std::size_t i = 0; i < moves.size(); ++i) {
          if (args.out[i] != nullptr) moves[i].run(args.in[0], args.out[i], fill.data());
        }
      });
  return made;
}

// --- a factor and a shift per channel

Verdict accepts_batch_norm(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("BatchNormalization")) return not_mine();
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("training_mode") != 0) return refuse("training mode");
  for (std::size_t i = 1; i < 5; ++i) {
    if (facts.constant(unit.input(i)) == nullptr) return refuse("its numbers are not constant");
  }
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  if (shape_of(*unit.input(0)).size() < 2) return refuse("no channels");
  return accept();
}

Prepared make_batch_norm(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const auto given = [&](std::size_t i) { return facts.constant(unit.input(i))->to_doubles(); };
  const std::vector<double> gamma = given(1);
  const std::vector<double> beta = given(2);
  const std::vector<double> mean = given(3);
  const std::vector<double> variance = given(4);
  const auto epsilon = static_cast<double>(facts.attributes(*unit.node).attr_float("epsilon"));
  std::vector<float> factor;
  std::vector<float> shift;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double f = gamma[c] / std::sqrt(variance[c] + epsilon);
    factor.push_back(static_cast<float>(f));
    shift.push_back(static_cast<float>(beta[c] - f * mean[c]));
  }
  const Layout layout = is_image_rank(x.size()) ? facts.preferred_layout(unit) : Layout::plain;
  const std::int64_t channels = x[1];
  const std::int64_t pixels = element_count(x) / (x[0] * channels);
  const bool rows_are_channels = layout == Layout::plain && pixels > 1;
  const std::int64_t width = rows_are_channels ? pixels : channels;
  const std::int64_t rows = element_count(x) / width;
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.in_place = {0};
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    parallel_for(rows, std::max<std::int64_t>(1, 8192 / width),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t r = begin; r < end; ++r) {
                     const float* in = view<float>(args.in[0]) + r * width;
                     float* out = view<float>(args.out[0]) + r * width;
                     const auto c = static_cast<std::size_t>(r % channels);
                     for (std::int64_t i = 0; i < width; ++i) {
                       const std::size_t k = rows_are_channels ? c : static_cast<std::size_t>(i);
                       out[i] = in[i] * factor[k] + shift[k];
                     }
                   }
                 });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:transpose", accepts_transpose, make_transpose},
                               {"native:moves", accepts_moves, make_moves},
                               {"native:batch_norm", accepts_batch_norm, make_batch_norm}};

}  // namespace

std::span<const KernelRow> move_rows() { return kRows; }

}  // namespace pare
