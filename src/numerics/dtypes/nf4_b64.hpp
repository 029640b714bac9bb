#pragma once

#include "numerics/dtype.hpp"
#include "numerics/dtypes/nf4.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// NF4 in blocks of 64 under their greatest magnitude in float32, which comes first: 4.5 bits.
inline DtypeInfo dtype_nf4_b64() {
  using Block = AbsmaxBlock<TableCode<Nf4Book>>;
  return {.name = "nf4_b64",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -3.4e38,
          .max = 3.4e38,
          .source = "arXiv:2305.14314",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
