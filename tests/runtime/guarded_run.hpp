#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/kernel.hpp"
#include "support/guard.hpp"

namespace pare {

/// Runs the units that the planner would make of a graph, one after the other: rows of
/// kernel_table() on guarded memory of their own (inputs, outputs and scratch), the rest by
/// reference kernels. Between units every value is plain, so layouts are converted by loops of the
/// test. Fails the test when a kernel changes its inputs, or when running in place changes its
/// result. The names of the rows that ran go to `rows`.
std::vector<Tensor> run_guarded(const Graph& graph, const std::vector<Tensor>& inputs,
                                guard::Edge edge, const SessionOptions& options,
                                std::set<std::string>& rows);

}  // namespace pare
