#include "ops/_rotary.hpp"

namespace pare::ops {

RotaryCaches rotary_caches(const OpCall& call, std::size_t cosines, std::size_t sines,
                           bool interleaved) {
  const Tensor& t = call.input(cosines);
  if (t.rank() < 1) call.fail("cos_cache is a scalar");
  want_shape(call, call.input(sines), t.shape(), "sin_cache");
  RotaryCaches c = {t.to_doubles(), call.input(sines).to_doubles(), 0, t.shape().back(),
                    interleaved};
  c.rows = outer_size(t.shape(), t.rank() - 1);
  return c;
}

void rotate_head(double* head, const RotaryCaches& caches, std::int64_t row) {
  for (std::int64_t k = 0; k < caches.half; ++k) {
    const auto at = static_cast<std::size_t>(row * caches.half + k);
    double& re = head[caches.interleaved ? 2 * k : k];
    double& im = head[caches.interleaved ? 2 * k + 1 : caches.half + k];
    const double turned = re * caches.cosines[at] - im * caches.sines[at];
    im = im * caches.cosines[at] + re * caches.sines[at];
    re = turned;
  }
}

}  // namespace pare::ops
