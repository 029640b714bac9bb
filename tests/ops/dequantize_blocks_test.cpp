#include "ops/elementwise.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor decode(const Tensor& x) { return run_op("DequantizeBlocks", {x}, {}, 1, "pare").at(0); }

TEST(DequantizeBlocks, GivesWhatTheBlocksHold) {
  // Q8_0: a float16 scale (0.5 = 0x3800) and 32 signed bytes; two rows of one block each.
  std::vector<std::byte> bytes;
  for (int row = 0; row < 2; ++row) {
    bytes.push_back(std::byte{0});
    bytes.push_back(std::byte{0x38});
    for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<std::byte>(i - 16 + row));
  }
  const auto owner = std::make_shared<std::vector<std::byte>>(bytes);
  const Tensor y = decode(Tensor(dtype_by_name("q8_0"), {2, 32}, *owner, owner));
  ASSERT_EQ(y.shape(), (Shape{2, 32}));
  for (int i = 0; i < 64; ++i) {
    const int code = i % 32 - 16 + i / 32;
    EXPECT_EQ(y.data<float>()[static_cast<std::size_t>(i)], 0.5F * static_cast<float>(code));
  }
}

TEST(DequantizeBlocks, TakesBlocksOnly) {
  const OpDef* def = op_registry().find("pare", "DequantizeBlocks");
  ASSERT_NE(def, nullptr);
  ASSERT_EQ(def->inputs.size(), 1U);
  EXPECT_TRUE(def->inputs[0].allowed.has(block));
  for (const ElementKind kind : {f32, f16, i8, u4, boolean, f4e2m1}) {
    EXPECT_FALSE(def->inputs[0].allowed.has(kind));
  }
}

}  // namespace
}  // namespace pare
