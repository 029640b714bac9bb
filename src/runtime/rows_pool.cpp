#include <algorithm>

#include "runtime/onednn.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

using onednn::Desc;

bool is_global(const Unit& unit) {
  return unit.is("GlobalAveragePool") || unit.is("GlobalMaxPool");
}
bool is_max(const Unit& unit) { return unit.is("MaxPool") || unit.is("GlobalMaxPool"); }

/// ReduceMean over all spatial axes is a global average.
bool is_spatial_mean(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("ReduceMean")) return false;
  const Shape x = shape_of(*unit.input(0));
  const Tensor* axes = facts.constant(unit.input(1));
  if (axes == nullptr || x.size() < 3) return false;
  std::vector<bool> reduced(x.size(), false);
  for (std::int64_t a : axes->to_ints()) {
    if (a < 0) a += static_cast<std::int64_t>(x.size());
    if (a < 0 || a >= static_cast<std::int64_t>(x.size())) return false;
    reduced[static_cast<std::size_t>(a)] = true;
  }
  if (reduced[0] || reduced[1]) return false;
  return std::all_of(reduced.begin() + 2, reduced.end(), [](bool r) { return r; });
}

/// The mean of codes is the code of the mean when scale and zero point stay the same.
Verdict accepts_mean_of_codes(const Unit& unit, PlanFacts& facts) {
  if (!unit.quantized || !unit.is("AveragePool")) return refuse("a mean of integers");
  const Quant& x = unit.in_quant[0];
  const Quant& y = unit.out_quant;
  if (x.scale != y.scale || x.zero_point != y.zero_point) return refuse("the scale changes");
  if (unit.input(0)->dtype() != unit.output()->dtype()) return refuse("the type changes");
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.attr_int("count_include_pad") != 0 && x.zero_point != 0) {
    return refuse("padding counts, and zero has another code");
  }
  return accept();
}

Verdict accepts_pool(const Unit& unit, PlanFacts& facts) {
  const bool mean = is_spatial_mean(unit, facts);
  if (!mean && !is_global(unit) && !unit.is("MaxPool") && !unit.is("AveragePool")) {
    return not_mine();
  }
  const ElementKind kind = unit.input(0)->dtype().kind();
  const bool bytes = kind == ElementKind::i8 || kind == ElementKind::u8;
  if (kind != ElementKind::f32 && !bytes) return refuse("not float32 or 8 bits");
  if (bytes && !is_max(unit)) {
    Verdict v = accepts_mean_of_codes(unit, facts);
    if (v.kind != Verdict::Kind::accept) return v;
  }
  const Shape x = shape_of(*unit.input(0));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  if (unit.outputs.size() > 1 && unit.outputs[1] != nullptr) return refuse("indices are wanted");
  if (mean || is_global(unit)) return accept();
  const AttributeReader a = facts.attributes(*unit.node);
  if (a.has_attr("storage_order") && a.attr_int("storage_order") != 0) {
    return refuse("column-major");
  }
  const bool counts = !is_max(unit) && a.attr_int("count_include_pad") != 0;
  if (counts && a.attr_int("ceil_mode") != 0) return refuse("padding counts and ceil_mode is on");
  if (a.attr_ints("kernel_shape").size() + 2 != x.size()) return refuse("a window of another rank");
  const WindowSizes w = window_sizes(a, a.attr_ints("kernel_shape"), x, shape_of(*unit.output()));
  if (sees_only_padding(w, x, shape_of(*unit.output()))) return refuse("a window of padding alone");
  return accept();
}

Prepared make_pool(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  Shape y = shape_of(*unit.output());
  WindowSizes w;
  dnnl::algorithm algorithm =
      is_max(unit) ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_exclude_padding;
  if (unit.is("MaxPool") || unit.is("AveragePool")) {
    const AttributeReader a = facts.attributes(*unit.node);
    w = window_sizes(a, a.attr_ints("kernel_shape"), x, y);
    if (!is_max(unit) && a.attr_int("count_include_pad") != 0) {
      algorithm = dnnl::algorithm::pooling_avg_include_padding;
    }
  } else {
    w.kernel = Shape(x.begin() + 2, x.end());
    w.strides.assign(w.kernel.size(), 1);
    w.dilations = w.strides;
    w.before.assign(w.kernel.size(), 0);
    w.after = w.before;
    y = x;
    std::fill(y.begin() + 2, y.end(), 1);  // also when ReduceMean drops the axes
  }
  for (auto& d : w.dilations) --d;
  return onednn::guarded([&] {
    const auto type = onednn::type_of(unit.input(0)->dtype());
    const Layout layout = Layout::channels_last;
    const Desc src = onednn::desc_of(type, x, layout);
    const Desc dst = onednn::desc_of(type, y, layout);
    const dnnl::pooling_v2_forward::desc d(dnnl::prop_kind::forward_inference, algorithm, src, dst,
                                           w.strides, w.kernel, w.dilations, w.before, w.after);
    const dnnl::pooling_v2_forward::primitive_desc pd(d, onednn::attributes(), onednn::engine());
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::pooling_v2_forward(pd));
    kernel->bind_input(DNNL_ARG_SRC, src, 0);
    kernel->bind_output(DNNL_ARG_DST, dst);
    kernel->bind_scratch(pd.scratchpad_desc());
    Prepared made;
    made.inputs = {{unit.input(0), layout}};
    made.outputs = {shape_of(*unit.output()).size() == x.size() ? layout : Layout::plain};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

constexpr KernelRow kRows[] = {{"onednn:pool", accepts_pool, make_pool}};

}  // namespace

std::span<const KernelRow> pool_rows() { return kRows; }

}  // namespace pare
