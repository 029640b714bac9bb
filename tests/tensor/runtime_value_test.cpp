#include "tensor/runtime_value.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

Tensor pair(float a, float b) { return Tensor::of<float>({2}, {a, b}); }

template <class Body>
Fault fault_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::internal;
}

TEST(RuntimeValue, IsNothingUntilItHoldsSomething) {
  const RuntimeValue nothing;
  EXPECT_FALSE(nothing.valid());
  EXPECT_FALSE(nothing.is_tensor() || nothing.is_sequence() || nothing.is_map());
  EXPECT_STREQ(nothing.kind_text(), "nothing");
  EXPECT_EQ(fault_of([&] { (void)nothing.tensor(); }), Fault::corrupt);
}

TEST(RuntimeValue, HoldsATensorASequenceOrAMap) {
  const RuntimeValue tensor(pair(1, 2));
  EXPECT_TRUE(tensor.is_tensor());
  EXPECT_EQ(tensor.tensor().to_floats(), (std::vector<float>{1, 2}));
  EXPECT_EQ(fault_of([&] { (void)tensor.elements(); }), Fault::corrupt);

  const RuntimeValue sequence = RuntimeValue::sequence({pair(1, 2), pair(3, 4)});
  EXPECT_TRUE(sequence.is_sequence());
  EXPECT_FALSE(sequence.is_tensor());
  EXPECT_EQ(sequence.elements().at(1).tensor().to_floats(), (std::vector<float>{3, 4}));
  EXPECT_TRUE(RuntimeValue::sequence({}).valid());

  const RuntimeValue map =
      RuntimeValue::map(Tensor::of<std::string>({2}, {"cat", "dog"}), pair(0.25F, 0.75F));
  EXPECT_TRUE(map.is_map());
  EXPECT_FALSE(map.is_tensor());
  EXPECT_EQ(map.keys().data<std::string>()[1], "dog");
  EXPECT_EQ(map.values().to_floats()[1], 0.75F);
  EXPECT_EQ(fault_of([&] { (void)map.tensor(); }), Fault::corrupt);
}

TEST(RuntimeValue, RefusesAMapWithMoreKeysThanValues) {
  EXPECT_EQ(fault_of([] {
              RuntimeValue::map(Tensor::of<std::int64_t>({3}, {1, 2, 3}), pair(1, 2));
            }),
            Fault::corrupt);
}

TEST(RuntimeValue, ComparesKindAndContent) {
  const auto list = [](std::vector<RuntimeValue> v) {
    return RuntimeValue::sequence(std::move(v));
  };
  EXPECT_TRUE(identical(list({pair(1, 2)}), list({pair(1, 2)})));
  EXPECT_FALSE(identical(list({pair(1, 2)}), list({pair(1, 3)})));
  EXPECT_FALSE(identical(list({pair(1, 2)}), list({pair(1, 2), pair(1, 2)})));
  EXPECT_FALSE(identical(list({pair(1, 2)}), RuntimeValue(pair(1, 2))));
  EXPECT_TRUE(identical(list({RuntimeValue()}), list({RuntimeValue()})));
  EXPECT_FALSE(identical(RuntimeValue(), RuntimeValue(pair(1, 2))));
  const Tensor keys = Tensor::of<std::int64_t>({2}, {1, 2});
  EXPECT_TRUE(identical(RuntimeValue::map(keys, pair(1, 2)), RuntimeValue::map(keys, pair(1, 2))));
  EXPECT_FALSE(identical(RuntimeValue::map(keys, pair(1, 2)), RuntimeValue(pair(1, 2))));
}

TEST(RuntimeValue, BecomesTensorsAgainUnlessItIsASequence) {
  const std::vector<Tensor> back = tensors_of(values_of({pair(1, 2), Tensor()}));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].to_floats(), (std::vector<float>{1, 2}));
  EXPECT_FALSE(back[1].valid());
  EXPECT_EQ(fault_of([] { tensors_of({RuntimeValue::sequence({})}); }), Fault::unsupported);
}

}  // namespace
}  // namespace pare
