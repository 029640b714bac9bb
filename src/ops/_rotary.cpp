#include "ops/_rotary.hpp"

#include <algorithm>

#include "base/checked.hpp"

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

RotarySizes rotary_sizes(const OpCall& call, std::int64_t half) {
  const Shape& x = call.input(0).shape();
  if (x.size() != 3 && x.size() != 4) {
    call.fail(cat("input has shape ", to_string(x), ", wanted rank 3 or 4"));
  }
  const std::int64_t said = call.attr_int("rotary_embedding_dim");
  const std::int64_t heads = call.has_attr("num_heads") ? call.attr_int("num_heads") : 0;
  if (said < 0 || heads < 0) call.fail(cat("num_heads ", heads, ", rotary_embedding_dim ", said));
  RotarySizes s;
  s.batch = x[0];
  s.head_first = x.size() == 4;
  s.length = x[s.head_first ? 2 : 1];
  s.turned = said > 0 ? said : checked_mul(std::int64_t{2}, half);
  if (s.head_first) {
    s.heads = x[1];
    s.head = x[3];
  } else {
    const bool told = said > 0 || call.def().domain.empty();
    if (told && heads == 0) call.fail("num_heads is wanted to tell heads apart");
    s.head = told ? x[2] / heads : s.turned;
    s.heads = told ? heads : x[2] / std::max<std::int64_t>(1, s.head);
    if (s.heads * s.head != x[2]) call.fail(cat(x[2], " values do not divide into heads"));
  }
  const bool whole = said > 0 || !call.def().domain.empty() || s.turned == s.head;
  if (s.turned % 2 != 0 || s.turned / 2 != half || s.turned > s.head || !whole) {
    call.fail(
        cat("heads of ", s.head, " values, ", s.turned, " of them turned, with caches of ", half));
  }
  return s;
}

void rotate_heads(OpCall& call, const RotaryCaches& caches, const RotarySizes& s,
                  const std::vector<std::int64_t>& rows) {
  const Tensor& x = call.input(0);
  std::vector<double> y = x.to_doubles();
  const std::int64_t heads = y.empty() ? 0 : s.batch * s.length * s.heads;
  for (std::int64_t i = 0; i < heads; ++i) {
    const std::int64_t token = i / s.heads;
    const std::int64_t b = token / s.length;
    const std::int64_t t = token % s.length;
    const std::int64_t start =
        s.head_first ? (b * s.heads + i % s.heads) * s.length + t : i;  // of heads
    rotate_head(y.data() + start * s.head, caches,
                rows.empty() ? token : rows[static_cast<std::size_t>(token)]);
  }
  call.set_output(0, from_doubles(y, x.shape(), x.type()));
}

}  // namespace pare::ops
