#include "ops/_window.hpp"

#include <algorithm>
#include <utility>

namespace pare::ops {
namespace {

constexpr std::int64_t kMostStep = std::int64_t{1} << 31;  // keeps all products in 64 bits

std::vector<std::int64_t> read_list(const AttributeReader& a, const char* name, std::size_t spatial,
                                    std::int64_t least) {
  std::vector<std::int64_t> list;
  if (a.def().find_attribute(name) != nullptr) list = a.attr_ints(name);
  if (list.empty()) list.assign(spatial, 1);
  if (list.size() != spatial) {
    a.fail(
        cat(name, " has ", list.size(), " values, the input has ", spatial, " spatial dimensions"));
  }
  for (const std::int64_t v : list) {
    if (v < least || v > kMostStep) a.fail(cat(name, " holds ", v));
  }
  return list;
}

Window::Pad read_auto_pad(const AttributeReader& a) {
  if (a.def().find_attribute("auto_pad") == nullptr) return Window::Pad::notset;
  const std::string name = a.attr_string("auto_pad");
  if (name.empty() || name == "NOTSET") return Window::Pad::notset;
  if (name == "VALID") return Window::Pad::valid;
  if (name == "SAME_UPPER") return Window::Pad::same_upper;
  if (name == "SAME_LOWER") return Window::Pad::same_lower;
  a.fail(cat("auto_pad is '", name, "'"));
}

void read_pads(const AttributeReader& a, Window& w) {
  const std::size_t n = w.rank();
  w.begin.assign(n, 0);
  w.end.assign(n, 0);
  if (w.pad != Window::Pad::notset) return;
  const auto pads = a.attr_ints("pads");
  if (pads.empty()) return;
  if (pads.size() != 2 * n) a.fail(cat("pads has ", pads.size(), " values, wanted ", 2 * n));
  for (const std::int64_t p : pads) {
    if (p < 0 || p > kMostStep) a.fail(cat("pads holds ", p));
  }
  for (std::size_t i = 0; i < n; ++i) {
    w.begin[i] = pads[i];
    w.end[i] = pads[n + i];
  }
}

}  // namespace

OpDef& window_attributes(OpDef& def, bool with_dilations) {
  def.attribute("auto_pad", std::string("NOTSET"), "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
      .optional_attribute("pads", AttributeKind::integers, "before all dimensions, then after")
      .optional_attribute("strides", AttributeKind::integers, "steps of the window; 1");
  if (with_dilations) {
    def.optional_attribute("dilations", AttributeKind::integers, "steps inside the window; 1");
  }
  return def;
}

Window read_window(const AttributeReader& a, std::size_t spatial,
                   const std::vector<std::int64_t>& kernel) {
  Window w;
  if (kernel.empty() && spatial > 0) {
    if (!a.has_attr("kernel_shape")) a.fail("attribute 'kernel_shape' is missing");
    w.kernel = read_list(a, "kernel_shape", spatial, 1);
  } else {
    w.kernel = kernel;
    const auto said = a.attr_ints("kernel_shape");
    if (!said.empty() && said != kernel) {
      a.fail(cat("kernel_shape is ", to_string(said), ", the weights have ", to_string(kernel)));
    }
    for (const std::int64_t k : kernel) {
      if (k < 1 || k > kMostStep) a.fail(cat("kernel shape ", to_string(kernel)));
    }
  }
  w.strides = read_list(a, "strides", spatial, 1);
  w.dilations = read_list(a, "dilations", spatial, 1);
  w.pad = read_auto_pad(a);
  read_pads(a, w);
  w.ceil_mode = a.def().find_attribute("ceil_mode") != nullptr && a.attr_int("ceil_mode") != 0;
  return w;
}

Dim window_size(const AttributeReader& a, const Window& w, std::size_t axis, const Dim& in) {
  const std::int64_t stride = w.strides[axis];
  const std::int64_t extent = w.extent(axis);
  if (w.pad == Window::Pad::same_upper || w.pad == Window::Pad::same_lower) {
    return ceil_div(in, Dim(stride));
  }
  const std::int64_t begin = w.begin[axis];
  const std::int64_t end = w.end[axis];
  const Dim room = in + Dim(begin + end - extent);
  if (room.is_number() && room.number() < 0) {
    a.fail(cat("a window of ", extent, " does not fit ", in.text(), " with pads ", begin, " and ",
               end, " in spatial dimension ", axis));
  }
  if (!w.ceil_mode || w.pad == Window::Pad::valid) return floor_div(room, Dim(stride)) + Dim(1);
  if (!in.is_number()) {
    // A last window that begins in the padding behind the input is dropped.
    const bool may_drop = stride + end > extent;
    return may_drop ? Dim::unknown() : ceil_div(room, Dim(stride)) + Dim(1);
  }
  const std::int64_t steps = (room.number() + stride - 1) / stride;
  return steps * stride >= in.number() + begin ? Dim(steps) : Dim(steps + 1);
}

SymShape window_shape(const AttributeReader& a, const Window& w, const SymShape& x,
                      const Dim& channels) {
  SymShape y = {x[0], channels};
  for (std::size_t i = 0; i < w.rank(); ++i) y.push_back(window_size(a, w, i, x[i + 2]));
  return y;
}

WindowWalk::WindowWalk(const AttributeReader& a, Window w, Shape spatial_in)
    : w_(std::move(w)),
      in_(std::move(spatial_in)),
      begin_(w_.begin),
      end_(w_.end),
      origin_(in_.size()),
      index_(in_.size()) {
  for (std::size_t i = 0; i < in_.size(); ++i) {
    out_.push_back(window_size(a, w_, i, Dim(in_[i])).number());
    if (w_.pad != Window::Pad::same_upper && w_.pad != Window::Pad::same_lower) continue;
    const std::int64_t need = (out_[i] - 1) * w_.strides[i] + w_.extent(i) - in_[i];
    const std::int64_t total = std::max<std::int64_t>(need, 0);
    begin_[i] = w_.pad == Window::Pad::same_upper ? total / 2 : total - total / 2;
    end_[i] = total - begin_[i];
  }
}

std::int64_t WindowWalk::taps(std::int64_t at, std::vector<Tap>& taps) {
  taps.clear();
  const std::size_t n = in_.size();
  for (std::size_t i = n; i-- > 0;) {
    origin_[i] = (at % out_[i]) * w_.strides[i] - begin_[i];
    at /= out_[i];
    index_[i] = 0;
  }
  std::int64_t padded = 0;
  const std::int64_t count = kernel_count();
  for (std::int64_t k = 0; k < count; ++k) {
    bool inside = true;
    bool on_padding = true;
    std::int64_t in = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t p = origin_[i] + index_[i] * w_.dilations[i];
      inside = inside && p >= 0 && p < in_[i];
      on_padding = on_padding && p < in_[i] + end_[i];
      if (inside) in = in * in_[i] + p;
    }
    if (inside) taps.push_back({in, k});
    if (on_padding) ++padded;
    for (std::size_t i = n; i-- > 0;) {
      if (++index_[i] < w_.kernel[i]) break;
      index_[i] = 0;
    }
  }
  return padded;
}

}  // namespace pare::ops
