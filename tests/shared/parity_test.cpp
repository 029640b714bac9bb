#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/batches.hpp"
#include "data/wav.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/fidelity.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

using Inputs = std::vector<Tensor>;
/// Feeds a model with real data and hands the inputs of each run to `use`; gets back the outputs.
using Feed = std::function<void(const std::vector<PortInfo>&,
                                const std::function<std::vector<Tensor>(const Inputs&)>&)>;

constexpr std::int64_t kRuns = 4;
/// float32 either way; sums in another order move some hundred units in the last place of the
/// greatest value after some tens of layers.
constexpr double kRounding = 1e-4;
/// Outputs below it are nothing beside the 1 that a sigmoid gives: a picture without text makes a
/// text detector say 1e-7, where ONNX Runtime's sigmoid has an error of that size.
constexpr double kSmallest = 1e-3;

/// Samples of a data set, preprocessed. Open sizes of pictures become `side`.
Feed samples(const std::string& data, const Preprocess& preprocess, std::int64_t side = 320) {
  return [=](const std::vector<PortInfo>& ports, const auto& use) {
    std::vector<InputSpec> specs = input_specs(ports);
    for (InputSpec& spec : specs) {
      for (std::size_t i = 1; i < spec.shape.size(); ++i) {
        if (spec.shape[i] < 0 && spec.shape.size() == 4) spec.shape[i] = side;
      }
    }
    std::string where;
    for (const std::string& part : split(data, ',')) {
      where += (where.empty() ? "" : ",") + at(part).string();
    }
    Batches batches(open_dataset(where), preprocess, specs, {});
    for (std::int64_t i = 0; i < std::min(kRuns, batches.count()); ++i) use(batches.get(i).inputs);
  };
}

Preprocess preset(const char* name) { return preprocess_preset(name); }

Tensor speech(const std::string& word = "backward") {
  return parse_wav(MappedFile::open(at(cat("data/audio/wavs/", word, ".wav")))->bytes()).samples;
}

/// Recordings of words, one second each.
Feed words() {
  return [](const std::vector<PortInfo>& /*ports*/, const auto& use) {
    for (const char* word : {"backward", "bed", "bird", "cat"}) {
      std::vector<float> sound = speech(word).to_floats();
      sound.resize(16000);
      use({Tensor::of<float>({1, 16000}, sound)});
    }
  };
}

/// A recording in steps of 512 samples with 64 of the step before; the state goes along.
Feed voice_activity() {
  return [](const std::vector<PortInfo>& ports, const auto& use) {
    const std::vector<float> sound = speech().to_floats();
    Tensor state(ElementKind::f32, {2, 1, 128});
    for (std::size_t from = 0; from + 576 <= sound.size(); from += 512) {
      const std::vector<float> step(sound.begin() + static_cast<std::ptrdiff_t>(from),
                                    sound.begin() + static_cast<std::ptrdiff_t>(from + 576));
      Inputs inputs;
      for (const PortInfo& port : ports) {
        if (port.name == "state") {
          inputs.push_back(state);
        } else if (port.name == "sr") {
          inputs.push_back(Tensor::scalar<std::int64_t>(16000));
        } else {
          inputs.push_back(Tensor::of<float>({1, 576}, step));
        }
      }
      state = use(inputs).at(1);
    }
  };
}

/// Log energies of short pieces of speech, for the autoencoder, whose data are not there.
Feed energies() {
  return [](const std::vector<PortInfo>& /*ports*/, const auto& use) {
    const std::vector<float> sound = speech().to_floats();
    std::vector<float> x;
    for (std::size_t i = 0; i < 640; ++i) {
      double sum = 1e-9;
      for (std::size_t k = 0; k < 20; ++k) {
        const double v = sound.at(i * 20 + k);
        sum += v * v;
      }
      x.push_back(static_cast<float>(std::log(sum)));
    }
    use({Tensor::of<float>({1, 640}, x)});
  };
}

