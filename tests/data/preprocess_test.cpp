#include "data/preprocess.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/temp_dir.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

Tensor picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  std::vector<std::uint8_t> values;
  for (std::int64_t i = 0; i < height * width * channels; ++i) {
    values.push_back(static_cast<std::uint8_t>(i * 7 % 256));
  }
  return Tensor::of<std::uint8_t>({height, width, channels}, values);
}

InputSpec input(Shape shape, ElementKind kind = ElementKind::f32) {
  return {.name = "x", .kind = kind, .shape = std::move(shape)};
}

float at(const Tensor& t, std::size_t i) { return t.data<float>()[i]; }

TEST(Preprocess, TorchNormalisesPerChannelIntoPlanes) {
  const Tensor image = picture(2, 3, 3);
  Preprocess p = preprocess_preset("imagenet-torch");
  p.resize = ResizeMode::none;
  const Tensor out = apply_preprocess(p, image, input({1, 3, 2, 3})).value;
  EXPECT_EQ(out.shape(), (Shape{3, 2, 3}));
  const double mean[] = {0.485, 0.456, 0.406};
  const double std[] = {0.229, 0.224, 0.225};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < 6; ++i) {
      const double stored = image.data<std::uint8_t>()[i * 3 + c];
      // One rounding to float: half an ulp of a number below 4.
      EXPECT_NEAR(at(out, c * 6 + i), (stored / 255 - mean[c]) / std[c], 0x1p-22);
    }
  }
}

TEST(Preprocess, CaffeTurnsChannelsAroundAndSubtractsTheirMeans) {
  const Tensor image = Tensor::of<std::uint8_t>({1, 1, 3}, {10, 20, 30});
  Preprocess p = preprocess_preset("imagenet-caffe");
  p.resize = ResizeMode::none;
  const Tensor out = apply_preprocess(p, image, input({1, 3, 1, 1})).value;
  EXPECT_FLOAT_EQ(at(out, 0), 30 - 103.939F);
  EXPECT_FLOAT_EQ(at(out, 1), 20 - 116.779F);
  EXPECT_FLOAT_EQ(at(out, 2), 10 - 123.68F);
}

TEST(Preprocess, PresetsMapTheEndsOfTheRangeAsTheirNamesSay) {
  const Tensor ends = Tensor::of<std::uint8_t>({1, 2, 1}, {0, 255});
  const auto both = [&](const char* preset) {
    const Tensor t = apply_preprocess(preprocess_preset(preset), ends, input({1, 1, 1, 2})).value;
    return std::pair(at(t, 0), at(t, 1));
  };
  EXPECT_EQ(both("unit"), std::pair(0.0F, 1.0F));
  EXPECT_EQ(both("raw"), std::pair(0.0F, 255.0F));
  EXPECT_EQ(both("minus-one-one"), std::pair(-1.0F, 1.0F));
  EXPECT_FLOAT_EQ(both("mnist").first, -0.1307F / 0.3081F);
  EXPECT_FLOAT_EQ(both("fashion-mnist").second, (1 - 0.2860F) / 0.3530F);
  EXPECT_EQ(both("ultraface"), std::pair(-127.0F / 128, 1.0F));
}

TEST(Preprocess, EveryPresetWorksOnAPicture) {
  const auto presets = preprocess_presets();
  EXPECT_GE(presets.size(), 12U);
  EXPECT_TRUE(std::is_sorted(presets.begin(), presets.end()));
  for (const std::string& name : presets) {
    const bool grey = name == "mnist" || name == "fashion-mnist";
    const Shape shape = grey ? Shape{-1, 1, 8, 8} : Shape{-1, 3, 8, 8};
    const PreparedInput out =
        apply_preprocess(preprocess_preset(name), picture(11, 13, 3), input(shape));
    EXPECT_EQ(out.value.shape(), (Shape{shape[1], 8, 8})) << name;
    EXPECT_EQ(preprocess_preset(name).name, name);
  }
}

