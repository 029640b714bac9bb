#pragma once

#include <memory>

#include "runtime/onednn.hpp"

namespace pare {

/// Input i is absent, or one constant zero point for all.
bool one_zero(const Unit& unit, std::size_t i, PlanFacts& facts, std::int64_t& zero);

/// Whether the MatMulInteger or ConvInteger of a unit can run: constant weights of 8 bits less
/// their zero point, one zero point of the input.
Verdict accepts_integers(const Unit& unit, PlanFacts& facts);

/// Its weights less their zero point.
Tensor signed_weights(const Unit& unit, PlanFacts& facts);

/// A primitive, and the zero point that each run hands it as a 32-bit number: the byte of argument
/// 1, when it has one.
class IntegerKernel final : public Kernel {
 public:
  IntegerKernel(std::unique_ptr<onednn::PrimitiveKernel> inner, bool has_zero, bool is_signed);
  void run(const KernelArgs& args) override;

 private:
  std::unique_ptr<onednn::PrimitiveKernel> inner_;
  dnnl::memory zero_;
  bool has_zero_;
  bool is_signed_;
};

}  // namespace pare
