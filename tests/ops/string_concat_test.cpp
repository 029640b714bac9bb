#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(StringConcat, JoinsElementByElementUnderBroadcasting) {
  const Tensor x = Tensor::of<std::string>({2, 1}, {"a", "ü"});
  const Tensor z = run_op("StringConcat", {x, texts({"1", "", "很"})})[0];
  EXPECT_EQ(z.shape(), (Shape{2, 3}));
  EXPECT_EQ(texts_in(z), (Texts{"a1", "a", "a很", "ü1", "ü", "ü很"}));
  EXPECT_EQ(texts_in(run_op("StringConcat", {Tensor::scalar<std::string>("cat"),
                                             Tensor::scalar<std::string>("dog")})[0]),
            (Texts{"catdog"}));
  EXPECT_TRUE(run_op("StringConcat", {texts({}), texts({"a"})})[0].empty());
}

TEST(StringConcat, RefusesShapesThatDoNotBroadcastAndEndlessCopies) {
  EXPECT_EQ(fault_of([] {
              const Tensor two = texts({"a", "b"});
              const Tensor three = texts({"a", "b", "c"});
              OneNode one("StringConcat", std::vector<Tensor>{two, three}, {}, 1, "");
              interpret(one.graph, op_registry(), one.inputs);
            }),
            Fault::corrupt);
  const Tensor big = Tensor::of<std::string>({1}, {std::string(1 << 20, 'x')});
  const Tensor many(ElementKind::string, {5000});
  EXPECT_EQ(fault_of([&] { run_op("StringConcat", {big, many}); }), Fault::resource);
}

}  // namespace
}  // namespace pare
