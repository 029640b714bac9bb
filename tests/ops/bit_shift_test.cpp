#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(BitShift, ShiftsLeftAndRightAndLosesBits) {
  const Attributes left = {{"direction", std::string("LEFT")}};
  const Attributes right = {{"direction", std::string("RIGHT")}};
  const Tensor x = column<std::uint8_t>(16, 255);
  const Tensor by = row<std::uint8_t>(1, 4, 8);
  expect_binary("BitShift", x, by, {32, 0, 0, 254, 240, 0}, left);
  expect_binary("BitShift", x, by, {8, 1, 0, 127, 15, 0}, right);
}

TEST(BitShift, OtherDirectionsAreCorrupt) {
  const Tensor x = Tensor::of<std::uint8_t>({1}, {1});
  EXPECT_EQ(fault_of([&] {
              run_op("BitShift", {x, x}, {{"direction", std::string("UP")}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
