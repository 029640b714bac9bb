#include "passes/_quantized.hpp"

namespace pare::passes {
namespace {

bool equal_constants(const Value* a, const Value* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || !a->is_constant() || !b->is_constant()) return false;
  return identical(a->constant(), b->constant());
}

}  // namespace

bool same_quantization(const Node& a, const Node& b) {
  return equal_constants(a.input(1), b.input(1)) && equal_constants(a.input(2), b.input(2)) &&
         a.int_or("axis", 1) == b.int_or("axis", 1) &&
         a.int_or("block_size", 0) == b.int_or("block_size", 0);
}

bool is_per_tensor(const Node& n) {
  const Value* scale = n.input(1);
  return scale != nullptr && scale->is_constant() && scale->constant().size() == 1;
}

}  // namespace pare::passes
