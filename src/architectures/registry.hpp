#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "architectures/decoder.hpp"

namespace pare {

/// A family of language models. File architectures/models/<name>.cpp exports
/// `ArchitectureDef architecture_<name>()`.
struct ArchitectureDef {
  std::string_view name;
  std::string_view what;
  std::vector<std::string> hugging_face;  ///< values of model_type
  std::vector<std::string> gguf;          ///< values of general.architecture
  std::unique_ptr<Graph> (*build)(const Checkpoint&) = nullptr;
};

const std::vector<ArchitectureDef>& all_architectures();

/// The operator set of ONNX that has all operators of such graphs.
inline constexpr std::int64_t kLanguageModelOpset = 24;

/// The graph of a checkpoint (see build_decoder). Errors: Fault::unsupported listing the known
/// architectures, and those of the architecture.
std::unique_ptr<Graph> build_language_model(const Checkpoint& checkpoint);

}  // namespace pare
