#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/depthwise/int8_lanes_neon.inc"

namespace pare {
namespace {

/// One instruction adds the codes of four rows, which are signed.
struct Lanes : LanesNeon {
  using Codes = int8x16_t;
  static constexpr const char* kName = "neon_dot";
  static constexpr int kTaps = 4;

  static Codes load(const std::byte* p) { return load_codes(p); }
  static void store(std::byte* p, Codes x) { vst1q_u8(codes_at(p), vreinterpretq_u8_s8(x)); }
  static Codes beside_some(const std::byte* const* row, Mask n, std::uint8_t flip) {
    constexpr std::uint8_t kOrder[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    uint32x4_t rows = vdupq_n_u32(some_codes(row[0], n));
    rows = vsetq_lane_u32(some_codes(row[1], n), rows, 1);
    rows = vsetq_lane_u32(some_codes(row[2], n), rows, 2);
    rows = vsetq_lane_u32(some_codes(row[3], n), rows, 3);
    const uint8x16_t turned = vqtbl1q_u8(vreinterpretq_u8_u32(rows), vld1q_u8(kOrder));
    return vreinterpretq_s8_u8(veorq_u8(turned, vdupq_n_u8(flip)));
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    const std::byte* there[kTaps] = {row[0] + at, row[1] + at, row[2] + at, row[3] + at};
    return beside_some(there, kLanes, flip);
  }
  static Words dot(Words acc, Codes x, Codes w) { return vdotq_s32(acc, x, w); }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {
namespace {

constexpr DepthwiseCodeKernels for_signed_codes(DepthwiseCodeKernels k) {
  k.signed_codes = true;
  return k;
}
constexpr DepthwiseCodeKernels kSigned = for_signed_codes(kTable);

}  // namespace

const DepthwiseCodeKernels* depthwise_code_kernels_neon_dot() { return &kSigned; }

}  // namespace pare