TEST(Preprocess, LayoutFollowsTheModel) {
  const Tensor image = picture(4, 4, 3);
  const Preprocess raw_values = preprocess_preset("raw");
  const Tensor last = apply_preprocess(raw_values, image, input({1, 4, 4, 3})).value;
  EXPECT_EQ(last.shape(), (Shape{4, 4, 3}));
  EXPECT_EQ(last.to_ints(), image.to_ints());
  const Tensor first = apply_preprocess(raw_values, image, input({1, 3, 4, 4})).value;
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(at(first, c * 16 + i), at(last, i * 3 + c));
  }
  Preprocess forced = raw_values;
  forced.layout = DataLayout::nhwc;
  EXPECT_EQ(apply_preprocess(forced, picture(3, 3, 3), input({1, 3, 3, 3})).value.to_ints(),
            picture(3, 3, 3).to_ints());
}

TEST(Preprocess, ShorterSideThenCentre) {
  // 8 x 20 with a shorter side of 8: no resizing; the middle 4 x 4 begins at row 2, column 8.
  const Tensor image = picture(8, 20, 1);
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::shorter_side;
  p.size = 8;
  const PreparedInput out = apply_preprocess(p, image, input({1, 1, 4, 4}));
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      EXPECT_EQ(at(out.value, y * 4 + x), image.data<std::uint8_t>()[(y + 2) * 20 + x + 8]);
    }
  }
  // A point at the stored picture's centre stays in the centre; its left edge lies two widths out.
  EXPECT_FLOAT_EQ(0.5F * out.placement.scale_x + out.placement.shift_x, 0.5F);
  EXPECT_FLOAT_EQ(out.placement.shift_x, -2.0F);
  EXPECT_FLOAT_EQ(out.placement.scale_y, 2.0F);
}

TEST(Preprocess, TheShorterSideComesFromTheCropRatio) {
  // 224 / 0.875 = 256: a picture whose shorter side is 256 is only cut.
  const Tensor image = picture(256, 300, 1);
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::shorter_side;
  const Tensor out = apply_preprocess(p, image, input({1, 1, 224, 224})).value;
  EXPECT_EQ(at(out, 0), image.data<std::uint8_t>()[16 * 300 + 38]);
  EXPECT_EQ(at(out, 224 * 224 - 1), image.data<std::uint8_t>()[239 * 300 + 261]);
}

TEST(Preprocess, AnOddRestIsCutAsTheModelsMakersDo) {
  // 4 x 11 cut to 4 x 4: 3.5 pixels to the left are 4 (even) or 3 (floor).
  const Tensor image = picture(4, 11, 1);
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::shorter_side;
  p.size = 4;
  const auto first = [&] { return at(apply_preprocess(p, image, input({1, 1, 4, 4})).value, 0); };
  EXPECT_EQ(first(), image.data<std::uint8_t>()[4]);
  p.crop_offset = CropOffset::floor;
  EXPECT_EQ(first(), image.data<std::uint8_t>()[3]);
  EXPECT_EQ(preprocess_preset("imagenet-torch").crop_offset, CropOffset::even);
  EXPECT_EQ(preprocess_preset("imagenet-tf").crop_offset, CropOffset::floor);
}

TEST(Preprocess, LetterboxKeepsTheShapeAndFillsTheRest) {
  // 4 x 8 into 16 x 16: doubled to 8 x 16, so 4 rows above and below are filling.
  const Tensor image = Tensor::of<std::uint8_t>({4, 8, 1}, std::vector<std::uint8_t>(32, 200));
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::letterbox;
  p.pad = 7;
  const PreparedInput out = apply_preprocess(p, image, input({1, 1, 16, 16}));
  for (std::size_t y = 0; y < 16; ++y) {
    for (std::size_t x = 0; x < 16; ++x) {
      EXPECT_EQ(at(out.value, y * 16 + x), y >= 4 && y < 12 ? 200.0F : 7.0F) << y << " " << x;
    }
  }
  EXPECT_FLOAT_EQ(out.placement.scale_x, 1.0F);
  EXPECT_FLOAT_EQ(out.placement.scale_y, 0.5F);
  EXPECT_FLOAT_EQ(out.placement.shift_y, 0.25F);
  p.pad_place = PadPlace::end;
  EXPECT_FLOAT_EQ(apply_preprocess(p, image, input({1, 1, 16, 16})).placement.shift_y, 0);
}

