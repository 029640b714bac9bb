#pragma once

#include "numerics/dtype.hpp"
#include "numerics/dtypes/iq4_nl_codes.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// IQ4_NL of GGUF: 32 entries of the code book iq4_nl_codes times a scale.
inline DtypeInfo dtype_iq4_nl() {
  using Block = TableBlock<TableCode<Iq4NlBook>>;
  return {.name = "iq4_nl",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -127.0 * 65504,
          .max = 127.0 * 65504,
          .source = "ggml IQ4_NL",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
