#include "architectures/registry.hpp"

namespace pare {
namespace {

std::unique_ptr<Graph> build(const Checkpoint& c) {
  DecoderConfig config = read_decoder_config(c);
  // Converters to GGUF bring the rows of each head into the order of neighbouring pairs.
  config.interleaved = c.naming() == Naming::gguf;
  if (c.shape("rope_freqs.weight")) config.rope_scaling.kind = RopeScaling::Kind::table;
  return build_decoder(config, c);
}

}  // namespace

/// Touvron et al., arXiv:2302.13971 and arXiv:2307.09288; Grattafiori et al., arXiv:2407.21783.
/// GGUF files of Mistral models say that they are llama, too.
ArchitectureDef architecture_llama() {
  return {"llama", "Llama 1 to 3", {"llama"}, {"llama"}, build};
}

}  // namespace pare