TEST(Preprocess, ExactStretchesAndFreeSizesKeepTheStoredOne) {
  const Preprocess p = preprocess_preset("raw");
  EXPECT_EQ(apply_preprocess(p, picture(5, 7, 3), input({1, 3, 9, 4})).value.shape(),
            (Shape{3, 9, 4}));
  EXPECT_EQ(apply_preprocess(p, picture(5, 7, 3), input({-1, 3, -1, -1})).value.shape(),
            (Shape{3, 5, 7}));
}

TEST(Preprocess, GreyAndColourTurnIntoEachOther) {
  const Tensor grey = Tensor::of<std::uint8_t>({1, 1, 1}, {77});
  EXPECT_EQ(apply_preprocess(preprocess_preset("raw"), grey, input({1, 3, 1, 1})).value.to_ints(),
            (std::vector<std::int64_t>{77, 77, 77}));
  // What Image.convert('L') of Pillow 9.4 gives for these colours.
  const auto to_grey = [](int r, int g, int b) {
    const Tensor t = Tensor::of<std::uint8_t>(
        {1, 1, 3},
        {static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b)});
    return apply_preprocess(preprocess_preset("raw"), t, input({1, 1, 1, 1})).value.to_ints()[0];
  };
  EXPECT_EQ(to_grey(0, 50, 100), 41);
  EXPECT_EQ(to_grey(37, 87, 137), 78);
  EXPECT_EQ(to_grey(185, 235, 29), 197);
  EXPECT_EQ(to_grey(255, 255, 255), 255);
}

TEST(Preprocess, ArraysPassThroughAndNumbersAreNormalised) {
  const Tensor ids = Tensor::of<std::int64_t>({3}, {5, 6, 7});
  const PreparedInput same =
      apply_preprocess(preprocess_preset("unit"), ids, input({-1, -1}, ElementKind::i64));
  EXPECT_EQ(same.value.to_ints(), ids.to_ints());
  const Tensor values = Tensor::of<float>({2, 2}, {0, 51, 102, 255});
  const Tensor out = apply_preprocess(preprocess_preset("unit"), values, input({1, 1, 2, 2})).value;
  EXPECT_EQ(out.shape(), (Shape{1, 2, 2}));
  EXPECT_FLOAT_EQ(at(out, 1), 0.2F);
}

TEST(Preprocess, SoundIsCutOrFilledOnlyWhenAsked) {
  const Tensor sound = Tensor::of<float>({3}, {1, 2, 3});
  const Preprocess audio = preprocess_preset("audio");
  EXPECT_EQ(apply_preprocess(audio, sound, input({1, 5})).value.to_floats(),
            (std::vector<float>{1, 2, 3, 0, 0}));
  EXPECT_EQ(apply_preprocess(audio, sound, input({1, 2})).value.to_floats(),
            (std::vector<float>{1, 2}));
  expect_fault(Fault::usage, [&] {
    apply_preprocess(preprocess_preset("raw"), sound, input({1, 5}));
  });
}

TEST(Preprocess, ConvertsToTheInputsType) {
  const Tensor image = picture(2, 2, 3);
  const Tensor bytes =
      apply_preprocess(preprocess_preset("raw"), image, input({1, 2, 2, 3}, ElementKind::u8)).value;
  EXPECT_TRUE(identical(bytes, image));
  EXPECT_EQ(
      apply_preprocess(preprocess_preset("unit"), image, input({1, 3, 2, 2}, ElementKind::f16))
          .value.kind(),
      ElementKind::f16);
}

TEST(Preprocess, WhatDoesNotFitIsSaidWithBothShapes) {
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::none;
  const std::string text = expect_fault(Fault::usage, [&] {
    apply_preprocess(p, picture(4, 5, 3), input({1, 3, 8, 8}));
  });
  EXPECT_NE(text.find("[4,5,3]"), std::string::npos);
  EXPECT_NE(text.find("[1,3,8,8]"), std::string::npos);
  expect_fault(Fault::usage, [&] {
    apply_preprocess(preprocess_preset("raw"), picture(4, 5, 3), input({1, 64, 8, 8}));
  });
  expect_fault(Fault::usage, [&] {
    apply_preprocess(preprocess_preset("raw"), Tensor::of<float>({3}, {1, 2, 3}), input({1, 4}));
  });
  p.mean = {1, 2};
  p.resize = ResizeMode::exact;
  expect_fault(Fault::usage, [&] { apply_preprocess(p, picture(4, 5, 3), input({1, 3, 8, 8})); });
}

