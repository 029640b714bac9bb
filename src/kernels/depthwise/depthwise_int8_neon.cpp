#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/depthwise/int8_lanes_neon.inc"

namespace pare {
namespace {

/// Codes of one row as 16-bit words: one instruction adds a product to each of 4 sums.
struct Lanes : LanesNeon {
  using Codes = int16x4_t;
  static constexpr const char* kName = "neon";
  static constexpr int kTaps = 1;

  static Codes load(const std::byte* p) { return vld1_s16(view<std::int16_t>(p)); }
  static void store(std::byte* p, Codes x) { vst1_s16(view<std::int16_t>(p), x); }
  static Codes beside_some(const std::byte* const* row, Mask n, std::uint8_t flip) {
    const uint8x8_t bytes = vcreate_u8(some_codes(row[0], n));
    const uint16x8_t words = vmovl_u8(veor_u8(bytes, vdup_n_u8(flip)));
    return vreinterpret_s16_u16(vget_low_u16(words));
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    const std::byte* there[kTaps] = {row[0] + at};
    return beside_some(there, kLanes, flip);
  }
  static Words dot(Words acc, Codes x, Codes w) { return vmlal_s16(acc, x, w); }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {

const DepthwiseCodeKernels* depthwise_code_kernels_neon() { return &kTable; }

}  // namespace pare
