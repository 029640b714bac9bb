#include "passes/_hard.hpp"

namespace pare::passes {

Value* shifted_relu6(const Value* v) {
  const Node* clip = made_by(v, "Clip");
  if (clip == nullptr || !has_one_reader(*v) || !is_float(v)) return nullptr;
  const auto low = scalar_beside(clip->input(1), clip->input(1));
  const auto high = scalar_beside(clip->input(2), clip->input(2));
  if (!low || !high || *low != 0 || *high != 6) return nullptr;
  return plus_constant(clip->input(0), 3);
}

}  // namespace pare::passes
