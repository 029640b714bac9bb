#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// One case of tests/passes/<pass>.txt:
///
///   case: name
///   budget: 64                   (optional: bytes that folding may add)
///   contrib: yes                 (optional: com.microsoft operators may be used)
///   before:
///   <graph>
///   after:                       or   refuse: <reason>   or   unchanged:
///   <graph>
///
/// Constants of `after` called any... are compared by type and shape only.
struct PassCase {
  std::string pass;
  std::string name;
  std::string before;
  std::string after;
  std::string refuse;
  bool has_after = false;
  bool contrib = false;
  std::size_t budget = std::size_t{1} << 20;
};

std::vector<PassCase> read_cases(const std::string& path);

/// Why the graphs differ in more than names of inner values; empty when they do not.
std::string difference(const Graph& got, const Graph& want);

/// Seeded inputs for every graph input: floats in [-2, 2), small integers. Symbols become numbers.
std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed);

/// Largest difference between a and b over the largest value of a; infinity when types or shapes
/// differ, or integers differ at all.
double relative_difference(const Tensor& a, const Tensor& b);

}  // namespace pare
