#include "shared/shared.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "evaluate/measure.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"

namespace pare::shared {
namespace {

Model read_any(const std::filesystem::path& path) { return read_model(path); }

std::unique_ptr<LoadedModel> load(const char* target, const std::string& model) {
  const TargetChoice choice = choose_target(target, {&op_registry(), read_any});
  return choice.target->load(at(model), choice.options);
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::filesystem::path data_root() {
  const char* folder = std::getenv("PARE_SHARED");
  if (folder == nullptr) throw Error(Fault::missing, "PARE_SHARED is not set");
  return std::filesystem::path(folder) / "data";
}

std::filesystem::path at(const std::string& relative) {
  std::filesystem::path path = data_root() / relative;
  if (!std::filesystem::exists(path)) {
    throw Error(Fault::missing, cat(path.string(), " is not there"));
  }
  return path;
}

const std::vector<std::string>& onnx_models() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> list;
    std::error_code missing;
    const std::filesystem::path root = data_root();
    for (std::filesystem::recursive_directory_iterator it(root / "models", missing), end;
         !missing && it != end; it.increment(missing)) {
      if (it->path().extension() == ".onnx") {
        list.push_back(std::filesystem::relative(it->path(), root).string());
      }
    }
    std::sort(list.begin(), list.end());
    return list;
  }();
  return all;
}

std::map<std::string, std::int64_t> sizes_for(const std::string& model) {
  std::map<std::string, std::int64_t> sizes = {
      {"N", 2}, {"batch", 2}, {"seq", 20}, {"sequence", 576}};
  const bool direction = contains(model, "ppocr_mobile");  // pictures of one size
  sizes["p2o.DynamicDimension.0"] = 2;
  sizes["p2o.DynamicDimension.1"] = direction ? 48 : 64;
  sizes["p2o.DynamicDimension.2"] = direction ? 192 : 96;
  return sizes;
}

std::vector<Tensor> inputs_for(const std::string& model, const std::vector<PortInfo>& ports,
                               std::uint64_t seed) {
  std::vector<Tensor> inputs = make_up_inputs(ports, sizes_for(model), seed);
  Rng rng(seed, /*stream=*/0x696473);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (inputs[i].kind() != ElementKind::i64) continue;
    if (ports[i].name == "sr") inputs[i] = Tensor::of<std::int64_t>(inputs[i].shape(), {16000});
    if (ports[i].name == "input_ids") {
      Tensor ids(ElementKind::i64, inputs[i].shape());
      for (std::int64_t& id : ids.mutable_data<std::int64_t>()) {
        id = static_cast<std::int64_t>(rng.below(1000));
      }
      inputs[i] = ids;
    }
  }
  return inputs;
}

std::unique_ptr<LoadedModel> load_native(const std::string& model) { return load("native", model); }

std::unique_ptr<LoadedModel> load_onnxruntime(const std::string& model) {
  return load("onnxruntime", model);
}

const std::vector<Classifier>& classifiers() {
  static const std::vector<Classifier> all = [] {
    const Preprocess raw = preprocess_preset("raw");
    const Preprocess torch = preprocess_preset("imagenet-torch");
    const Preprocess tensorflow = preprocess_preset("imagenet-tf");
    const Preprocess normalised = preprocess_preset("imagenet-norm");
    const std::string cifar = "data/cifar10/test_2000.bin";
    return std::vector<Classifier>{
        {"models/imagenet/squeezenet1.1_fp32.onnx", "data/imagenet", torch, 400, 0.6500},
        {"models/imagenet/mobilenet_v2_1.0_224_tf_fp32.onnx", "data/imagenet", tensorflow, 400,
         0.9075},
        {"models/imagenet/mobilenet_v1_0.25_224_fp32.onnx", "data/imagenet", tensorflow, 400,
         0.5700},
        {"models/cifar10/resnet20_cifar10_fp32.onnx", cifar, normalised, 2000, 0.8045},
        {"models/cifar10/resnet44_cifar10_fp32.onnx", cifar, normalised, 2000, 0.8130},
        {"models/cifar10/mlperf_tiny_resnet8_cifar10_fp32.onnx", cifar, raw, 2000, 0.7685},
        {"models/audio/mlperf_tiny_kws_dscnn_fp32.onnx",
         "data/audio/kws01_x.npy,data/audio/kws01_y.npy", raw, 400, 0.9100},
        {"models/mnist/mnist_cntk.onnx", "data/mnist", raw, 2000, 0.9840},
        {"models/encoder/ag_news_encoder_4x128_fp32.onnx", "data/text/ag_news_encoded/dev800.npz",
         raw, 800, 0.8187},
    };
  }();
  return all;
}

std::string test_name(const std::string& model) {
  std::string name = std::filesystem::path(model).stem().string();
  for (char& c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace pare::shared
