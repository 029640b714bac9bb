#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor six_boxes() {  // of the published examples
  return Tensor::of<float>({1, 6, 4}, {0, 0,  1, 1,  0, 0.1F,  1, 1.1F,  0, -0.1F, 1, 0.9F,
                                       0, 10, 1, 11, 0, 10.1F, 1, 11.1F, 0, 100,   1, 101});
}
Tensor six_scores() { return Tensor::of<float>({1, 1, 6}, {0.9F, 0.75F, 0.6F, 0.95F, 0.5F, 0.3F}); }

Shape run(const Tensor& boxes, const Tensor& scores, Int most, float overlap, float score,
          Int centred = 0) {
  const Tensor y = run_op("NonMaxSuppression",
                          {boxes, scores, Tensor::of<std::int64_t>({1}, {most}),
                           Tensor::of<float>({1}, {overlap}), Tensor::of<float>({1}, {score})},
                          {{"center_point_box", centred}})[0];
  EXPECT_EQ(y.rank(), 2U);
  EXPECT_EQ(y.dim(1), 3);
  return y.to_ints();
}

TEST(NonMaxSuppression, PublishedExamples) {
  EXPECT_EQ(run(six_boxes(), six_scores(), 3, 0.5F, 0), (Shape{0, 0, 3, 0, 0, 0, 0, 0, 5}));
  EXPECT_EQ(run(six_boxes(), six_scores(), 3, 0.5F, 0.4F), (Shape{0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(run(six_boxes(), six_scores(), 2, 0.5F, 0), (Shape{0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(run(six_boxes(), six_scores(), 30, 0.5F, 0), (Shape{0, 0, 3, 0, 0, 0, 0, 0, 5}));
  const Tensor flipped =
      Tensor::of<float>({1, 6, 4}, {1, 1,  0, 0,  0, 0.1F,  1, 1.1F,  0, 0.9F, 1, -0.1F,
                                    0, 10, 1, 11, 1, 10.1F, 0, 11.1F, 1, 101,  0, 100});
  EXPECT_EQ(run(flipped, six_scores(), 3, 0.5F, 0), (Shape{0, 0, 3, 0, 0, 0, 0, 0, 5}));
  const Tensor centred =
      Tensor::of<float>({1, 6, 4}, {0.5F, 0.5F,  1, 1, 0.5F, 0.6F,  1, 1, 0.5F, 0.4F,   1, 1,
                                    0.5F, 10.5F, 1, 1, 0.5F, 10.6F, 1, 1, 0.5F, 100.5F, 1, 1});
  EXPECT_EQ(run(centred, six_scores(), 3, 0.5F, 0, 1), (Shape{0, 0, 3, 0, 0, 0, 0, 0, 5}));
}

TEST(NonMaxSuppression, ImagesAndClassesBySelves) {
  Tensor boxes(ElementKind::f32, {2, 6, 4});
  for (std::size_t i = 0; i < 48; ++i)
    boxes.mutable_data<float>()[i] = six_boxes().to_floats()[i % 24];
  Tensor scores(ElementKind::f32, {2, 2, 6});
  for (std::size_t i = 0; i < 24; ++i)
    scores.mutable_data<float>()[i] = six_scores().to_floats()[i % 6];
  EXPECT_EQ(run(boxes, scores, 1, 0.5F, 0), (Shape{0, 0, 3, 0, 1, 3, 1, 0, 3, 1, 1, 3}));
}

TEST(NonMaxSuppression, TiesThresholdsAndDefaults) {
  const Tensor apart = Tensor::of<float>({1, 3, 4}, {0, 0, 1, 1, 0, 2, 1, 3, 0, 4, 1, 5});
  const Tensor equal = Tensor::of<float>({1, 1, 3}, {0.5F, 0.5F, 0.5F});
  EXPECT_EQ(run(apart, equal, 3, 0.5F, 0.4F), (Shape{0, 0, 0, 0, 0, 1, 0, 0, 2}));
  EXPECT_EQ(run(apart, equal, 3, 0.5F, 0.5F), Shape{});                 // scores must be above
  EXPECT_EQ(run_op("NonMaxSuppression", {apart, equal})[0].size(), 0);  // none wanted by default
  // Halves of the second box: an overlap of exactly 1 / 2 is no more than 1 / 2.
  const Tensor half = Tensor::of<float>({1, 2, 4}, {0, 0, 1, 1, 0, 0, 1, 2});
  const Tensor two = Tensor::of<float>({1, 1, 2}, {0.9F, 0.8F});
  EXPECT_EQ(run(half, two, 2, 0.5F, 0), (Shape{0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(run(half, two, 2, 0.49F, 0), (Shape{0, 0, 0}));
  const Tensor points =
      Tensor::of<float>({1, 2, 4}, {1, 1, 1, 1, 1, 1, 1, 1});  // no area: no overlap
  EXPECT_EQ(run(points, two, 2, 0, 0), (Shape{0, 0, 0, 0, 0, 1}));
}

TEST(NonMaxSuppression, ShapesAndRefusals) {
  const auto infer = [](const SymShape& b, const SymShape& s) {
    return infer_type("NonMaxSuppression", {typed(ElementKind::f32, b), typed(ElementKind::f32, s)})
        .text();
  };
  EXPECT_EQ(infer({Dim::symbol("N"), 10, 4}, {Dim::symbol("N"), 3, 10}), "int64[?,3]");
  EXPECT_EQ(fault_of([&] { infer({1, 10, 5}, {1, 3, 10}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { infer({1, 10, 4}, {1, 3, 9}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { infer({10, 4}, {3, 10}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run(six_boxes(), ramp({1, 1, 5}), 3, 0.5F, 0); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run(six_boxes(), six_scores(), 3, 1.5F, 0); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
