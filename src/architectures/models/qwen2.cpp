#include "architectures/registry.hpp"

namespace pare {
namespace {

std::unique_ptr<Graph> build(const Checkpoint& c) {
  DecoderConfig config = read_decoder_config(c);
  if (c.flag("use_sliding_window").value_or(false)) {
    if (const auto keys = c.number("sliding_window")) {
      config.window = static_cast<std::int64_t>(*keys) - 1;
    }
    config.full_layers = static_cast<std::int64_t>(c.number("max_window_layers").value_or(0));
  }
  return build_decoder(config, c);
}

}  // namespace

/// Yang et al., arXiv:2407.10671: Llama with biases on queries, keys and values.
ArchitectureDef architecture_qwen2() {
  return {"qwen2", "Qwen 2 and 2.5", {"qwen2"}, {"qwen2"}, build};
}

}  // namespace pare
