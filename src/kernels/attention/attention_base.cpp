#include "kernels/attention/attention_tables.hpp"

#include "kernels/wide/lanes_base.inc"

#include "kernels/wide/functions.inc"

namespace pare {
namespace {

struct Tile {
  static constexpr int kRows = 2, kVectors = 2;
};

}  // namespace
}  // namespace pare

#include "kernels/attention/attention_rows.inc"

#include "kernels/attention/attention_body.inc"

namespace pare {
namespace {

constexpr AttentionKernels kTable = table("base");

}  // namespace

const AttentionKernels* attention_kernels_base() { return &kTable; }

}  // namespace pare
