#include "data/dataset.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/rng.hpp"
#include "base/sha256.hpp"

namespace pare {
namespace {

const std::vector<std::string>& no_names() {
  static const std::vector<std::string> none;
  return none;
}

class Subset : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> all, std::vector<std::int64_t> indices)
      : all_(std::move(all)), indices_(std::move(indices)) {
    for (const std::int64_t i : indices_) {
      require(i >= 0 && i < all_->size(), "subset: index outside the data");
    }
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return all_->kind(); }
  [[nodiscard]] std::int64_t size() const noexcept override {
    return static_cast<std::int64_t>(indices_.size());
  }
  [[nodiscard]] Sample get(std::int64_t i) const override { return all_->get(at(i)); }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    return all_->label(at(i));
  }
  [[nodiscard]] std::string name(std::int64_t i) const override { return all_->name(at(i)); }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t i) const override {
    return all_->size_bytes(at(i));
  }
  [[nodiscard]] std::string annotation(std::int64_t i) const override {
    return all_->annotation(at(i));
  }
  [[nodiscard]] bool labelled() const noexcept override { return all_->labelled(); }
  [[nodiscard]] bool has_boxes() const noexcept override { return all_->has_boxes(); }
  [[nodiscard]] const std::vector<std::string>& input_names() const noexcept override {
    return all_->input_names();
  }
  [[nodiscard]] std::int64_t classes() const noexcept override { return all_->classes(); }
  [[nodiscard]] const std::vector<std::string>& class_names() const noexcept override {
    return all_->class_names();
  }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t i) const {
    return indices_.at(static_cast<std::size_t>(i));
  }
  std::shared_ptr<const Dataset> all_;
  std::vector<std::int64_t> indices_;
};

}  // namespace

const std::vector<std::string>& Dataset::input_names() const noexcept { return no_names(); }
const std::vector<std::string>& Dataset::class_names() const noexcept { return no_names(); }

std::string Dataset::annotation(std::int64_t i) const {
  const std::optional<std::int64_t> known = label(i);
  return known ? cat(*known) : std::string("-");
}

std::string Dataset::fingerprint() const {
  std::string text = cat(kind(), '\n', size(), '\n');
  for (std::int64_t i = 0; i < size(); ++i) {
    text += cat(name(i), '\t', size_bytes(i), '\t', annotation(i), '\n');
  }
  return sha256_hex(std::as_bytes(std::span(text)));
}

std::vector<std::int64_t> sample_indices(std::int64_t all, std::int64_t limit, std::uint64_t seed) {
  if (limit <= 0 || limit >= all) {
    std::vector<std::int64_t> every(static_cast<std::size_t>(std::max<std::int64_t>(all, 0)));
    std::iota(every.begin(), every.end(), 0);
    return every;
  }
  // The first `limit` steps of a Fisher-Yates shuffle; only the moved places are remembered.
  Rng rng(seed);
  std::unordered_map<std::int64_t, std::int64_t> moved;
  const auto value_at = [&moved](std::int64_t i) {
    const auto found = moved.find(i);
    return found == moved.end() ? i : found->second;
  };
  std::vector<std::int64_t> drawn;
  drawn.reserve(static_cast<std::size_t>(limit));
  for (std::int64_t i = 0; i < limit; ++i) {
    const auto left = static_cast<std::uint64_t>(all - i);
    const std::int64_t other = i + static_cast<std::int64_t>(rng.below(left));
    drawn.push_back(value_at(other));
    moved[other] = value_at(i);
  }
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> all,
                                      std::vector<std::int64_t> indices) {
  return std::make_shared<Subset>(std::move(all), std::move(indices));
}

}  // namespace pare
