#pragma once

#include <memory>

#include "compress/calibrate.hpp"
#include "data/batches.hpp"

namespace pare {

/// Samples of a data set as calibration batches. Memory does not grow with their number.
class DatasetSource : public BatchSource {
 public:
  /// Errors: Fault::usage when the data do not fit the inputs.
  DatasetSource(std::shared_ptr<const Dataset> data, const Preprocess& settings,
                std::vector<InputSpec> inputs);

  [[nodiscard]] std::int64_t batches() const override;
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override;
  [[nodiscard]] std::string fingerprint() const override { return fingerprint_; }

 private:
  std::unique_ptr<Batches> batches_;
  std::string fingerprint_;
};

/// Batches kept in memory: for few samples that are run many times over.
class MemorySource : public BatchSource {
 public:
  /// The first `most` batches of `source`.
  MemorySource(const BatchSource& source, std::int64_t most);

  [[nodiscard]] std::int64_t batches() const override {
    return static_cast<std::int64_t>(kept_.size());
  }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    return kept_.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::string fingerprint() const override { return fingerprint_; }

 private:
  std::vector<std::vector<Tensor>> kept_;
  std::string fingerprint_;
};

}  // namespace pare
