#pragma once

#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace pare {

/// Constant float32 tables [rows, columns] of at least `least_elements` numbers whose rows Gather
/// looks up, and which nothing else reads: embeddings of words and positions.
std::vector<Value*> embedding_tables(const Graph& graph, std::int64_t least_elements);

/// Holds a table as int8 codes with a scale for each row: y = Cast(Gather(codes, i)) * Gather(
/// scales, i). Only rows that are looked up become floats. Returns the signal-to-noise ratio in dB;
/// 300 for a table that is exact.
double code_table(Graph& graph, Value* table);

}  // namespace pare