const std::map<std::string, Feed>& feeds() {
  static const std::map<std::string, Feed> all = [] {
    std::map<std::string, Feed> map;
    for (const Classifier& c : classifiers()) map[c.model] = samples(c.data, c.preprocess);
    const std::string coco = "data/coco";
    map["models/vww/mlperf_tiny_vww96_fp32.onnx"] = samples(coco, preset("unit"));
    map["models/detection/FastestDet_coco_352_fp32.onnx"] = samples(coco, preset("unit-bgr"));
    map["models/detection/ultraface_RFB-320_fp32.onnx"] = samples(coco, preset("ultraface"));
    map["models/detection/yunet_n_320_fp32.onnx"] = samples(coco, preset("raw-bgr"));
    map["models/segmentation/deeplabv3_mnv2_voc_513_fp32.onnx"] =
        samples(coco, preset("minus-one-one-letterbox"));
    map["models/ocr/ch_PP-OCRv3_det_fp32.onnx"] = samples(coco, preset("imagenet-norm"));
    map["models/ocr/ch_ppocr_mobile_v2.0_cls_fp32.onnx"] =
        samples(coco, preset("minus-one-one"), 48);
    map["models/encoder/kwt1_speech_commands12_fp32.onnx"] = words();
    map["models/audio/mlperf_tiny_ad_autoencoder_fp32.onnx"] = energies();
    map["models/audio/silero_vad_16k_op15_fp32.onnx"] = voice_activity();
    map["models/audio/silero_vad_16k_static_noif_fp32.onnx"] = voice_activity();
    return map;
  }();
  return all;
}

/// Greatest relative error of the values that are not small beside the greatest one.
double relative_error(const Tensor& want, const Tensor& got, double peak) {
  const std::vector<double> w = want.to_doubles();
  const std::vector<double> g = got.to_doubles();
  double worst = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (std::abs(w[i]) >= 0.01 * peak) worst = std::max(worst, std::abs(g[i] / w[i] - 1));
  }
  return worst;
}

/// What the runs of one model show.
struct Parity {
  std::int64_t runs = 0;
  double peak = 0;      ///< greatest value
  double share = 0;     ///< greatest difference, as a share of the output's greatest value
  double relative = 0;  ///< relative_error of all outputs
  double exact = 0;     ///< as share, between native and the reference kernels
};

class RealInputs : public testing::TestWithParam<std::string> {};

TEST_P(RealInputs, GiveTheNumbersOfOnnxRuntime) {
  const auto feed = feeds().find(GetParam());
  ASSERT_NE(feed, feeds().end()) << "no real inputs are known for " << GetParam();
  const auto theirs = load_onnxruntime(GetParam());
  const auto ours = load_native(GetParam());
  const Model model = read_model(at(GetParam()));
  Parity p;
  feed->second(theirs->inputs(), [&](const Inputs& inputs) {
    std::vector<Tensor> want = theirs->run(inputs);
    const std::vector<Tensor> got = ours->run(inputs);
    EXPECT_EQ(got.size(), want.size());
    std::vector<Tensor> exact;
    for (std::size_t i = 0; i < want.size(); ++i) {
      Fidelity f;
      f.add(want[i], got.at(i));
      const double peak = std::max(kSmallest, f.peak());
      const double share = f.max_abs() / peak;
      p.peak = std::max(p.peak, f.peak());
      p.share = std::max(p.share, share);
      p.relative = std::max(p.relative, relative_error(want[i], got[i], peak));
      if (share <= kRounding) continue;
      // One of the two is wrong; the reference kernels, in double, say which.
      if (exact.empty()) exact = interpret(*model.graph, op_registry(), inputs);
      Fidelity alone;
      alone.add(exact.at(i), got[i]);
      p.exact = std::max(p.exact, alone.max_abs() / peak);
    }
    ++p.runs;
    return want;
  });
  EXPECT_LE(p.share <= kRounding ? p.share : p.exact, kRounding);
  std::cout << "| " << test_name(GetParam()) << " | " << p.runs << " | " << p.peak << " | "
            << p.share << " | " << p.relative << " | " << (p.share <= kRounding ? "" : cat(p.exact))
            << " |\n";
}

INSTANTIATE_TEST_SUITE_P(Onnx, RealInputs, testing::ValuesIn(onnx_models()),
                         [](const auto& tested) { return test_name(tested.param); });

}  // namespace
}  // namespace pare::shared
