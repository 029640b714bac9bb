#include "architectures/registry.hpp"
#include "base/error.hpp"

namespace pare {
namespace {

std::unique_ptr<Graph> build(const Checkpoint& c) {
  DecoderConfig config = read_decoder_config(c);
  config.qk_norm = true;
  if (c.flag("use_sliding_window").value_or(false)) {
    throw Error(Fault::unsupported, "use_sliding_window");
  }
  return build_decoder(config, c);
}

}  // namespace

/// Yang et al., arXiv:2505.09388: Llama whose queries and keys are normalised head by head.
ArchitectureDef architecture_qwen3() {
  return {"qwen3", "Qwen 3 (dense)", {"qwen3"}, {"qwen3"}, build};
}

}  // namespace pare
