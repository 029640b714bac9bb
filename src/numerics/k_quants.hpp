#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// Super-blocks of 256 values whose parts have small integer scales of one float16 step: the
/// k-quants of ggml. `d` and `dmin` are float16. Encoding searches every part's step for the least
/// weighted squared error (numerics/step_search.hpp), quantizes the steps and codes the values
/// again with the steps that a reader will see.
///
/// encode() weighs value x by |x| (q2_k), by |x| + root mean square of its part (q4_k, q5_k) or by
/// x^2 (q3_k, q6_k). encode_weighted() weighs by importance * sqrt(s + x^2), s = twice the mean
/// square of the super-block (once in q2_k; q6_k: by the importance alone) and also searches the
/// step of the scales (not in q6_k). Importance: the mean square of the input that a weight meets,
/// one number per value; anything but a positive finite number counts as 0.
/// Source: ggml, quantize_row_q*_K; layouts: docs/formats of GGUF.
struct KQuantBlock {
  static constexpr std::size_t kValues = 256;
  static constexpr BlockNan kNan = BlockNan::zero;
  using Values = std::span<const float, kValues>;
};

/// 16 parts of 16: x ~ d * sc * q - dmin * mn with 2-bit q, 4-bit sc and mn.
/// Layout, 84 bytes: byte b < 16 is sc (low nibble) and mn (high) of part b; [16,80) codes: value
/// 128n + 32s + l at bits 2s of byte 16 + 32n + l; [80,82) d; [82,84) dmin.
struct Q2KBlock : KQuantBlock {
  static constexpr std::size_t kBytes = 84;
  static constexpr float kLimit = 15 * kGreatestF16;
  static void encode(Values x, std::span<std::byte, kBytes> out);
  static void encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// 16 parts of 16: x ~ d * (S - 32) * q with q = -4 ... 3 and 6-bit S.
/// Layout, 110 bytes: q + 4 has its third bit at bit 4n + s of byte l, for value 128n + 32s + l,
/// and its low two in [32,96) as in q2_k; [96,108) the low nibbles of S of parts 0-7, the same of
/// parts 8-15 in the high nibbles, then the upper two bits of S: of part b at bits 2 (b / 4) of
/// byte 104 + b % 4; [108,110) d.
struct Q3KBlock : KQuantBlock {
  static constexpr std::size_t kBytes = 110;
  static constexpr float kLimit = 128 * kGreatestF16;
  static void encode(Values x, std::span<std::byte, kBytes> out);
  static void encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// 8 parts of 32: x ~ d * sc * q - dmin * mn with 4-bit q, 6-bit sc and mn.
/// Layout, 144 bytes: [0,2) d; [2,4) dmin; [4,16) the 6-bit numbers s: of part j < 4 sc is the low
/// six bits of s[j], mn of s[j+4]; of part j >= 4 sc is the low nibble of s[j+4] and above it the
/// upper two bits of s[j-4], mn the high nibble of s[j+4] and the upper two bits of s[j];
/// [16,144) codes: value 64g + l in the low nibble of byte 16 + 32g + l, 64g + 32 + l in the high.
struct Q4KBlock : KQuantBlock {
  static constexpr std::size_t kBytes = 144;
  static constexpr float kLimit = 63 * kGreatestF16;
  static void encode(Values x, std::span<std::byte, kBytes> out);
  static void encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// As q4_k with 5-bit q. Layout, 176 bytes: [0,16) as there; [16,48) the fifth bits: of value
/// 32j + l at bit j of byte 16 + l; [48,176) the low four bits as there.
struct Q5KBlock : KQuantBlock {
  static constexpr std::size_t kBytes = 176;
  static constexpr float kLimit = 63 * kGreatestF16;
  static void encode(Values x, std::span<std::byte, kBytes> out);
  static void encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// 16 parts of 16: x ~ d * sc * q with q = -32 ... 31 and signed bytes sc.
/// Layout, 210 bytes, for value 128n + 32k + l and q + 32: [0,128) low four bits, in byte
/// 64n + l + 32 (k % 2), nibble k / 2; [128,192) upper two at bits 2k of byte 128 + 32n + l;
/// [192,208) sc; [208,210) d.
struct Q6KBlock : KQuantBlock {
  static constexpr std::size_t kBytes = 210;
  static constexpr float kLimit = 128 * 32 * kGreatestF16;
  static void encode(Values x, std::span<std::byte, kBytes> out);
  static void encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// Encodes like DtypeInfo::encode, the squared error weighed by `importance`, one number per value
/// of `in`. Errors: Fault::usage when there are not as many.
using WeightedEncode = void (*)(std::span<const float> in, std::span<const float> importance,
                                std::span<std::byte> out);

/// The weighted encoder of "q2_k" ... "q6_k", "iq4_nl_b32" and "iq4_xs"; null for other names.
[[nodiscard]] WeightedEncode weighted_encode_of(std::string_view format) noexcept;

}  // namespace pare
