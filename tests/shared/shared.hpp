#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/preprocess.hpp"
#include "targets/target.hpp"

/// Checks against models and data that are not part of the repository. The environment variable
/// PARE_SHARED names their folder.
namespace pare::shared {

/// The folder of models and data; the test program fails at once without it.
std::filesystem::path data_root();
/// Path below data_root(). The checks fail where it does not exist.
std::filesystem::path at(const std::string& relative);

/// Every ONNX model, relative to data_root(), sorted.
const std::vector<std::string>& onnx_models();

/// Sizes of named dimensions that a model needs to run, where 1 does not do.
std::map<std::string, std::int64_t> sizes_for(const std::string& model);
/// Random inputs that make sense to the model: pictures and signals uniform in [0, 1), token
/// numbers in range, masks of ones.
std::vector<Tensor> inputs_for(const std::string& model, const std::vector<PortInfo>& ports,
                               std::uint64_t seed);

std::unique_ptr<LoadedModel> load_native(const std::string& model);
std::unique_ptr<LoadedModel> load_onnxruntime(const std::string& model);

/// A classifier with its data and the accuracy measured with other software.
struct Classifier {
  std::string model;
  std::string data;
  Preprocess preprocess;
  std::int64_t baseline_samples = 0;
  double baseline = 0;  ///< top-1
};
const std::vector<Classifier>& classifiers();

/// "models/cifar10/resnet20_cifar10_fp32.onnx" -> "resnet20_cifar10_fp32", fit for a test name.
std::string test_name(const std::string& model);

}  // namespace pare::shared
