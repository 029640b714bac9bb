#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "data/dataset.hpp"
#include "data/preprocess.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// Model inputs for some samples.
struct Batch {
  std::vector<Tensor> inputs;        ///< in the order of the InputSpecs, batch axis first
  std::vector<std::int64_t> labels;  ///< one per sample; empty when the data have none
  /// Boxes per sample, relative to the model's input picture; empty when the data have none.
  std::vector<std::vector<Box>> boxes;
  std::int64_t first = 0;  ///< index of the first sample in the data set
  std::int64_t count = 0;  ///< samples that count; the rest repeats the last one (fixed batch size)
};

struct BatchOptions {
  std::int64_t batch_size = 1;
  bool prefetch = true;  ///< prepare the next batch in a background thread
};

/// Prepares batches in order. Holds two batches at most, whatever the number of samples; the
/// content of a batch depends only on its index.
class Batches {
 public:
  /// Inputs and arrays are matched by name where both have names, else by order. An input whose
  /// batch dimension is fixed sets the batch size. Errors: Fault::usage when data and inputs do not
  /// fit together.
  Batches(std::shared_ptr<const Dataset> data, Preprocess settings, std::vector<InputSpec> inputs,
          const BatchOptions& options);
  ~Batches();
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  [[nodiscard]] std::int64_t count() const noexcept;
  [[nodiscard]] std::int64_t batch_size() const noexcept;
  [[nodiscard]] const Dataset& data() const noexcept;
  /// Batch i. To be called from one thread. Errors: those of reading, with the sample's name.
  Batch get(std::int64_t i);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pare
