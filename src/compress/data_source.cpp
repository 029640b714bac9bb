#include "compress/data_source.hpp"

#include <algorithm>

#include "base/sha256.hpp"

namespace pare {

DatasetSource::DatasetSource(std::shared_ptr<const Dataset> data, const Preprocess& settings,
                             std::vector<InputSpec> inputs) {
  const std::string text = data->fingerprint() + "\n" + to_yaml(settings);
  fingerprint_ = sha256_hex(std::as_bytes(std::span(text)));
  batches_ = std::make_unique<Batches>(std::move(data), settings, std::move(inputs),
                                       BatchOptions{.batch_size = 1, .prefetch = true});
}

std::int64_t DatasetSource::batches() const { return batches_->count(); }

std::vector<Tensor> DatasetSource::get(std::int64_t i) const { return batches_->get(i).inputs; }

MemorySource::MemorySource(const BatchSource& source, std::int64_t most)
    : fingerprint_(cat(source.fingerprint(), ":", most)) {
  const std::int64_t n = std::min(most, source.batches());
  for (std::int64_t i = 0; i < n; ++i) kept_.push_back(source.get(i));
}

}  // namespace pare
