#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/infer.hpp"
#include "ir/op.hpp"

namespace pare {

/// What a pass thinks of a node. A refusal is a near miss with a reason, not an error.
struct Verdict {
  enum class Kind : std::uint8_t { not_mine, refuse, accept };
  Kind kind = Kind::not_mine;
  std::string reason;
};
[[nodiscard]] inline Verdict not_mine() { return {}; }
[[nodiscard]] inline Verdict refuse(std::string why) {
  return {Verdict::Kind::refuse, std::move(why)};
}
[[nodiscard]] inline Verdict accept() { return {Verdict::Kind::accept, {}}; }

/// One thing a pass did or refused to do.
struct PassEvent {
  std::string pass;
  std::string node;  ///< label of the node
  Verdict::Kind kind = Verdict::Kind::not_mine;
  std::string reason;
};

struct PassContext {
  const OpRegistry& ops;
  std::size_t fold_budget_bytes = std::size_t{64} << 20;  ///< most bytes folding may add in all
  bool fuse_to_contrib = false;                           ///< may use com.microsoft operators
  std::vector<PassEvent>* events = nullptr;
};

/// One rewrite. Either `match` + `rewrite` per node, or `run` over the whole graph (returns how
/// many changes it made). Exactly one of the two forms is set.
struct PassDef {
  std::string_view name;
  std::string_view what;   ///< one line for help
  int stage = 50;          ///< order of first application: lower first
  bool by_default = true;  ///< part of `optimize`
  Verdict (*match)(const Node&, const PassContext&) = nullptr;
  void (*rewrite)(Node&, PassContext&) = nullptr;
  std::size_t (*run)(Graph&, PassContext&) = nullptr;
};

/// What optimising did.
struct PassReport {
  std::vector<PassEvent> events;  ///< accepted and refused, in order
  std::size_t nodes_before = 0;
  std::size_t nodes_after = 0;
  int rounds = 0;
};

/// Applies passes in order of stage, over and over until nothing changes (at most `most_rounds`),
/// bodies of control flow included. Infers shapes between rounds.
PassReport run_passes(Graph& graph, const std::vector<PassDef>& passes, PassContext context,
                      int most_rounds = 16);

}  // namespace pare
