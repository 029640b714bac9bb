#include "compress/weights/block_weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "numerics/k_quants.hpp"
#include "numerics/nvfp4.hpp"

namespace pare {
namespace {

using Encode = std::function<void(std::span<const float>, std::span<std::byte>)>;

constexpr double kFloatBits = 32;

bool has_tensor_scale(DType format) { return format.name().rfind("nvfp4", 0) == 0; }

float greatest_magnitude(const WeightMatrix& w) {
  float most = 0;
  for (const float v : w.values) {
    if (!std::isfinite(v)) throw Error(Fault::corrupt, "a weight is not finite");
    most = std::max(most, std::fabs(v));
  }
  return most;
}

/// What a block consists of where it is elements times a scale, which is its byte 0.
struct BlockParts {
  std::string_view format, element;
  ScaleStore store = ScaleStore::power_of_two;
  float unit = 1;  ///< of the elements
};

constexpr std::array<BlockParts, 7> kParts = {
    BlockParts{"mxfp4", "f4e2m1"},
    BlockParts{"mxfp6_e2m3", "f6e2m3"},
    BlockParts{"mxfp6_e3m2", "f6e3m2"},
    BlockParts{"mxfp8_e4m3", "f8e4m3fn"},
    BlockParts{"mxfp8_e5m2", "f8e5m2"},
    BlockParts{"mxint8", "int8", ScaleStore::power_of_two, 0x1p-6F},
    BlockParts{"nvfp4", "f4e2m1", ScaleStore::f8e4m3}};

const BlockParts* parts_of(DType format) {
  const auto* const it = std::find_if(
      kParts.begin(), kParts.end(), [&](const BlockParts& p) { return p.format == format.name(); });
  return it == kParts.end() ? nullptr : it;
}

/// Fills in one row of `out` from its blocks and the numbers in them.
void take_apart(CodedWeights& out, std::int64_t r, const BlockParts& parts,
                std::span<const std::byte> blocks, std::span<const float> row) {
  const auto groups = static_cast<std::size_t>(out.grid.groups(out.columns));
  const auto width = static_cast<std::size_t>(out.grid.group);
  const auto columns = static_cast<std::size_t>(out.columns);
  const DtypeInfo& scales =
      dtype_by_name(parts.store == ScaleStore::f8e4m3 ? "f8e4m3fn" : "f8e8m0").info();
  const std::size_t bytes = blocks.size() / groups;
  for (std::size_t b = 0; b < groups; ++b) {
    float scale = 0;
    scales.decode(blocks.subspan(b * bytes, 1), std::span(&scale, 1));
    scale *= parts.unit;
    out.scales[static_cast<std::size_t>(r) * groups + b].scale = scale * out.tensor_scale;
    for (std::size_t c = b * width; c < std::min((b + 1) * width, columns); ++c) {
      out.codes[static_cast<std::size_t>(r) * columns + c] =
          static_cast<std::uint8_t>(out.grid.nearest(row[c] / scale));
    }
  }
}

CodedWeights empty_coded(const WeightMatrix& w, DType format, const BlockParts& parts,
                         float tensor_scale) {
  CodedWeights out{grid_of(dtype_by_name(parts.element)),
                   w.rows,
                   w.columns,
                   std::vector<std::uint8_t>(w.values.size()),
                   {}};
  out.grid.group = static_cast<std::int64_t>(format.info().values);
  out.scales.resize(static_cast<std::size_t>(w.rows * out.grid.groups(w.columns)));
  out.scale_store = parts.store;
  out.tensor_scale = tensor_scale;
  return out;
}

/// Row by row through the codec, divided by `scale` in between.
WeightMatrix through_codec(const WeightMatrix& w, DType format, float scale, const Encode& encode,
                           CodedWeights* coded) {
  const DtypeInfo& info = format.info();
  const auto columns = static_cast<std::size_t>(w.columns);
  const std::size_t blocks = (columns + info.values - 1) / info.values;
  WeightMatrix out{w.rows, w.columns, std::vector<float>(w.values.size())};
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(blocks * info.values);
    std::vector<std::byte> codes(blocks * info.bytes);
    for (std::int64_t r = begin; r < end; ++r) {
      std::fill(row.begin(), row.end(), 0.0F);
      const auto from = w.row(r);
      for (std::size_t c = 0; c < columns; ++c) row[c] = from[c] / scale;
      encode(row, codes);
      info.decode(codes, row);
      if (coded != nullptr) take_apart(*coded, r, *parts_of(format), codes, row);
      const auto to = out.row(r);
      for (std::size_t c = 0; c < columns; ++c) to[c] = row[c] * scale;
    }
  });
  return out;
}

/// The encoder that weighs errors, with zeros for what fills up the last block.
Encode weighted(DType format, std::span<const float> importance) {
  const WeightedEncode encode = weighted_encode_of(format.name());
  if (encode == nullptr) {
    throw Error(Fault::config, cat("imatrix: errors of ", format.name(), " cannot be weighed"));
  }
  const std::size_t block = format.info().values;
  std::vector<float> full(importance.begin(), importance.end());
  full.resize((full.size() + block - 1) / block * block, 0.0F);
  return
      [encode, full](std::span<const float> x, std::span<std::byte> out) { encode(x, full, out); };
}

}  // namespace

BlockWeights round_to_blocks(const WeightMatrix& w, DType format, const std::string& method,
                             std::span<const float> importance) {
  if (method != "rtn" && method != "mse" && method != "imatrix") {
    throw Error(Fault::config, cat("the format ", format.name(),
                                   " has scales of its own: method rtn, mse or imatrix"));
  }
  const DtypeInfo& info = format.info();
  Encode encode = info.encode;
  float scale = 1;
  const float most = greatest_magnitude(w);
  if (has_tensor_scale(format)) {
    const bool searches = method != "rtn" && format.name() == "nvfp4";
    const Nvfp4Scale rule = searches ? Nvfp4Scale::four_or_six : Nvfp4Scale::six;
    scale = nvfp4_tensor_scale(most, rule);
    if (searches) {
      encode = [rule](std::span<const float> x, std::span<std::byte> out) {
        encode_nvfp4(x, 1, rule, out);
      };
    }
  }
  if (method == "imatrix" && !importance.empty()) encode = weighted(format, importance);
  const auto columns = static_cast<double>(w.columns);
  const double blocks = std::ceil(columns / static_cast<double>(info.values));
  BlockWeights out;
  if (const BlockParts* parts = parts_of(format); parts != nullptr) {
    out.coded = empty_coded(w, format, *parts, scale);
    out.element = dtype_by_name(parts->element);
  }
  out.decoded = through_codec(w, format, scale, encode, out.coded ? &*out.coded : nullptr);
  out.bits = blocks * static_cast<double>(info.bytes) * 8 / columns;
  if (has_tensor_scale(format)) out.bits += kFloatBits / static_cast<double>(w.values.size());
  return out;
}

}  // namespace pare
