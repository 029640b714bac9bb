#include <algorithm>
#include <limits>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

struct Padding {
  std::vector<std::int64_t> pads;  ///< of the spatial axes, all begins, then all ends
  double value = 0;
};

/// nullopt and `why` when the Pad is no constant padding of spatial axes.
std::optional<Padding> padding_of(const Node& pad, std::string& why) {
  const SymShape* shape = passes::shape_of(pad.input(0));
  auto all = passes::integers(pad.input(1));
  if (pad.string_or("mode", "constant") != "constant") why = "the padding is not constant";
  if (shape == nullptr || !all || shape->size() < 3) why = "the padding is not known";
  if (!why.empty()) return std::nullopt;
  const std::size_t rank = shape->size();
  std::vector<std::int64_t> full(2 * rank, 0);
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (pad.input(3) != nullptr) {
    const auto given = passes::integers(pad.input(3));
    if (!given) {
      why = "the padding is not known";
      return std::nullopt;
    }
    axes = *given;
  }
  for (std::size_t i = 0; i < axes.size() && 2 * axes.size() == all->size(); ++i) {
    const auto axis =
        static_cast<std::size_t>(axes[i] < 0 ? axes[i] + static_cast<std::int64_t>(rank) : axes[i]);
    full.at(axis) = (*all)[i];
    full.at(axis + rank) = (*all)[i + axes.size()];
  }
  if (full[0] != 0 || full[1] != 0 || full[rank] != 0 || full[rank + 1] != 0) {
    why = "batch or channels are padded";
  } else if (std::any_of(full.begin(), full.end(), [](std::int64_t p) { return p < 0; })) {
    why = "the padding crops";
  }
  if (!why.empty()) return std::nullopt;
  Padding out;
  out.pads.assign(full.begin() + 2, full.begin() + static_cast<std::ptrdiff_t>(rank));
  out.pads.insert(out.pads.end(), full.begin() + static_cast<std::ptrdiff_t>(rank) + 2, full.end());
  if (pad.input(2) != nullptr) {
    const auto value = passes::scalar_beside(pad.input(2), pad.input(0));
    if (!value) {
      why = "the padding is not known";
      return std::nullopt;
    }
    out.value = *value;
  }
  return out;
}

bool is_zero(const std::vector<std::int64_t>& pads) {
  return std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
}

/// Why the reader cannot take the padding over; empty when it can.
std::string objection(const Node& n, const Padding& padding) {
  const std::string automatic = n.string_or("auto_pad", "NOTSET");
  const auto own = n.ints_or("pads", {});
  if (automatic != "NOTSET" && automatic != "VALID") return "auto_pad depends on the padding";
  if (!own.empty() && own.size() != padding.pads.size()) return "pads of another rank";
  if (n.is("MaxPool")) {
    const bool lowest = padding.value == -std::numeric_limits<double>::infinity();
    return lowest ? "" : "MaxPool pads with -inf only";
  }
  if (padding.value != 0) return "the padding is not zero";
  if (!n.is("AveragePool")) return {};
  if (n.int_or("ceil_mode", 0) != 0) return "the pool rounds its size up";
  const bool counts = n.int_or("count_include_pad", 0) != 0;
  return counts || is_zero(own) ? "" : "the pool does not count its own padding";
}

Node* pad_before(const Node& n) {
  if (!n.is("Conv") && !n.is("AveragePool") && !n.is("MaxPool")) return nullptr;
  Node* pad = passes::made_by(n.input(0), "Pad");
  return pad != nullptr && &pad->graph() == &n.graph() ? pad : nullptr;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const Node* pad = pad_before(n);
  if (pad == nullptr) return not_mine();
  std::string why;
  const auto padding = padding_of(*pad, why);
  if (!padding) return refuse(why);
  why = objection(n, *padding);
  if (!why.empty()) return refuse(why);
  if (!passes::has_one_reader(*n.input(0))) return refuse("the padded value has another reader");
  if (n.is("MaxPool") && n.output(1) != nullptr) return refuse("MaxPool gives indices");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  Node* pad = pad_before(n);
  std::string why;
  const Padding padding = *padding_of(*pad, why);
  auto pads = n.ints_or("pads", std::vector<std::int64_t>(padding.pads.size(), 0));
  for (std::size_t i = 0; i < pads.size(); ++i) pads[i] += padding.pads[i];
  n.set_attribute("pads", pads);
  n.erase_attribute("auto_pad");
  if (n.is("AveragePool") && !is_zero(pads)) n.set_attribute("count_include_pad", std::int64_t{1});
  n.set_input(0, pad->input(0));
  pad->graph().erase(pad);
}

}  // namespace

/// Before: y = f(Pad(x, p), ...), f a Conv, AveragePool or MaxPool      After: y = f(x, ...), pads
/// raised by p; an AveragePool then counts its padding
/// Refuses: padding that is not known, not constant, not spatial, negative or not zero (MaxPool:
/// not -inf); auto_pad; an AveragePool that rounds up or has padding it does not count; MaxPool
/// with indices; a padded value with another reader.
/// Keeps: output names; every bit up to the order of sums.
PassDef pass_fold_pad() {
  return {.name = "fold_pad",
          .what = "folds Pad into the convolution or pool behind it",
          .stage = 38,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
