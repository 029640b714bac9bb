#include "kernels/attention/attention_tables.hpp"

#include "kernels/wide/lanes_neon.inc"

#include "kernels/wide/functions.inc"

namespace pare {
namespace {

struct Tile {
  static constexpr int kRows = 6, kVectors = 4;
};

}  // namespace
}  // namespace pare

#include "kernels/attention/attention_body.inc"

namespace pare {
namespace {

constexpr AttentionKernels kTable = table("neon");

}  // namespace

const AttentionKernels* attention_kernels_neon() { return &kTable; }

}  // namespace pare
