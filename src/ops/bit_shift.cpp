#include <limits>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = {ElementKind::u8, ElementKind::u16, ElementKind::u32, ElementKind::u64};

struct Function {
  explicit Function(const OpCall& call) : call_(&call) {
    const std::string direction = call.attr_string("direction");
    left_ = direction == "LEFT";
    if (!left_ && direction != "RIGHT") {
      call.fail(cat("direction '", direction, "' is not LEFT or RIGHT"));
    }
  }
  template <class T>
  T operator()(T x, T by) const {
    if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
      if (by >= static_cast<T>(std::numeric_limits<T>::digits)) return T{};
      const auto wide = static_cast<std::uint64_t>(x);
      return static_cast<T>(left_ ? wide << by : wide >> by);
    } else {
      call_->fail("only unsigned integers are shifted");
    }
  }
  const OpCall* call_;
  bool left_ = false;
};

}  // namespace

/// x shifted by y bits; bits that leave are lost. Shapes: x, y broadcast -> z. Source: ONNX
/// BitShift, version 11.
OpDefs op_bit_shift() {
  return OpDef("BitShift", 11)
      .input("X", kTypes)
      .input("Y", kTypes)
      .output("Z", kTypes)
      .required_attribute("direction", AttributeKind::text, "LEFT or RIGHT")
      .define(ops::broadcast_infer, ops::binary_reference<Function>, ops::one_flop);
}

}  // namespace pare