TEST(PreprocessYaml, ReadsEveryKey) {
  const Preprocess p = parse_preprocess(
      "resize: letterbox\nfilter: bicubic\nantialias: false\nsize: 300\ncrop_ratio: "
      "0.9\ncrop_offset: floor\npad: 114\n"
      "pad_place: end\nscale: 0.5\nmean: [1, 2, 3]\nstd: 4\norder: bgr\nlayout: nhwc\n"
      "fit_length: true\n",
      "p.yaml");
  EXPECT_EQ(p.resize, ResizeMode::letterbox);
  EXPECT_EQ(p.filter, ResizeFilter::bicubic);
  EXPECT_FALSE(p.antialias);
  EXPECT_EQ(p.size, 300);
  EXPECT_EQ(p.crop_ratio, 0.9);
  EXPECT_EQ(p.crop_offset, CropOffset::floor);
  EXPECT_EQ(p.pad, 114);
  EXPECT_EQ(p.pad_place, PadPlace::end);
  EXPECT_EQ(p.scale, 0.5);
  EXPECT_EQ(p.mean, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(p.std, (std::vector<double>{4}));
  EXPECT_EQ(p.order, ChannelOrder::bgr);
  EXPECT_EQ(p.layout, DataLayout::nhwc);
  EXPECT_TRUE(p.fit_length);
}

TEST(PreprocessYaml, StartsFromAPresetWhenNamed) {
  const Preprocess p = parse_preprocess("order: bgr\npreset: imagenet-torch\n", "p.yaml");
  EXPECT_EQ(p.resize, ResizeMode::shorter_side);
  EXPECT_EQ(p.order, ChannelOrder::bgr);
  EXPECT_EQ(p.mean.size(), 3U);
}

TEST(PreprocessYaml, ErrorsNameFileLineAndKey) {
  const auto config = [](const std::string& yaml) {
    return expect_fault(Fault::config, [&] { parse_preprocess(yaml, "my.yaml"); });
  };
  const std::string unknown = config("resize: exact\nmeen: 3\n");
  EXPECT_NE(unknown.find("my.yaml line 2, key 'meen'"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("mean"), std::string::npos);
  EXPECT_NE(config("resize: exact\n\nsize: big\n").find("line 3, key 'size'"), std::string::npos);
  EXPECT_NE(config("resize: squeeze\n").find("shorter"), std::string::npos);
  EXPECT_NE(config("size: 2.5\n").find("whole"), std::string::npos);
  EXPECT_NE(config("resize: exact\nresize: none\n").find("twice"), std::string::npos);
  for (const char* yaml :
       {"std: [1, 0, 1]\n", "mean: [a]\n", "mean: {a: 1}\n", "scale: .nan\n", "pad: 300\n",
        "antialias: 3\n", "crop_ratio: 0\n", "preset: nothing\n", "- a\n", "a: [\n", "text"}) {
    EXPECT_NE(config(yaml).find("my.yaml"), std::string::npos) << yaml;
  }
}

TEST(PreprocessYaml, WhatIsWrittenReadsBackTheSame) {
  for (const std::string& name : preprocess_presets()) {
    const Preprocess p = preprocess_preset(name);
    const std::string yaml = to_yaml(p);
    const Preprocess q = parse_preprocess(yaml, "x");
    EXPECT_EQ(to_yaml(q), yaml) << name;
    EXPECT_EQ(q.mean, p.mean) << name;
    EXPECT_EQ(q.scale, p.scale) << name;
  }
}

TEST(PreprocessYaml, LoadsPresetsByNameAndFilesByPath) {
  const TempDir dir;
  dir.write("mine.yaml", "scale: 2\n");
  EXPECT_EQ(load_preprocess(dir.at("mine.yaml")).scale, 2);
  EXPECT_EQ(load_preprocess(dir.at("mine.yaml")).name, dir.at("mine.yaml"));
  EXPECT_EQ(load_preprocess("unit").name, "unit");
  expect_fault(Fault::missing, [&] { load_preprocess(dir.at("nothing.yaml")); });
  const std::string text = expect_fault(Fault::usage, [] { load_preprocess("imagenet"); });
  EXPECT_NE(text.find("imagenet-torch"), std::string::npos);
}

}  // namespace
}  // namespace pare
