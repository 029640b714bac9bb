#include "search/relabel.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace pare {
namespace {

class Relabelled : public Dataset {
 public:
  Relabelled(std::shared_ptr<const Dataset> data, std::vector<std::int64_t> labels)
      : data_(std::move(data)), labels_(std::move(labels)) {
    for (const std::int64_t l : labels_) classes_ = std::max(classes_, l + 1);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return data_->kind(); }
  [[nodiscard]] std::int64_t size() const noexcept override { return data_->size(); }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    Sample sample = data_->get(i);
    sample.label = labels_.at(static_cast<std::size_t>(i));
    return sample;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    return labels_.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::string name(std::int64_t i) const override { return data_->name(i); }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t i) const override {
    return data_->size_bytes(i);
  }
  [[nodiscard]] bool labelled() const noexcept override { return true; }
  [[nodiscard]] const std::vector<std::string>& input_names() const noexcept override {
    return data_->input_names();
  }
  [[nodiscard]] std::int64_t classes() const noexcept override { return classes_; }

 private:
  std::shared_ptr<const Dataset> data_;
  std::vector<std::int64_t> labels_;
  std::int64_t classes_ = 0;
};

}  // namespace

std::shared_ptr<const Dataset> relabelled(std::shared_ptr<const Dataset> data,
                                          std::vector<std::int64_t> labels) {
  require(static_cast<std::int64_t>(labels.size()) == data->size(), "one label per sample");
  return std::make_shared<Relabelled>(std::move(data), std::move(labels));
}

}  // namespace pare
