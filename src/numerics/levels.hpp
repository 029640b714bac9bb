#pragma once

#include <cstdint>
#include <string_view>

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// The integers -a..a with a = (kLevels - 1) / 2, kLevels odd: half to even, saturating, NaN is 0.
/// As many values as base-kLevels digits fit in 64 bits share a little-endian word of 8 bytes; a
/// digit is the value plus a, the first value's the least significant (padding: digits 0). So 23
/// levels take 64 / 14 = 4.571 bits. Level counts are chosen in pairs whose products fit in a
/// signed byte. Source: Trusov, Limonova, Nikolaev, Arlazarov, Mathematics 2024, 12(5), 651 (the
/// packing is our own).
template <unsigned kLevels>
[[nodiscard]] DtypeInfo levels_info(std::string_view name) {
  static_assert(kLevels % 2 == 1 && kLevels >= 3 && kLevels <= 255);
  constexpr int kMost = (static_cast<int>(kLevels) - 1) / 2;
  using Layout = DigitWords<kLevels>;
  using Codec = ElementCodec<SmallIntegerCode<-kMost, kMost, true>, Layout>;
  return {.name = name,
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = Layout::kValues,
          .bytes = Layout::kBytes,
          .min = -kMost,
          .max = kMost,
          .source = "Trusov et al., Mathematics 2024, 12(5), 651",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
