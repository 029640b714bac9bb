#include "runtime/broadcast.hpp"

#include <algorithm>

namespace pare {

std::vector<std::size_t> memory_order(std::size_t rank, Layout layout) {
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < rank; ++d) order.push_back(d);
  if (layout == Layout::channels_last)
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return order;
}

std::vector<std::int64_t> broadcast_steps(const Shape& shape, Layout layout, const Shape& y) {
  std::vector<std::int64_t> steps(y.size(), 0);
  const std::size_t ahead = y.size() - shape.size();
  std::int64_t step = 1;
  const std::vector<std::size_t> order = memory_order(shape.size(), layout);
  for (auto d = order.rbegin(); d != order.rend(); ++d) {
    if (shape[*d] != 1) steps[ahead + *d] = step;
    step *= shape[*d];
  }
  return steps;
}

}  // namespace pare
