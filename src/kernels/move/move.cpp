#include "kernels/move/move.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kGrain = 4096;
constexpr std::size_t kShort = 4;  // mean length of runs that are not worth a copy of their own

template <class T>
void gather(const std::vector<std::int32_t>& source, const std::byte* in, std::byte* out,
            const std::byte* fill) {
  const T* x = view<T>(in);
  T* y = view<T>(out);
  T other{};
  if (fill != nullptr) std::memcpy(&other, fill, sizeof(T));
  parallel_for(static_cast<std::int64_t>(source.size()), kGrain,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int32_t s = source[static_cast<std::size_t>(i)];
                   y[i] = s < 0 ? other : x[s];
                 }
               });
}

}  // namespace

Moves::Moves(const std::vector<std::int64_t>& source, std::size_t element_bytes)
    : element_bytes_(element_bytes) {
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::int64_t from = source[i];
    if (!runs_.empty()) {
      Run& last = runs_.back();
      const bool goes_on =
          from < 0 ? last.from < 0 : last.from >= 0 && last.from + last.count == from;
      if (goes_on) {
        ++last.count;
        continue;
      }
    }
    runs_.push_back({static_cast<std::int64_t>(i), from, 1});
  }
  const bool has_size =
      element_bytes == 1 || element_bytes == 2 || element_bytes == 4 || element_bytes == 8;
  const bool fits = std::all_of(source.begin(), source.end(), [](std::int64_t s) {
    return s <= std::numeric_limits<std::int32_t>::max();
  });
  if (has_size && fits && source.size() < kShort * runs_.size()) {
    single_.assign(source.begin(), source.end());
    runs_.clear();
  }
}

void Moves::copy(const Run& r, const std::byte* in, std::byte* out, const std::byte* fill) const {
  const auto size = static_cast<std::int64_t>(element_bytes_);
  std::byte* to = out + r.to * size;
  if (r.from >= 0) {
    std::memcpy(to, in + r.from * size, static_cast<std::size_t>(r.count * size));
    return;
  }
  if (fill == nullptr) throw Error(Fault::internal, "moves: nothing to fill with");
  for (std::int64_t i = 0; i < r.count; ++i) {
    std::memcpy(to + i * size, fill, static_cast<std::size_t>(size));
  }
}

void Moves::run(const std::byte* in, std::byte* out, const std::byte* fill) const {
  if (!single_.empty()) {
    switch (element_bytes_) {
      case 1: gather<std::uint8_t>(single_, in, out, fill); return;
      case 2: gather<std::uint16_t>(single_, in, out, fill); return;
      case 4: gather<std::uint32_t>(single_, in, out, fill); return;
      default: gather<std::uint64_t>(single_, in, out, fill); return;
    }
  }
  if (runs_.empty()) return;
  const std::int64_t total = runs_.back().to + runs_.back().count;
  const auto n = static_cast<std::int64_t>(runs_.size());
  const std::int64_t each = std::max<std::int64_t>(1, kGrain * n / total);
  parallel_for(n, each, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      copy(runs_[static_cast<std::size_t>(i)], in, out, fill);
  });
}

}  // namespace pare
