#include "ops/_arg.hpp"

namespace pare::ops {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    const std::int64_t axis = c.attr_axis("axis", x->size());
    y = *x;
    if (c.attr_int("keepdims") != 0) {
      (*y)[static_cast<std::size_t>(axis)] = 1;
    } else {
      y->erase(y->begin() + axis);
    }
  }
  c.set_output(0, dtype_of(ElementKind::i64), y);
}

}  // namespace

OpDef arg_def(const char* name, void (*reference)(OpCall&)) {
  return OpDef(name, 13)
      .input("data", types::kNumeric)
      .output("reduced", {ElementKind::i64}, "tensor(int64)")
      .attribute("axis", std::int64_t{0}, "dimension to search")
      .attribute("keepdims", std::int64_t{1}, "1: the dimension stays with size 1")
      .attribute("select_last_index", std::int64_t{0}, "1: the last of equals")
      .define(infer, reference, one_flop);
}

}  // namespace pare::ops
