#include <algorithm>
#include <memory>
#include <numeric>

#include "kernels/resample/resample.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostWeights = std::int64_t{1} << 24;

/// Dimensions from this one on are pixels: at most the last two.
std::size_t first_pixel_axis(std::size_t rank) {
  return rank >= 4 || rank == 2 ? rank - 2 : rank - 1;
}

/// Axes that scales and sizes speak of.
std::vector<std::size_t> resized_axes(const Unit& unit, PlanFacts& facts) {
  const std::size_t rank = shape_of(*unit.input(0)).size();
  std::vector<std::size_t> axes;
  for (const std::int64_t a : facts.attributes(*unit.node).attr_ints("axes")) {
    axes.push_back(static_cast<std::size_t>(a < 0 ? a + static_cast<std::int64_t>(rank) : a));
  }
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), std::size_t{0});
  }
  return axes;
}

/// Constant input i with values; nullptr when it was not given or is empty.
const Tensor* values_of(const Unit& unit, std::size_t i, PlanFacts& facts) {
  const Tensor* t = unit.input(i) == nullptr ? nullptr : facts.constant(unit.input(i));
  return t == nullptr || t->empty() ? nullptr : t;
}

/// Entry of scales or sizes that belongs to dimension d; -1 = that dimension stays.
std::int64_t entry_of(const std::vector<std::size_t>& axes, std::size_t d) {
  const auto at = std::find(axes.begin(), axes.end(), d);
  return at == axes.end() ? -1 : at - axes.begin();
}

Verdict accepts_resize(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Resize") || unit.quantized) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_string("mode") == "nearest") return refuse("nothing to interpolate");
  if (a.attr_string("coordinate_transformation_mode") == "tf_crop_and_resize") {
    return refuse("it crops");
  }
  if (a.attr_string("keep_aspect_ratio_policy") != "stretch") return refuse("it keeps the aspect");
  for (std::size_t i = 2; i < 4; ++i) {
    if (unit.input(i) != nullptr && facts.constant(unit.input(i)) == nullptr) {
      return refuse(cat("input ", i, " is only known at run time"));
    }
  }
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  if (x.empty() || element_count(y) == 0) return refuse("nothing to do");
  const auto axes = resized_axes(unit, facts);
  const Tensor* scales = values_of(unit, 2, facts);
  for (std::size_t d = 0; d < x.size(); ++d) {
    if (d >= first_pixel_axis(x.size())) {
      if (x[d] * y[d] > kMostWeights || x[d] * x[d] > kMostWeights) return refuse("very wide");
      continue;
    }
    const std::int64_t entry = entry_of(axes, d);
    const bool moved = entry >= 0 && scales != nullptr &&
                       scales->to_floats().at(static_cast<std::size_t>(entry)) != 1.0F;
    if (moved || x[d] != y[d]) return refuse("more than the last two dimensions");
  }
  return accept();
}

/// The weights of dimension d: what the operator makes of the unit vectors.
ResampleTaps weights_of(const Unit& unit, std::size_t d, PlanFacts& facts) {
  const std::int64_t in = shape_of(*unit.input(0))[d];
  const std::int64_t out = shape_of(*unit.output())[d];
  std::vector<double> matrix(static_cast<std::size_t>(in * in), 0.0);
  for (std::int64_t i = 0; i < in; ++i) matrix[i * in + i] = 1;
  const std::int64_t entry = entry_of(resized_axes(unit, facts), d);
  if (entry < 0) return ResampleTaps::from_matrix(matrix, in, in);
  Graph graph;
  NodeSpec spec;
  spec.op = "Resize";
  spec.name = unit.node->name();
  spec.attributes = unit.node->attributes();
  spec.attributes["axes"] = std::vector<std::int64_t>{1};
  const Node* node = graph.add_node(std::move(spec));
  const auto own = [&](std::size_t i) {
    const Tensor* t = values_of(unit, i, facts);
    if (t == nullptr) return Tensor();
    const auto at = static_cast<std::size_t>(entry);
    return i == 2 ? Tensor::of<float>({1}, {t->to_floats().at(at)})
                  : Tensor::of<std::int64_t>({1}, {t->to_ints().at(at)});
  };
  const Tensor unit_vectors = Tensor::of<double>({in, in}, matrix);
  const Tensor made =
      run_reference(*node, facts.ops, {unit_vectors, Tensor(), own(2), own(3)}).at(0);
  return ResampleTaps::from_matrix(made.to_doubles(), in, out);
}

Prepared make_resize(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const std::size_t first = first_pixel_axis(x.size());
  const bool image = x.size() >= 3 && x.size() <= 5;
  const Layout layout = image ? facts.preferred_layout(unit) : Layout::plain;
  const std::int64_t inner = layout == Layout::channels_last ? x[1] : 1;
  std::int64_t outer = 1;
  for (std::size_t d = 0; d < first; ++d) outer *= x[d];
  ResampleTaps rows = ResampleTaps::from_matrix({1.0}, 1, 1);
  if (first + 2 == x.size()) rows = weights_of(unit, first, facts);
  const auto resample = std::make_shared<Resample>(outer / inner, inner, std::move(rows),
                                                   weights_of(unit, x.size() - 1, facts));
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.kernel = std::make_unique<FunctionKernel>([resample](const KernelArgs& args) {
    resample->run(view<float>(args.in[0]), view<float>(args.out[0]));
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:resize", accepts_resize, make_resize}};

}  // namespace

std::span<const KernelRow> resize_rows() { return kRows; }

}  // namespace pare
