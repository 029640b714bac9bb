#pragma once

#include <memory>

#include "architectures/checkpoint.hpp"
#include "formats/gguf/file.hpp"

namespace pare::gguf {

/// A GGUF file as what architectures build graphs from.
class GgufCheckpoint final : public Checkpoint {
 public:
  /// Errors: Fault::corrupt when the file does not name its architecture.
  explicit GgufCheckpoint(std::shared_ptr<const GgufFile> file);

  [[nodiscard]] Naming naming() const override { return Naming::gguf; }
  [[nodiscard]] std::string architecture() const override { return architecture_; }
  [[nodiscard]] std::optional<double> number(const std::string& key) const override;
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const override;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const override;
  [[nodiscard]] std::optional<Shape> shape(const std::string& tensor) const override;
  [[nodiscard]] Tensor load(const std::string& tensor) const override;

 private:
  [[nodiscard]] const Value* find(const std::string& key) const;

  std::shared_ptr<const GgufFile> file_;
  std::string architecture_;
};

}  // namespace pare::gguf
