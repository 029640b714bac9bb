#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Numbers of levels of the 4.6-bit scheme and the names of their formats.
inline constexpr std::array<std::pair<unsigned, std::string_view>, 19> kLevelCounts = {{
    {5, "levels5"},   {7, "levels7"},   {9, "levels9"},   {11, "levels11"},   {13, "levels13"},
    {15, "levels15"}, {17, "levels17"}, {19, "levels19"}, {21, "levels21"},   {23, "levels23"},
    {25, "levels25"}, {29, "levels29"}, {31, "levels31"}, {37, "levels37"},   {43, "levels43"},
    {51, "levels51"}, {63, "levels63"}, {85, "levels85"}, {127, "levels127"},
}};

template <unsigned kLevels>
DtypeInfo levels_info(std::string_view name) {
  using Packing = DigitPacking<kLevels, 8>;
  using Codec = ElementCodec<Levels<kLevels>, Packing>;
  return {.name = name,
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -static_cast<double>(kLevels / 2),
          .max = static_cast<double>(kLevels / 2),
          .source = "doi:10.3390/math12050651",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

/// Whole numbers on N levels, -(N - 1) / 2 to (N - 1) / 2, as many digits to base N in 8 bytes as
/// fit, the first the least significant: levels23 takes 4.57 bits. The numbers of levels are those
/// whose products with their partner's fit 8 bits (4.6-bit quantization).
inline std::vector<DtypeInfo> dtype_levels() {
  std::vector<DtypeInfo> all;
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (all.push_back(levels_info<kLevelCounts[i].first>(kLevelCounts[i].second)), ...);
  }
  (std::make_index_sequence<kLevelCounts.size()>());
  return all;
}

}  // namespace pare
