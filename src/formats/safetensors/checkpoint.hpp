#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "architectures/checkpoint.hpp"
#include "formats/safetensors/file.hpp"

namespace pare::safetensors {

/// A Hugging Face folder (weights and config.json) as what architectures build graphs from.
class FolderCheckpoint final : public Checkpoint {
 public:
  /// `config`: what config.json says. Errors: Fault::corrupt when it is no object with a
  /// model_type.
  FolderCheckpoint(std::shared_ptr<const SafetensorsFile> file, nlohmann::ordered_json config);

  [[nodiscard]] Naming naming() const override { return Naming::hugging_face; }
  [[nodiscard]] std::string architecture() const override { return architecture_; }
  [[nodiscard]] std::optional<double> number(const std::string& key) const override;
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const override;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const override;
  [[nodiscard]] std::optional<Shape> shape(const std::string& tensor) const override;
  [[nodiscard]] Tensor load(const std::string& tensor) const override;

 private:
  /// nullptr when there is none, or null.
  [[nodiscard]] const nlohmann::ordered_json* find(const std::string& key) const;

  std::shared_ptr<const SafetensorsFile> file_;
  nlohmann::ordered_json config_;
  std::string architecture_;
};

}  // namespace pare::safetensors
