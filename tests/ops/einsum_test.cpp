#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor run(const std::string& equation, const std::vector<Tensor>& inputs) {
  return run_op("Einsum", inputs, {{"equation", equation}})[0];
}

TEST(Einsum, OneTerm) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  expect_close(run("ij->ji", {x}), {1, 4, 2, 5, 3, 6}, 0);
  expect_close(run("ij->i", {x}), {6, 15}, 0);
  expect_close(run("ij->", {x}), {21}, 0);
  expect_close(run("ba", {x}), {1, 4, 2, 5, 3, 6}, 0);  // letters in order: transposed
  const Tensor square = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  expect_close(run("ii->i", {square}), {1, 4}, 0);
  expect_close(run("ii", {square}), {5}, 0);
  const Tensor batch = ramp({2, 2, 2});
  expect_close(run("...ii ->...i", {batch}), {0, 3, 4, 7}, 0);
}

TEST(Einsum, Products) {
  const Tensor a = noise({3, 4}, 1);
  const Tensor b = noise({4, 5}, 2);
  const auto matmul = run_op("MatMul", {a, b})[0].to_floats();
  expect_close(run("ij,jk->ik", {a, b}), matmul, 2e-7F);
  expect_close(run(" ij , jk ", {a, b}), matmul, 2e-7F);
  const Tensor left = noise({2, 3, 4}, 3);
  const Tensor right = noise({2, 4, 5}, 4);
  expect_close(run("bij,bjk->bik", {left, right}), run_op("MatMul", {left, right})[0].to_floats(),
               2e-7F);
  expect_close(run("...ij,...jk->...ik", {left, b}), run_op("MatMul", {left, b})[0].to_floats(),
               2e-7F);
  const Tensor v = Tensor::of<float>({2}, {1, 10});
  expect_close(run("i,i", {v, v}), {101}, 0);
  expect_close(run("i,j->ji", {v, Tensor::of<float>({2}, {2, 3})}), {2, 20, 3, 30}, 0);
  expect_close(run("i,i,i->i", {v, v, v}), {1, 1000}, 0);
}

TEST(Einsum, IntegersNarrowFloatsAndNothing) {
  const Tensor i = Tensor::of<std::int64_t>({2}, {(Int{1} << 53) + 1, 1});
  EXPECT_EQ(run("i->", {i}).to_ints(), (Shape{(Int{1} << 53) + 2}));
  const Tensor h = Tensor::of<float>({3}, {2048, 1, -2048}).cast(dtype_of(ElementKind::f16));
  expect_close(run("i->", {h}), {1}, 0);
  expect_close(run("ij->i", {Tensor(ElementKind::f32, {2, 0})}), {0, 0}, 0);
  EXPECT_EQ(run("ij->ij", {Tensor(ElementKind::f32, {2, 0})}).shape(), (Shape{2, 0}));
}

TEST(Einsum, SymbolsAndRefusals) {
  const auto infer = [](const std::string& equation, const std::vector<SymShape>& shapes) {
    return shape_text("Einsum", shapes, {{"equation", equation}});
  };
  EXPECT_EQ(infer("bhid,bhjd->bhij",
                  {{Dim::symbol("N"), 4, Dim::symbol("T"), 8}, {Dim::symbol("N"), 4, 9, 8}}),
            "[N,4,T,9]");
  EXPECT_EQ(infer("...ij,jk->...ik", {{Dim::symbol("N"), 3, 2, 4}, {4, 5}}), "[N,3,2,5]");
  const auto fault = [](const std::string& equation, const std::vector<Tensor>& inputs) {
    return fault_of([&] { run_unchecked("Einsum", inputs, {{"equation", equation}}); });
  };
  const Tensor x = ramp({2, 3});
  EXPECT_EQ(fault("i->i", {x}), Fault::corrupt);
  EXPECT_EQ(fault("ij,jk->ik", {x}), Fault::corrupt);
  EXPECT_EQ(fault("ij,jk->ik", {x, x}), Fault::corrupt);
  EXPECT_EQ(fault("ij->ik", {x}), Fault::corrupt);
  EXPECT_EQ(fault("ij->ii", {x}), Fault::corrupt);
  EXPECT_EQ(fault("i1->i", {x}), Fault::corrupt);
  EXPECT_EQ(fault("......->", {x}), Fault::corrupt);
  EXPECT_EQ(fault("ij..->i", {x}), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_unchecked("Einsum", {ramp({2})}); }), Fault::corrupt);
}

TEST(Einsum, GradientMatchesCentralDifferences) {
  const auto check = [](const char* equation, const std::vector<Tensor>& inputs) {
    SCOPED_TRACE(equation);
    expect_gradient("Einsum", inputs, {{"equation", std::string(equation)}});
  };
  check("ij,jk->ik", {noise({2, 3}), noise({3, 4}, 2)});
  check("bhid,bhjd->bhij", {noise({1, 2, 2, 3}), noise({1, 2, 4, 3}, 2)});
  check("...ij,...jk->...ik", {noise({2, 1, 2, 3}), noise({2, 3, 2}, 2)});
  check("ij->ji", {noise({2, 3})});
  check("ij->i", {noise({2, 3})});
  check("ij->", {noise({2, 3})});
  check("ii->i", {noise({3, 3})});
  check("ii", {noise({3, 3})});
  check("iij,jk->k", {noise({2, 2, 3}), noise({3, 2}, 2)});
  check("i,i,i->i", {noise({3}), noise({3}, 2), noise({3}, 3)});
  check("ij,jk", {noise({2, 3}), noise({1, 4}, 2)});
  check("...i->...", {noise({2, 3, 2})});
  check("ij,k->i", {noise({2, 3}), noise({2}, 2)});
}

}  // namespace
}  // namespace pare
