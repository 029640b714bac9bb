#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kCache, kUpdate, kStarts };

bool is_circular(const AttributeReader& a) {
  const std::string mode = a.attr_string("mode");
  if (mode != "linear" && mode != "circular") {
    a.fail(cat("mode '", mode, "' is not one of linear, circular"));
  }
  return mode == "circular";
}

std::size_t sequence_axis(const AttributeReader& a, std::size_t rank) {
  const std::int64_t axis = a.attr_axis("axis", rank);
  if (axis == 0) a.fail("the axis is that of the batch");
  return static_cast<std::size_t>(axis);
}

void infer(ShapeContext& c) {
  (void)is_circular(c);
  const SymShape* cache = c.input_shape(kCache);
  const SymShape* update = c.input_shape(kUpdate);
  if (cache != nullptr && update != nullptr) {
    if (cache->size() != update->size()) {
      c.fail(cat("an update ", to_string(*update), " of ", to_string(*cache)));
    }
    const std::size_t axis = sequence_axis(c, cache->size());
    for (std::size_t i = 0; i < cache->size(); ++i) {
      if (i != axis) ops::want_equal(c, (*update)[i], (*cache)[i], cat("size ", i, " of update"));
    }
  }
  c.set_output(0, c.input(kCache));
}

/// Where the update of every batch begins; empty when all begin at 0.
std::vector<std::int64_t> starts(const OpCall& call, std::int64_t most, std::int64_t length) {
  if (!call.has_input(kStarts)) return {};
  ops::want_shape(call, call.input(kStarts), {call.input(kCache).dim(0)}, "write_indices");
  std::vector<std::int64_t> at = call.input(kStarts).to_ints();
  const bool circular = is_circular(call);
  for (std::int64_t& start : at) {
    if (circular && most > 0) start = (start % most + most) % most;
    if (!circular && (start < 0 || start > most - length)) {
      call.fail(cat(length, " tokens from ", start, " of ", most));
    }
  }
  return at;
}

void reference(OpCall& call) {
  const Tensor& cache = call.input(kCache);
  const Tensor& update = call.input(kUpdate);
  const std::size_t axis = sequence_axis(call, cache.rank());
  Shape wanted = cache.shape();
  if (update.rank() == cache.rank()) wanted[axis] = std::min(update.dim(axis), wanted[axis]);
  ops::want_shape(call, update, wanted, "the update");
  (void)is_circular(call);
  const ops::AxisView to(cache.shape(), axis);
  const ops::AxisView from(update.shape(), axis);
  const std::vector<std::int64_t> start = starts(call, to.size, from.size);
  ops::ElementCopier out(cache);
  for (std::int64_t o = 0; o < to.outer && !update.empty(); ++o) {
    const std::int64_t batch = o / (to.outer / cache.dim(0));
    const std::int64_t first = start.empty() ? 0 : start[static_cast<std::size_t>(batch)];
    for (std::int64_t k = 0; k < from.size; ++k) {
      const std::int64_t place = (first + k) % to.size;
      for (std::int64_t i = 0; i < to.inner; ++i) {
        out.put(static_cast<std::int64_t>(to.at(o, place, i)), update,
                static_cast<std::int64_t>(from.at(o, k, i)));
      }
    }
  }
  call.set_output(0, out.take());
}

}  // namespace

/// A cache with new tokens written along `axis`, for every batch from its own place on; circular:
/// places wrap around. Shapes: past_cache [B, .., most, ..], update [B, .., length, ..],
/// write_indices [B] (0) -> present_cache as past_cache. Errors: Fault::corrupt for tokens that do
/// not fit. Source: ONNX TensorScatter, version 24.
OpDefs op_tensor_scatter() {
  return OpDef("TensorScatter", 24)
      .input("past_cache", types::kAll)
      .input("update", types::kAll)
      .optional_input("write_indices", {ElementKind::i64}, "I")
      .output("present_cache", types::kAll)
      .attribute("axis", std::int64_t{-2}, "of the tokens; not 0")
      .attribute("mode", std::string("linear"), "linear or circular")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
