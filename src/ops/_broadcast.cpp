#include "ops/_broadcast.hpp"

namespace pare::ops {

StridedWalk::StridedWalk(const Shape& shape, Shape strides)
    : shape_(shape), strides_(std::move(strides)), index_(shape.size(), 0) {
  require(shape_.size() == strides_.size(), "StridedWalk: one stride per dimension");
}

void StridedWalk::next() noexcept {
  for (std::size_t i = shape_.size(); i-- > 0;) {
    offset_ += strides_[i];
    if (++index_[i] < shape_[i]) return;
    offset_ -= strides_[i] * shape_[i];
    index_[i] = 0;
  }
}

std::vector<std::int64_t> broadcast_offsets(const Shape& from, const Shape& to) {
  const Shape own = strides_of(from);
  Shape strides(to.size(), 0);
  require(from.size() <= to.size(), "broadcast to a smaller rank");
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t at = to.size() - from.size() + i;
    if (from[i] != 1) strides[at] = own[i];
  }
  std::vector<std::int64_t> out(static_cast<std::size_t>(element_count(to)));
  StridedWalk walk(to, strides);
  for (std::int64_t& o : out) {
    o = walk.offset();
    walk.next();
  }
  return out;
}

}  // namespace pare::ops
