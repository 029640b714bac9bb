#pragma once

#include <memory>
#include <string>

#include "runtime/session.hpp"
#include "tensor/packed_store.hpp"

namespace pare {

/// As Session::create. Plans for inputs of the shapes that `shapes` says (shapes_text) take packed
/// weights from `store` and hand in those that it lacks; "" = all shapes.
std::unique_ptr<Session> create_packed_session(const Graph& graph, const OpRegistry& ops,
                                               SessionOptions options,
                                               std::shared_ptr<PackedStore> store,
                                               std::string shapes);

/// "[1,3,224,224] [4]" of a run's inputs.
std::string shapes_text(const std::vector<Tensor>& inputs);

/// The library behind kernels and what it uses of this CPU: packed weights of another one do not
/// suit.
std::string runtime_text();

}  // namespace pare
