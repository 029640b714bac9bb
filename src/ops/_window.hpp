#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// The attributes of a sliding window, checked: one entry per spatial dimension.
struct Window {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> begin;  ///< explicit padding before / after
  std::vector<std::int64_t> end;
  enum class Pad : std::uint8_t { notset, valid, same_upper, same_lower } pad = Pad::notset;
  bool ceil_mode = false;

  [[nodiscard]] std::size_t rank() const noexcept { return kernel.size(); }
  /// Distance between the first and the last tap, plus one.
  [[nodiscard]] std::int64_t extent(std::size_t axis) const {
    return (kernel[axis] - 1) * dilations[axis] + 1;
  }
};

/// Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode, those that the schema
/// has. `kernel` empty = kernel_shape is required; else kernel_shape, when given, must equal it.
/// Errors: Fault::corrupt for wrong lengths, sizes below 1, negative or huge pads.
Window read_window(const AttributeReader& a, std::size_t spatial,
                   const std::vector<std::int64_t>& kernel = {});
/// Adds the attributes that read_window reads, without kernel_shape and ceil_mode.
OpDef& window_attributes(OpDef& def, bool with_dilations = true);

/// Output size along `axis`. Fault::corrupt when the window does not fit the padded input.
Dim window_size(const AttributeReader& a, const Window& w, std::size_t axis, const Dim& in);
/// [N, C', spatial sizes after the window].
SymShape window_shape(const AttributeReader& a, const Window& w, const SymShape& x,
                      const Dim& channels);

/// One element of the kernel that lies on the input.
struct Tap {
  std::int64_t in = 0;      ///< index in the flattened spatial input
  std::int64_t kernel = 0;  ///< index in the flattened kernel
};

/// A window over an input of known size.
class WindowWalk {
 public:
  WindowWalk(const AttributeReader& a, Window w, Shape spatial_in);
  [[nodiscard]] const Shape& out() const noexcept { return out_; }
  [[nodiscard]] std::int64_t in_count() const { return element_count(in_); }
  [[nodiscard]] std::int64_t out_count() const { return element_count(out_); }
  [[nodiscard]] std::int64_t kernel_count() const { return element_count(w_.kernel); }
  [[nodiscard]] const Shape& begin() const noexcept { return begin_; }
  /// The taps of flattened output position `at`, in row-major order of the kernel. Returns how
  /// many taps lie on the padded input (padding counts, what ceil_mode adds behind it does not).
  std::int64_t taps(std::int64_t at, std::vector<Tap>& taps);

 private:
  Window w_;
  Shape in_;
  Shape out_;
  Shape begin_;
  Shape end_;
  Shape origin_;
  Shape index_;
};

}  // namespace pare::ops
