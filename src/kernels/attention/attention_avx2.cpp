#include "kernels/attention/attention_tables.hpp"

#include "kernels/wide/lanes_avx2.inc"

#include "kernels/wide/functions.inc"

namespace pare {
namespace {

struct Tile {
  static constexpr int kRows = 6, kVectors = 2;
};

}  // namespace
}  // namespace pare

#include "kernels/attention/attention_rows.inc"

#include "kernels/attention/attention_body.inc"

namespace pare {
namespace {

constexpr AttentionKernels kTable = table("avx2");

}  // namespace

const AttentionKernels* attention_kernels_avx2() { return &kTable; }

}  // namespace pare
