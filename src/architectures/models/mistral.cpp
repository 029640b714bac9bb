#include "architectures/registry.hpp"

namespace pare {
namespace {

std::unique_ptr<Graph> build(const Checkpoint& c) {
  DecoderConfig config = read_decoder_config(c);
  if (const auto keys = c.number("sliding_window")) {
    config.window = static_cast<std::int64_t>(*keys) - 1;
  }
  return build_decoder(config, c);
}

}  // namespace

/// Jiang et al., arXiv:2310.06825: Llama with a window of keys in its first version.
ArchitectureDef architecture_mistral() { return {"mistral", "Mistral", {"mistral"}, {}, build}; }

}  // namespace pare
